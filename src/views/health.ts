import { type EpochMs, MINUTE, SECOND } from '../kit/clock.ts'
import { bold, heading, list, type Message, message, prose, type Span, text } from '../message/message.ts'
import { andList, clockTime, counted } from './words.ts'

/** How Crier does for one workspace. Times in UTC ms, ages in ms. */
export interface HealthFacts {
  now: EpochMs
  /** Since the scheduler's last beat; undefined where this process does not publish. */
  tickAge: number | undefined
  pausedAt: EpochMs | null
  overdue: number
  oldestOverdue: number
  unsure: number
  late: number
  parked: number
  lastDay: readonly { platform: string; published: number; failed: number }[]
  /** Platforms and accounts that failed too often in a row, and until when they are left alone. */
  leftAlone: readonly { name: string; until: EpochMs }[]
  toReconnect: readonly string[]
  /** Channels of the team's chats that take no messages, and the chats' own words why. */
  refused: readonly { name: string; why: string }[]
  /** Messages of all teams that wait to be sent. */
  outbox: number
  /** Does the database take writes, with room for more? What ails it is the operator's to read, not every team's. */
  databaseWell: boolean
  zone: string
}

/** A beat comes each second. */
const OLD_BEAT = 15 * SECOND
/** Nothing may be overdue for longer (ms). */
const LATE = 2 * MINUTE
/** More messages than this wait only where something is stuck. */
const FULL_OUTBOX = 100

/** `health`: what is well in one line, and what is not, each with what it means. */
export function healthView(facts: HealthFacts, locale: string): Message {
  const wrong = [...troubles(facts, locale)]
  return message(
    heading(wrong.length === 0 ? '✅ All is well' : '⚠️ Not all is well'),
    wrong.length > 0 && list(wrong.map(prose)),
    list([
      [{ type: 'plain', text: beat(facts.tickAge) }],
      [{ type: 'plain', text: `${counted(facts.overdue, 'delivery', 'deliveries')} overdue` }],
      [{ type: 'plain', text: `${counted(facts.outbox, 'message')} waiting to be sent` }],
    ]),
    facts.lastDay.length > 0 && text(bold('The last 24 hours')),
    facts.lastDay.length > 0 &&
      list(
        facts.lastDay.map(({ platform, published, failed }): Span[] => [
          { type: 'plain', text: `${platform}: ${published} live, ${failed} failed` },
        ]),
      ),
  )
}

function* troubles(facts: HealthFacts, locale: string): Generator<string> {
  const { tickAge, overdue, oldestOverdue, outbox, zone } = facts
  if (!facts.databaseWell)
    yield 'The database takes no writes, or its disk is nearly full: whoever runs Crier reads at `/readyz` what to do'
  if (tickAge !== undefined && tickAge > OLD_BEAT)
    yield `The scheduler has not ticked for ${age(tickAge)}: look at the process and its log`
  if (facts.pausedAt !== null)
    yield `Everything is paused since ${clockTime(facts.pausedAt, zone, locale)}: \`resume\` lets posts go out again`
  if (overdue > 0 && oldestOverdue > LATE)
    yield `${counted(overdue, 'delivery', 'deliveries')} overdue, the oldest for ${age(oldestOverdue)}`
  for (const { name, until } of facts.leftAlone)
    yield `${name} failed several times in a row and is left alone until ${clockTime(until, zone, locale)}; one post tries it then`
  if (facts.toReconnect.length > 0)
    yield `${andList(facts.toReconnect)} must be connected again: \`accounts\` has the buttons`
  for (const { name, why } of facts.refused)
    yield `${name} takes no messages: ${why} What waits for a word there is shown again once it does`
  if (facts.unsure > 0)
    yield `${counted(facts.unsure, 'delivery', 'deliveries')} may be live: the answer was lost`
  if (facts.late > 0)
    yield `${counted(facts.late, 'delivery', 'deliveries')} found too late: somebody must decide`
  if (facts.parked > 0)
    yield `${counted(facts.parked, 'delivery', 'deliveries')} parked until an account is reconnected`
  if (outbox > FULL_OUTBOX) yield `${outbox} messages wait to be sent: a chat may not be reachable`
}

const beat = (tickAge: number | undefined): string =>
  tickAge === undefined ? 'This process does not publish' : `The last tick was ${age(tickAge)} ago`

const age = (ms: number): string => {
  if (ms < 90 * SECOND) return counted(Math.round(ms / SECOND), 'second')
  return counted(Math.round(ms / MINUTE), 'minute')
}
