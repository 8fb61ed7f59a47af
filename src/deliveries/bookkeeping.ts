import { type EpochMs, MINUTE } from '../kit/clock.ts'
import { partStep } from '../platforms/contract/parts.ts'
import type { Published } from '../platforms/contract/platform.ts'
import type { Delivery } from './delivery.ts'

/** Where a delivery's own bookkeeping stands in its progress, apart from the platform's steps. */
export const TRIES = '#tries'

/** The version of the credentials that the platform refused before their time: the next try refreshes them first. */
export const STALE = '#stale'

export const staleCredentials = ({ progress }: Pick<Delivery, 'progress'>): number | undefined =>
  typeof progress[STALE] === 'number' ? progress[STALE] : undefined

/** Since when (UTC ms, the first commit) part `part` may be live although its answer was lost; null once that was cleared up. */
export const doubtStep = (part: number): string => `${DOUBT}${part}`
const DOUBT = '#doubt:'

/** May a part of it be live although its answer was lost? A part that is known to be live is no doubt any more. */
export const isInDoubt = (progress: Record<string, unknown>): boolean =>
  Object.entries(progress).some(
    ([step, since]) =>
      step.startsWith(DOUBT) &&
      since !== null &&
      progress[partStep(Number(step.slice(DOUBT.length)))] === undefined,
  )

/** The progress of a delivery that is given up although it may be live, since `at` (UTC ms). */
export const keptInDoubt = (progress: Record<string, unknown>, at: EpochMs): Record<string, unknown> =>
  isInDoubt(progress) ? progress : { ...progress, [doubtStep(publishedParts(progress).length)]: at }

/** Is any of it live, or may it be? Then it is not sent under another key, and no end calls it absent. */
export const mayBeLive = (progress: Record<string, unknown>): boolean =>
  publishedParts(progress).length > 0 || isInDoubt(progress)

/** Does a part stand where nobody knows? Nothing can go on behind it. */
export const isCutOff = (progress: Record<string, unknown>): boolean =>
  publishedParts(progress).some(({ remoteId }) => remoteId === '')

/** How many attempts there were when a person last wanted it tried: what was lost before does not count against it. */
const ANEW = '#anew'

/** The attempts that count towards giving up: those since a person last wanted it tried. */
export const sinceAsked = <One extends { number: number }>(
  attempts: readonly One[],
  progress: Record<string, unknown>,
): One[] => attempts.filter(({ number }) => number > Number(progress[ANEW] ?? 0))

/** The progress of a delivery that a person wants tried again: tries are counted anew, doubts stay. */
export const triedAnew = ({
  progress,
  attempts,
}: Pick<Delivery, 'progress' | 'attempts'>): Record<string, unknown> => ({
  ...withoutTries(progress),
  [ANEW]: attempts,
})

/** The progress of a delivery that a person wants published because it is not live: nothing of it is in doubt any more. */
export const withoutDoubt = (delivery: Pick<Delivery, 'progress' | 'attempts'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(triedAnew(delivery)).filter(([step]) => !step.startsWith(DOUBT)))

/** What comes next has tries of its own. */
export const withoutTries = (progress: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(progress).filter(([step]) => step !== TRIES))

/**
 * The delivery's standstill, as buttons about it carry it (hexadecimal): who presses an old copy of one means another.
 */
export const standstillOf = ({ attempts, updatedAt }: Pick<Delivery, 'attempts' | 'updatedAt'>): string =>
  `${updatedAt.toString(16)}${attempts.toString(16).padStart(2, '0')}`

/** A repeat must arrive while the platform still knows the key: the call itself takes time (ms). */
const REPEAT_MARGIN = 5 * MINUTE

/** May a commit that may be live be sent again with the same key at `at` (UTC ms)? */
export const mayRepeat = (firstCommit: EpochMs, at: EpochMs, repeatableFor: number): boolean =>
  at + REPEAT_MARGIN - firstCommit < repeatableFor

/** The parts that are live, in order: a thread goes on behind the last of them. */
export function publishedParts(progress: Record<string, unknown>): Published[] {
  const parts: Published[] = []
  for (let part = 0; progress[partStep(part)] !== undefined; part++)
    parts.push(progress[partStep(part)] as Published)
  return parts
}

/** Where people find what is live: at its first part, with what there is to say of any of them. Undefined where nothing is. */
export function whereItStands(progress: Record<string, unknown>): Published | undefined {
  const parts = publishedParts(progress)
  const [first] = parts
  const notes = parts.flatMap(({ note }) => note ?? [])
  return first && notes.length > 0 ? { ...first, note: notes.join('; ') } : first
}
