import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { drawCard } from '../../app/announce.ts'
import { SendError, type Sending, type Surface } from '../../app/surface.ts'
import { type EpochMs, HOUR, SECOND } from '../../kit/clock.ts'
import type { Message } from '../../message/message.ts'
import type { Card, OutboxEntry, Sent } from '../../outbox/outbox.ts'
import type { SurfaceName } from '../../workspaces/workspace.ts'
import { type AbsentSurfaces, createAbsentSurfaces } from '../absent-surfaces.ts'
import { type ChannelPace, createChannelPace } from '../channel-pace.ts'
import { createDeadSenders, type DeadSenders, RENEWED_EVERY, TRUSTED_FOR } from '../dead-senders.ts'
import { defineJob, type Tools } from '../job.ts'
import { MOST_SKEW } from '../rescue.ts'

/** Channels that one process says something in at a time. */
const MOST_AT_ONCE = 40
/** The net under `dead-senders`: nobody looked, and another machine's clock may be ahead. */
const LEASE = 60 * SECOND + MOST_SKEW
const MOST_ATTEMPTS = 12
/** A card that can't be drawn is our mistake: it must not hold back its channel for hours. */
const MOST_DRAWINGS = 3
/** While many posts go out, channels are looked after this often (ms): each look is a write to the disk. */
const BUSY_PAUSE = 50
/** A database that is away for longer than so many seconds is told by another try of the message. */
const MOST_WRITES = 30
/** While something is being sent, new words for other channels are looked for this often (ms). */
const LOOK_AGAIN = 200

/** Says in the chats what happened: in order per channel, at the chat's pace, retried, a card's update instead of a second card. */
export default defineJob({
  name: 'send-outbox',
  every: SECOND,
  wokenBy: 'outbox',

  async run(tools) {
    const { bench, stopping } = tools
    const { deadSenders, absentSurfaces } = keptOf(tools)
    await deadSenders.look()
    await absentSurfaces.look()
    const surfaces = surfacesOf(tools)
    const underWay = new Set<Promise<unknown>>()
    const sent: Sent[] = []
    while (!stopping.aborted) {
      const now = bench.clock.now()
      const leaseUntil = now + LEASE
      const limit = MOST_AT_ONCE - underWay.size
      const written = sent.splice(0)
      const claimed = await insist(tools, () =>
        bench.stores.outboxQueue.claim({ now, leaseUntil, limit, surfaces, sent: written }),
      )
      for (const one of claimed) {
        const sending = sendOne(tools, one, leaseUntil)
          .then((done) => done && sent.push(done))
          .catch((error: unknown) =>
            bench.log.error({ err: error }, 'What became of a message was not written; it is looked into'),
          )
          .finally(() => underWay.delete(sending))
        underWay.add(sending)
      }
      // What was sent while the claim was under way is not written yet.
      if (underWay.size === 0 && sent.length > 0) continue
      if (underWay.size === 0) return
      await Promise.race([...underWay, pause(LOOK_AGAIN, undefined, { ref: false })])
      // A file and a chat on this machine answer within one turn of the event loop, which others need too.
      await (tools.busy() ? pause(BUSY_PAUSE) : turn())
    }
    await Promise.all(underWay)
    for (const { id, card } of sent) await bench.stores.outboxQueue.sent(id, bench.clock.now(), card)
  },
})

type ClaimedEntry = Awaited<ReturnType<Tools['bench']['stores']['outboxQueue']['claim']>>[number]

interface Kept {
  pace: ChannelPace
  deadSenders: DeadSenders
  absentSurfaces: AbsentSurfaces
}

const kept = new WeakMap<Tools, Kept>()

/** What the sender of one process remembers from run to run. */
function keptOf(tools: Tools): Kept {
  const known = kept.get(tools) ?? {
    pace: createChannelPace(),
    deadSenders: createDeadSenders(tools.bench),
    absentSurfaces: createAbsentSurfaces(tools.bench, () => surfacesOf(tools), MOST_ATTEMPTS),
  }
  kept.set(tools, known)
  return known
}

const surfacesOf = ({ surfaces }: Tools): SurfaceName[] => [...surfaces.keys()]

/** What the chat has now; undefined where it was not sent, which is written down. */
async function sendOne(tools: Tools, claimed: ClaimedEntry, leaseUntil: EpochMs): Promise<Sent | undefined> {
  const { bench, surfaces, meters } = tools
  const { entry, surface: name } = claimed
  const surface = surfaces.get(name)
  const { outboxQueue } = bench.stores
  if (!surface) throw new Error(`A message for ${name}, which is not running here, was claimed`)
  const lease = holdLease(tools, entry.id, leaseUntil)
  try {
    const lane = `${entry.chatId} ${entry.channel ?? entry.memberId}`
    const wait = surface.pace ? keptOf(tools).pace.take(lane, bench.clock.now(), surface.pace) : 0
    if (wait > 0) await pause(wait)
    const message = await wordsOf(tools, claimed)
    if (!(await lease.holds())) return undefined
    const card = await say(tools, surface, claimed, message)
    meters.messages.inc({ surface: name, result: 'sent' })
    return { id: entry.id, card }
  } catch (error) {
    meters.messages.inc({ surface: name, result: 'failed' })
    const now = bench.clock.now()
    const reason = error instanceof Error ? error.message : String(error)
    const again = nextTry(error, entry, now)
    bench.log.warn(
      { entry: entry.id, surface: name, attempts: entry.attempts, again, reason },
      'A message was not sent',
    )
    if (error instanceof SendError && error.everywhere && again !== null)
      await outboxQueue.quiet(entry.chatId, again)
    await outboxQueue.notSent(entry.id, reason.slice(0, 500), again)
    return undefined
  } finally {
    lease.letGo()
  }
}

/** A sender that goes on says so; one that stood still (a machine that slept) asks before it sends. */
function holdLease({ bench }: Tools, id: string, claimedUntil: EpochMs) {
  const { outboxQueue } = bench.stores
  let until = claimedUntil
  let renewing: Promise<boolean> | undefined
  const renew = (): Promise<boolean> => {
    const next = Math.max(until + 1, bench.clock.now() + LEASE)
    renewing ??= outboxQueue
      .renew(id, until, next)
      .then((held) => {
        if (held) until = next
        return held
      })
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }
  const renewal = setInterval(() => {
    renew().catch((error: unknown) => bench.log.warn({ err: error, entry: id }, 'A message was not held'))
  }, RENEWED_EVERY)
  renewal.unref()
  return {
    holds: async (): Promise<boolean> => bench.clock.now() < until - LEASE + TRUSTED_FOR || renew(),
    letGo: () => clearInterval(renewal),
  }
}

/** What the chat has is written down also where the database is away for a while, or it would be sent again. */
async function insist<Value>({ bench, stopping }: Tools, write: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (tries === MOST_WRITES || stopping.aborted) throw error
      bench.log.warn({ err: error }, 'The outbox could not be read and written; trying again')
      await pause(SECOND, undefined, { ref: false })
    }
  }
}

class NotDrawn extends Error {
  override name = 'NotDrawn'
}

/** A card says how its post stands now, whatever has happened since it was asked for. */
async function wordsOf({ bench }: Tools, { workspaceId, entry }: ClaimedEntry): Promise<Message> {
  const { message } = entry
  if (message.type === 'message') return message
  const drawn = await drawCard(bench.stores.workspace(workspaceId), bench, message).catch(
    (cause: unknown) => {
      bench.log.error({ err: cause, entry: entry.id }, 'A card could not be drawn')
      throw new NotDrawn('The card could not be drawn', { cause })
    },
  )
  if (!drawn) throw new SendError('The post is gone', { retry: false })
  return drawn
}

async function say(
  { bench }: Tools,
  surface: Surface,
  { workspaceId, chatExternalId: chat, entry, card }: ClaimedEntry,
  message: Message,
): Promise<Card | undefined> {
  const sending: Sending = {
    key: entry.id,
    ...(entry.attempts > 1 ? { triedSince: entry.createdAt } : {}),
  }
  if (entry.channel === null) {
    const member = entry.memberId
      ? await bench.stores.workspace(workspaceId).workspace.member(entry.memberId)
      : undefined
    const person = member?.identities.find(
      (one) => one.surface === surface.name && one.chat === chat,
    )?.externalId
    if (!person) throw new SendError('The member is not known there', { retry: false })
    await surface.tell({ chat, person }, message, sending)
    return undefined
  }
  const to = { chat, channel: card?.channel ?? entry.channel }
  switch (entry.kind) {
    case 'card': {
      if (card) {
        await surface.update(to, card.remoteId, message)
        return undefined
      }
      const remoteId = await surface.send(to, message, sending)
      return { chatId: entry.chatId, subject: entry.subject ?? '', channel: to.channel, remoteId }
    }
    case 'reply':
      await surface.send(to, message, { ...sending, ...(card ? { thread: card.remoteId } : {}) })
      return undefined
    case 'message':
      await surface.send(to, message, sending)
      return undefined
    default:
      return entry.kind satisfies never
  }
}

/** The wait the chat gave, else doubling; null once it is hopeless. */
function nextTry(error: unknown, entry: OutboxEntry, now: EpochMs): EpochMs | null {
  if (error instanceof SendError && !error.retry) return null
  if (entry.attempts >= (error instanceof NotDrawn ? MOST_DRAWINGS : MOST_ATTEMPTS)) return null
  const wait = error instanceof SendError ? error.after : undefined
  return now + (wait ?? Math.min(HOUR, SECOND * 2 ** entry.attempts))
}
