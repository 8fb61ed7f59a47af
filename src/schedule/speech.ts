import type { Recurrence } from './recurrence.ts'

/**
 * How a language says times and rules. Whatever it says, the same language's tables read back to the same. `undefined`
 * means that the language has no plain word for it here; the whole sentence is then said in English.
 */
export interface Speech {
  /** Monday first. */
  weekdays: readonly string[]
  weekdaysShort: readonly string[]
  months: readonly string[]
  monthsShort: readonly string[]
  and: string
  date: (day: number, month: string, year: number | undefined) => string
  shortDate: (weekday: string, day: number, month: string, year: number | undefined) => string
  /** "09:00 (Berlin time)" after a date. */
  moment: (date: string, time: string, zone: string) => string
  zone: (name: string) => string
  every: (interval: number, unit: Recurrence['every']) => string
  everyWeekdays: (names: string) => string
  everyWorkday: string
  onWeekdays: (names: string) => string
  inMonths: (names: string) => string
  /** 15 -> "15th" */
  monthDay: (day: number) => string
  onMonthDays: (days: string) => string
  /** 1 -> "first", -1 -> "last" */
  nth: (nth: number) => string | undefined
  onNth: (nths: string, what: string) => string
  day: string
  workingDay: string
  yearly: (day: number, month: string) => string
  at: (times: string) => string
  between: (from: string, to: string) => string
  starting: (date: string, time: string | undefined) => string
  until: (date: string, time: string | undefined) => string
  times: (count: number) => string
  except: (list: string) => string
  /** From the one date until the other, in a list of exceptions. */
  range?: (first: string, last: string) => string
  /** Of a day that is left out: that of each year. */
  eachYear: (date: string) => string
  /** The same of a feast, where it is not said as of a date. */
  eachFeast?: (name: string) => string
  /** Whether a list of exceptions of several kinds can be said. */
  exceptSeveral: boolean
}
