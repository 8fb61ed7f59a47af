import { pulseOf } from '../../app/pulse.ts'
import { SendError, type Surface } from '../../app/surface.ts'
import { type EpochMs, HOUR, SECOND } from '../../kit/clock.ts'
import type { Card, OutboxEntry } from '../../outbox/outbox.ts'
import { defineJob, type Tools } from '../job.ts'
import { MOST_SKEW } from '../rescue.ts'

const BATCH = 20
/** A send that takes longer than this has died with its process; another machine's clock may be ahead. */
const LEASE = 60 * SECOND + MOST_SKEW
const MOST_ATTEMPTS = 12

/** Says in the chats what happened: in order per channel, retried, a card's update instead of a second card. */
export default defineJob({
  name: 'send-outbox',
  every: SECOND,
  wokenBy: 'outbox',

  async run(tools) {
    const { bench, stopping } = tools
    while (!stopping.aborted) {
      const now = bench.clock.now()
      const claimed = await bench.stores.outboxQueue.claim({ now, leaseUntil: now + LEASE, limit: BATCH })
      await Promise.all(claimed.map((one) => sendOne(tools, one)))
      if (claimed.length === 0) return
    }
  },
})

type ClaimedEntry = Awaited<ReturnType<Tools['bench']['stores']['outboxQueue']['claim']>>[number]

async function sendOne(tools: Tools, claimed: ClaimedEntry): Promise<void> {
  const { bench, surfaces, meters } = tools
  const { entry, surface: name } = claimed
  const surface = surfaces.get(name)
  const { outboxQueue } = bench.stores
  if (!surface) {
    // Its surface is not running here (another process, or no settings any more): wait, and give up in the end.
    await outboxQueue.notSent(
      entry.id,
      `${name} is not running`,
      entry.attempts < MOST_ATTEMPTS ? bench.clock.now() + 30 * SECOND : null,
    )
    return
  }
  try {
    const card = await say(tools, surface, claimed)
    await outboxQueue.sent(entry.id, bench.clock.now(), card)
    meters.messages.inc({ surface: name, result: 'sent' })
    pulseOf(bench).outboxFailingSince = undefined
  } catch (error) {
    meters.messages.inc({ surface: name, result: 'failed' })
    pulseOf(bench).outboxFailingSince ??= bench.clock.now()
    const reason = error instanceof Error ? error.message : String(error)
    const again = nextTry(error, entry, bench.clock.now())
    bench.log.warn(
      { entry: entry.id, surface: name, attempts: entry.attempts, again, reason },
      'A message was not sent',
    )
    await outboxQueue.notSent(entry.id, reason.slice(0, 500), again)
  }
}

async function say(
  { bench }: Tools,
  surface: Surface,
  { workspaceId, chatExternalId: chat, entry, card }: ClaimedEntry,
): Promise<Card | undefined> {
  const key = entry.id
  if (entry.channel === null) {
    const member = entry.memberId
      ? await bench.stores.workspace(workspaceId).workspace.member(entry.memberId)
      : undefined
    const person = member?.identities.find(
      (one) => one.surface === surface.name && one.chat === chat,
    )?.externalId
    if (!person) throw new SendError('The member is not known there', { retry: false })
    await surface.tell({ chat, person }, entry.message, { key })
    return undefined
  }
  const to = { chat, channel: card?.channel ?? entry.channel }
  switch (entry.kind) {
    case 'card': {
      if (card) {
        await surface.update(to, card.remoteId, entry.message)
        return undefined
      }
      const remoteId = await surface.send(to, entry.message, { key })
      return { chatId: entry.chatId, subject: entry.subject ?? '', channel: to.channel, remoteId }
    }
    case 'reply':
      await surface.send(to, entry.message, { key, ...(card ? { thread: card.remoteId } : {}) })
      return undefined
    case 'message':
      await surface.send(to, entry.message, { key })
      return undefined
    default:
      return entry.kind satisfies never
  }
}

/** The wait the chat gave, else doubling; null once it is hopeless. */
function nextTry(error: unknown, entry: OutboxEntry, now: EpochMs): EpochMs | null {
  if (error instanceof SendError && !error.retry) return null
  if (entry.attempts >= MOST_ATTEMPTS) return null
  const wait = error instanceof SendError ? error.after : undefined
  return now + (wait ?? Math.min(HOUR, SECOND * 2 ** entry.attempts))
}
