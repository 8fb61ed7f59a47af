// @discordjs/ws: discord.js's own gateway without its client, whose caches of members and channels nobody here would read.
import { type SessionInfo, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws'
import type { GatewayDispatchPayload, REST } from 'discord.js'
import { GatewayIntentBits } from 'discord-api-types/v10'
import { SECOND } from '../../kit/clock.ts'
import type { Locks } from '../../kit/locks.ts'
import type { Log } from '../../kit/log.ts'
import { within } from '../../kit/patience.ts'
import { identifyTurns } from './identify-turns.ts'

/** None of these is privileged: words arrive in direct messages and mentions without the message content intent. */
const INTENTS = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages

const CLOSE_WITHIN = 3 * SECOND

export interface ShardOptions {
  id: number
  /** Of how many. */
  count: number
  maxConcurrency: number
  token: string
  rest: REST
  locks: Locks
  log: Log
  heard(payload: GatewayDispatchPayload): void
  /** The connection broke, with Discord's code; it is made again by itself unless that forbids it. */
  closed(code: number): void
}

/** One connection to the gateway. */
export interface Shard {
  /** Resolves once it has logged in. @throws where Discord could not be reached or refused */
  opened: Promise<void>
  /** Hears nothing more from now on; resolves once the connection is closed. */
  close(reason: string): Promise<void>
}

/** discord.js's own manager keeps the heartbeat, resumes, and makes a broken connection again. */
export function openShard(options: ShardOptions): Shard {
  const { id, log, locks } = options
  const ended = new AbortController()
  let session: SessionInfo | null = null
  const manager = new WebSocketManager({
    token: options.token,
    rest: options.rest,
    intents: INTENTS,
    shardCount: options.count,
    shardIds: [id],
    buildIdentifyThrottler: () =>
      identifyTurns({ locks, maxConcurrency: options.maxConcurrency, ended: ended.signal, log }),
    // It is asked before each connection. The manager forgets a shard that is just about to be made again, which would go
    // on by itself: one that was given up gets no answer.
    retrieveSessionInfo: () => (ended.signal.aborted ? new Promise<never>(() => undefined) : session),
    updateSessionInfo: (_shard, info) => {
      session = info
    },
  })
  manager.on(WebSocketShardEvents.Dispatch, ({ data }) => options.heard(data))
  manager.on(WebSocketShardEvents.Closed, ({ code }) => {
    log.info({ code, shard: id }, 'the connection to Discord closed')
    if (!ended.signal.aborted) options.closed(code)
  })
  manager.on(WebSocketShardEvents.Error, ({ error }) => {
    log.warn({ err: error, shard: id }, 'the connection to Discord failed')
  })
  const givenUp = new Promise<never>((_, reject) => {
    ended.signal.addEventListener('abort', () => reject(new Error('The connection to Discord was given up')))
  })
  return {
    opened: Promise.race([manager.connect(), givenUp]),
    async close(reason) {
      ended.abort()
      // Of a connection that is only being made, the manager sometimes waits for an end that it never hears of.
      await within(CLOSE_WITHIN, Promise.resolve(manager.destroy({ reason })))
    },
  }
}
