import { type EpochMs, MINUTE } from '../kit/clock.ts'
import { partStep } from '../platforms/contract/parts.ts'
import type { Progress } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { backOff, MOST_TRIES } from './after-failure.ts'
import { doubtStep, mayRepeat, sinceAsked, whereItStands, withoutTries } from './bookkeeping.ts'
import type { Outlet } from './deliver.ts'
import { ASKED, type Attempt, type Delivery } from './delivery.ts'
import type { DeliveryChanges } from './delivery-store.ts'
import type { DeliveryMove } from './moves.ts'

/** What looking into an unsure delivery found: a move to make, or when to look again (UTC ms). */
export type Settled = { move: DeliveryMove; changes: DeliveryChanges } | { lookAgainAt: EpochMs }

/**
 * Finds out whether a commit whose answer was lost went through. Where the platform takes the same key again without a
 * second post, that is the safest look of all; else it is asked, once its list can be trusted; else a person is.
 *
 * @param attempts every attempt at the delivery, in order; the last one is the one in doubt
 * @param random in [0, 1): spreads repeats
 * @param skew how far (ms) `now` may be ahead of the clock that the attempts were written by
 * @throws whatever the look throws that is no verdict: then nothing is known
 */
export async function settle(
  delivery: Delivery,
  attempts: readonly Attempt[],
  { platform, publication, io }: Outlet,
  { now, random, skew = 0 }: { now: EpochMs; random: number; skew?: number },
): Promise<Settled> {
  if (delivery.problem?.code === ASKED) return { lookAgainAt: Number.POSITIVE_INFINITY }
  const last = attempts.at(-1)
  if (!last) throw new Error(`The delivery ${delivery.id} is unsure without an attempt`)
  const { look } = platform
  const parts = platform.parts?.(publication) ?? 1
  const which = partOf(last.part, parts)
  // The key's protection counts from the first commit of this part: a later repeat does not renew it.
  const tries = attempts.filter((one) => one.part === last.part)
  const firstCommit = Math.min(...tries.map((one) => one.startedAt))
  const lost = sinceAsked(tries, delivery.progress).filter(isLost).length
  const dueAt = now + (lost > 1 ? backOff(lost - 1, random) : 0)
  const again = (doubtSince: EpochMs | undefined): Settled => ({
    move: 'retryLater',
    changes: {
      at: now,
      dueAt,
      problem: null,
      progress: { ...delivery.progress, [doubtStep(last.part)]: doubtSince ?? null },
    },
  })
  // A time to come tells that the clock was set back since: neither how long ago it was nor what came after it is known.
  const lastCommit = Math.max(...tries.map((one) => one.startedAt))
  if (lastCommit > now + SET_BACK && look.repeatableFor !== Number.POSITIVE_INFINITY)
    return ask(now, 'the clock was set back since, so nobody can look for it but a person', which)
  if (lost >= MOST_TRIES)
    return ask(now, `the answer was lost ${lost} times in a row, so a person has to look`, which)
  if (mayRepeat(firstCommit, dueAt, look.repeatableFor)) return again(firstCommit)
  if (!look.find)
    return ask(
      now,
      look.repeatableFor > 0
        ? 'it is too late to send it again without a second post, so a person has to look'
        : look.says,
      which,
    )
  const trusted = (last.endedAt ?? last.startedAt) + look.trustAfter + skew
  if (now < trusted) return { lookAgainAt: trusted }

  try {
    const found = await look.find(publication, io, readOnly(delivery.progress), last.part, firstCommit)
    if (found === 'absent') return again(undefined)
    if (found === 'unknown')
      return ask(
        now,
        `Crier can’t tell from ${platform.label} whether it is there, so a person has to look`,
        which,
      )
    const progress = { ...withoutTries(delivery.progress), [partStep(last.part)]: found }
    // The part is live; the thread goes on behind it.
    if (last.part < parts - 1)
      return { move: 'retryLater', changes: { at: now, dueAt: now, problem: null, progress } }
    const published = whereItStands(progress) ?? found
    return {
      move: 'publish',
      changes: { at: now, published, publishedAt: last.startedAt, problem: null, progress },
    }
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    if (now >= trusted + LOOK_FOR) return notSeen(now, error.message, which)
    const after = error.next.do === 'retry' ? error.next.after : undefined
    return { lookAgainAt: after ?? now + LOOK_AGAIN }
  }
}

const isLost = ({ outcome }: Attempt): boolean => outcome === 'check' || outcome === null

/** The clocks of machines may be apart by less than this (ms): beyond it a clock was wrong. */
export const SET_BACK = 2 * MINUTE

/** A platform that can't be asked is asked again after this (ms). */
const LOOK_AGAIN = MINUTE
/** A look that was impossible for so long (ms) is a person's: nobody is left without a word. */
export const LOOK_FOR = 10 * MINUTE

/** It could not be found out at all: a person is asked. */
export const notSeen = (
  now: EpochMs,
  why: string,
  which = '',
): { move: DeliveryMove; changes: DeliveryChanges } =>
  ask(now, `Crier could not look for it, so a person has to (${why})`, which)

/** Asked once: from then on the problem says that a person decides. It stands behind "may be live: the answer was lost". */
const ask = (
  now: EpochMs,
  says: string,
  which: string,
): { move: DeliveryMove; changes: DeliveryChanges } => ({
  move: 'ask',
  changes: {
    at: now,
    problem: { ask: 'check', message: sentenceOf(which, says), code: ASKED },
  },
})

/** Whoever looks must know which post of a thread to look for. */
const partOf = (part: number, parts: number): string => (parts === 1 ? '' : `Part ${part + 1} of ${parts}`)

const sentenceOf = (which: string, says: string): string =>
  which === '' ? `${says.charAt(0).toUpperCase()}${says.slice(1)}` : `${which}: ${says}`

const readOnly = (steps: Record<string, unknown>): Progress => ({
  get: <Value>(step: string) => steps[step] as Value | undefined,
  keep: async () => undefined,
})
