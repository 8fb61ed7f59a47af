import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { drawCard } from '../../app/announce.ts'
import { type Place, SendError, type Sending, type Surface } from '../../app/surface.ts'
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../../kit/clock.ts'
import type { Message } from '../../message/message.ts'
import { type Card, type NotSent, type OutboxEntry, type Sent, STUCK } from '../../outbox/outbox.ts'
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
/** The longest wait (ms) between two tries: a chat that is back after hours is noticed within it. */
const LONGEST_BACK_OFF = 15 * MINUTE
/** Chats ask for no longer one (ms). */
const LONGEST_WAIT = HOUR
/** After so many tries a message that goes through says that its chat is back: what else waits there is tried at once. */
const SAYS_BACK = 6
/** News of this age (ms) is none. */
const NEWS_LASTS = DAY
/** A card that can't be drawn is our mistake: it must not hold back its channel for hours. */
const MOST_DRAWINGS = 3
/** While many posts go out, channels are looked after this often (ms): each look is a write to the disk. */
const BUSY_PAUSE = 50
/** A database that is away for longer than so many seconds is told by another try of the message. */
const MOST_WRITES = 30
/** While something is being sent, new words for other channels are looked for this often (ms). */
const LOOK_AGAIN = 200

/**
 * Says in the chats what happened: in order per channel, at the chat's pace, retried, a card's update instead of a second
 * card.
 *
 * What fails for now is tried until it goes through, however long that takes: nobody would ask a question again that was
 * written here. Only news (`isNews`) that is a day old is dropped, with a line in the log. What the chat will never take is
 * refused, and kept in mind for `raise-alerts`, which says so elsewhere, and `show-again`, which asks again.
 */
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
    absentSurfaces: createAbsentSurfaces(tools.bench, () => surfacesOf(tools)),
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
    if (isNews(entry) && entry.createdAt < bench.clock.now() - NEWS_LASTS)
      throw new NotWanted('It is a day old')
    const message = await wordsOf(tools, claimed)
    if (!(await lease.holds())) return undefined
    const card = await say(tools, surface, claimed, message)
    meters.messages.inc({ surface: name, result: 'sent' })
    if (entry.attempts >= SAYS_BACK)
      await outboxQueue
        .recovered(entry.chatId, bench.clock.now())
        .catch((error: unknown) =>
          bench.log.warn({ err: error }, 'What else waits for the chat waits for its own time'),
        )
    return { id: entry.id, card }
  } catch (error) {
    meters.messages.inc({ surface: name, result: 'failed' })
    const now = bench.clock.now()
    const reason = error instanceof Error ? error.message : String(error)
    const then = whatThen(error, entry, now)
    bench.log.warn(
      { entry: entry.id, surface: name, attempts: entry.attempts, then, reason },
      'A message was not sent',
    )
    if (error instanceof SendError && error.everywhere && typeof then === 'object' && 'dueAt' in then)
      await outboxQueue.quiet(entry.chatId, then.dueAt)
    if (!(await outboxQueue.notSent(entry.id, await lease.until(), reason.slice(0, 500), then)))
      bench.log.warn({ entry: entry.id }, 'Another process sends the message meanwhile')
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
    /** What was last said of it. A renewal under way may yet change that. */
    until: async (): Promise<EpochMs> => {
      await renewing?.catch(() => undefined)
      return until
    },
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

/** Nobody needs it any more. */
class NotWanted extends Error {
  override name = 'NotWanted'
}

/** Does it only say what happened? A card stays true, and what has buttons about a post asks for a decision. */
const isNews = ({ kind, subject, message }: OutboxEntry): boolean =>
  kind !== 'card' &&
  (subject === null || message.type !== 'message' || !message.blocks.some(({ type }) => type === 'buttons'))

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
  if (!drawn) throw new NotWanted('The post is gone')
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
    if (!person) throw new NotWanted('The member is not known there')
    await surface.tell({ chat, person }, message, sending)
    return undefined
  }
  const to = { chat, channel: card?.channel ?? entry.channel }
  switch (entry.kind) {
    case 'card': {
      if (card && (await updated(surface, to, card, message))) return undefined
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

/** False where the chat will never change that message: it was deleted, or is too old. Then a new card takes its place. */
async function updated(surface: Surface, to: Place, card: Card, message: Message): Promise<boolean> {
  try {
    await surface.update(to, card.remoteId, message)
    return true
  } catch (error) {
    if (error instanceof SendError && !error.retry) return false
    throw error
  }
}

/** The wait that the chat gave, else doubling; refused where the chat says so, or it can't be drawn time and again. */
function whatThen(error: unknown, entry: OutboxEntry, now: EpochMs): NotSent {
  if (error instanceof NotWanted) return 'dropped'
  if (error instanceof SendError && !error.retry) return { refusedAt: now }
  if (error instanceof NotDrawn && entry.problem === error.message && entry.attempts >= MOST_DRAWINGS)
    return { refusedAt: now }
  if (error instanceof SendError && error.after !== undefined)
    return { dueAt: now + Math.min(LONGEST_WAIT, error.after), counts: false }
  return {
    dueAt: now + Math.min(LONGEST_BACK_OFF, SECOND * 2 ** entry.attempts),
    counts: true,
    aside: entry.attempts >= STUCK.tries && entry.createdAt <= now - STUCK.after,
  }
}
