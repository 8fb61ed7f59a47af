import type {
  APIInteraction,
  GatewayDispatchPayload,
  GatewayMessageCreateDispatchData,
  REST,
  RESTGetAPIGatewayBotResult,
} from 'discord.js'
import { GatewayDispatchEvents, Routes } from 'discord-api-types/v10'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import type { Lock, Locks } from '../../kit/locks.ts'
import type { Log } from '../../kit/log.ts'
import { sleep, within } from '../../kit/patience.ts'
import { loggable } from './send-error.ts'
import { openShard, type Shard } from './shard.ts'

/** Closed for good: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSED_FOR_GOOD: Record<number, string> = {
  4004: 'Discord refused the bot token: check DISCORD_TOKEN.',
  4010: 'Discord refused the shard: restart Crier, which asks anew how many there are.',
  4011: 'Discord wants more shards: restart Crier, which asks anew how many.',
  4012: "Discord no longer speaks this version of its gateway's language.",
  4013: 'Discord knows none of the intents asked for.',
  4014: 'Discord does not allow this bot the intents asked for.',
}

/** One shard each time (ms), so that processes which start together share them. */
const TAKE_EVERY = SECOND
/** What could not connect is left to others for so long (ms), doubling: Discord counts logins by the day. */
const FIRST_REST = 5 * SECOND
const LONGEST_REST = 5 * MINUTE
/** A start waits so long (ms) for its first connection; it is made all the same. */
const FIRST_CONNECTION = 10 * SECOND

export interface Gateway {
  /** Resolves once a shard has logged in, or all are held by other processes. @throws where Discord could not be reached */
  connect(): Promise<void>
  close(): Promise<void>
  state(): { ok: boolean; detail: string }
}

/** What arrives over the gateway. */
export interface Heard {
  interaction(interaction: APIInteraction): void
  message(said: GatewayMessageCreateDispatchData, self: string): void
  guild(guild: { id: string; name: string }): void
}

interface Held {
  shard: Shard
  lock: Lock
  ready: boolean
}

/**
 * The long-lived connections over which Discord tells what happens: as many shards as Discord recommends, each held by the
 * one process that has its lock. Where a lock is lost the connection is closed at once, and the others take over within
 * seconds. What arrives twice meanwhile, since a process that stood still had it too, is told apart by what was seen.
 */
export function createGateway({
  token,
  rest,
  locks,
  log,
  heard,
}: {
  token: string
  rest: REST
  locks: Locks
  log: Log
  heard: Heard
}): Gateway {
  const shards = new Map<number, Held>()
  const closing = new Set<Promise<void>>()
  const stopping = new AbortController()
  let count = 0
  let maxConcurrency = 1
  let taking: Promise<void> | undefined
  let pause = 0
  let self = ''
  let ended: string | undefined
  let trouble: string | undefined

  function hear(id: number, { t, d }: GatewayDispatchPayload): void {
    switch (t) {
      case GatewayDispatchEvents.Ready:
        self = d.user.id
        ready(id, true)
        log.info({ shard: id, servers: d.guilds.length }, 'connected to Discord')
        break
      case GatewayDispatchEvents.Resumed:
        ready(id, true)
        break
      case GatewayDispatchEvents.GuildCreate:
      case GatewayDispatchEvents.GuildUpdate:
        heard.guild(d)
        break
      case GatewayDispatchEvents.InteractionCreate:
        heard.interaction(d)
        break
      case GatewayDispatchEvents.MessageCreate:
        heard.message(d, self)
        break
      default:
    }
  }

  const ready = (id: number, now: boolean): void => {
    const held = shards.get(id)
    if (held) held.ready = now
  }

  /** Takes the first shard that nobody has. @throws where nobody could be asked whose they are */
  async function take(): Promise<Held | undefined> {
    for (let id = 0; id < count; id++) {
      if (shards.has(id)) continue
      const lock = await locks.tryAcquire(`discord shard ${id}`)
      if (!lock) continue
      if (!stopping.signal.aborted) return hold(id, lock)
      await lock.release()
    }
    return undefined
  }

  function hold(id: number, lock: Lock): Held {
    const shard = openShard({
      id,
      count,
      maxConcurrency,
      token,
      rest,
      locks,
      log,
      heard: (payload) => hear(id, payload),
      closed(code) {
        ready(id, false)
        ended = CLOSED_FOR_GOOD[code] ?? ended
        if (code in CLOSED_FOR_GOOD) drop(id, held, 'Discord wants it so')
      },
    })
    const held: Held = { shard, lock, ready: false }
    shards.set(id, held)
    lock.lost.addEventListener('abort', () => {
      log.warn({ shard: id }, 'the lock of a connection to Discord was lost; another process takes it over')
      drop(id, held, 'Another process takes over')
    })
    shard.opened.then(
      () => {
        pause = 0
        trouble = undefined
      },
      (error: unknown) => {
        // Given up by us: whoever gave it up has said why.
        if (shards.get(id) !== held) return
        pause = Math.min(Math.max(pause * 2, FIRST_REST), LONGEST_REST)
        trouble = error instanceof Error ? error.message : String(error)
        log.warn({ err: loggable(error), shard: id, pause }, 'a connection to Discord could not be made')
        drop(id, held, 'It could not be made')
      },
    )
    return held
  }

  /** Nothing more is heard from here on; the rest is courtesy. */
  function drop(id: number, held: Held, reason: string): void {
    if (shards.get(id) !== held) return
    shards.delete(id)
    const closed = end(held, reason).finally(() => closing.delete(closed))
    closing.add(closed)
  }

  async function end({ shard, lock }: Held, reason: string): Promise<void> {
    try {
      await shard.close(reason)
      await lock.release()
    } catch (error) {
      log.warn({ err: loggable(error) }, 'a connection to Discord did not close cleanly')
    }
  }

  /** For as long as Crier runs: what another process lets go is taken over. */
  async function keepTaking(): Promise<void> {
    while (!stopping.signal.aborted && ended === undefined) {
      await sleep(Math.max(TAKE_EVERY, pause), stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await take()
        if (pause === 0) trouble = undefined
      } catch (error) {
        trouble = 'whose the shards are could not be asked'
        log.warn({ err: error }, 'The locks of the connections to Discord could not be asked for')
      }
    }
  }

  return {
    async connect() {
      if (taking) return
      const { shards: recommended, session_start_limit: limit } = (await rest.get(
        Routes.gatewayBot(),
      )) as RESTGetAPIGatewayBotResult
      count = recommended
      maxConcurrency = Math.max(1, limit.max_concurrency)
      const first = await take()
      if (first) await within(FIRST_CONNECTION, first.shard.opened)
      taking = keepTaking()
    },
    async close() {
      stopping.abort()
      for (const [id, held] of shards) drop(id, held, 'Crier stops')
      await Promise.all(closing)
      await taking
    },
    state() {
      if (ended !== undefined) return { ok: false, detail: ended }
      const held = [...shards.values()]
      const up = held.filter((one) => one.ready).length
      if (up < held.length || (trouble !== undefined && up === 0))
        return {
          ok: false,
          detail: `not connected (${up} of ${Math.max(1, held.length)} shards)${trouble ? `: ${trouble}` : ''}`,
        }
      if (count === 0) return { ok: false, detail: 'not connected yet' }
      if (up === 0) return { ok: true, detail: 'standing by: other processes are connected' }
      if (up < count)
        return { ok: true, detail: `connected by ${up} of ${count} shards, the others by others` }
      return { ok: true, detail: count === 1 ? 'connected' : `connected by ${count} shards` }
    },
  }
}
