import type { Recurrence } from './recurrence.ts'

/** Where and when a phrase is read. `zone` is the person's own, `defaultTime` (`HH:MM`) what a day without a time gets. */
export interface ReadAt {
  now: Temporal.Instant
  zone: string
  locale: string
  defaultTime?: string
}

/** One of the readings a person may choose. `phrase` reads back, unambiguously, to this choice. */
export interface Choice {
  label: string
  at: Temporal.Instant
  phrase: string
}

/** What a phrase means. `notes` are shown before it counts: "the clock skips 02:30 that night; 03:30 it is". */
export type When =
  | { kind: 'once'; at: Temporal.Instant; zone: string; notes: string[] }
  | { kind: 'recurring'; rule: Recurrence; next: Temporal.Instant[]; notes: string[] }
  | { kind: 'ask'; question: string; choices: Choice[] }
  | { kind: 'error'; message: string }

/** What a reading needs to know besides the phrase. */
export interface Here {
  now: Temporal.Instant
  zone: string
  locale: string
  defaultTime: Temporal.PlainTime
}
