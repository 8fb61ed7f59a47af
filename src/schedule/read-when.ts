import { nextRuns, type Recurrence } from './recurrence.ts'

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

export type When =
  | { kind: 'once'; at: Temporal.Instant; zone: string; notes: string[] }
  | { kind: 'recurring'; rule: Recurrence; next: Temporal.Instant[]; notes: string[] }
  | { kind: 'ask'; question: string; choices: Choice[] }
  | { kind: 'error'; message: string }

/** What a phrase means to this person, now. Never guesses silently: what it did not understand it quotes. */
export function readWhen(phrase: string, at: ReadAt): When {
  const iso = /^(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})$/.exec(phrase.trim())
  const today = at.now.toZonedDateTimeISO(at.zone).toPlainDate()
  if (iso !== null) {
    const wall = Temporal.PlainDate.from(iso[1] ?? '').toPlainDateTime({
      hour: Number(iso[2]),
      minute: Number(iso[3]),
    })
    return { kind: 'once', at: wall.toZonedDateTime(at.zone).toInstant(), zone: at.zone, notes: [] }
  }
  const relative = /^in (\d{1,4}) (minute|hour)s?$/.exec(phrase.trim())
  if (relative !== null) {
    const amount = Number(relative[1])
    const then = at.now.add(relative[2] === 'hour' ? { hours: amount } : { minutes: amount })
    return { kind: 'once', at: then, zone: at.zone, notes: [] }
  }
  const day = /^(tomorrow|every day)(?: at)? (\d{1,2})(?::(\d{2}))?$/.exec(phrase.trim())
  if (day === null) return { kind: 'error', message: `I did not understand "${phrase.slice(0, 80)}".` }
  const time = Temporal.PlainTime.from({ hour: Number(day[2]), minute: Number(day[3] ?? 0) })
  if (day[1] === 'tomorrow') {
    const wall = today.add({ days: 1 }).toPlainDateTime(time)
    return { kind: 'once', at: wall.toZonedDateTime(at.zone).toInstant(), zone: at.zone, notes: [] }
  }
  const from = today.toPlainDateTime(time).toString({ smallestUnit: 'minute' })
  const times = [time.toString({ smallestUnit: 'minute' })]
  const rule: Recurrence = { every: 'day', interval: 1, from, zone: at.zone, times }
  return { kind: 'recurring', rule, next: nextRuns(rule, at.now, 3), notes: [] }
}
