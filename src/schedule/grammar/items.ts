import type { DayPart, Unit } from '../lexicon.ts'
import type { ZoneMeaning } from '../zones.ts'

/** A time of day as it was said. */
export interface Clock {
  hour: number
  minute: number
  second: number
  half?: 'am' | 'pm'
  /** Said so that it can only be this hour of the 24. */
  sure: boolean
  /** Midnight at the end of a day: "24:00". */
  dayEnd?: true
  midnight?: true
}

/** A length of time: hours and less elapse, days and more move the wall clock. */
export interface Span {
  seconds: number
  days: number
  workdays: number
  months: number
}

export type NthOf = 'day' | 'workday' | number[]

/** What the rules find in a phrase, in whatever order a language puts it. */
export type Item =
  /** `maybeSpan`: "2h" may be a length. `marked`: something besides the digits says that it is a time. `bare`: the number, when that is all there is. */
  | {
      t: 'time'
      clocks: Clock[]
      range: boolean
      marked: boolean
      bare?: number
      index: number
      maybeSpan?: true
      /** The second number, where it may be the minutes of the first: "a las 9 y 15". */
      orMinutes?: number
    }
  | { t: 'part'; part: DayPart }
  /** So many minutes past each hour: "at :30". */
  | { t: 'pastHour'; minute: number }
  /** The hour and minute that it is now: "same time tomorrow". */
  | { t: 'sameTime' }
  | { t: 'day'; offset: number }
  /** `side`: the nearest one on that side of the day that is said besides ("the friday before christmas"). */
  | {
      t: 'weekday'
      days: number[]
      next?: number
      now?: true
      gone?: true
      habit?: true
      /** "le lundi": every Monday, or the one whose date is said besides. */
      article?: true
      side?: 'before' | 'after'
    }
  /** `days` is empty for a month alone; -1 is its last day. `swap`: month and day may be the other way round. */
  | {
      t: 'date'
      year?: number
      month?: number
      days: number[]
      swap?: true
      marked?: true
      since?: number
      /** By a name, or with "every": of each year where it is left out. */
      yearly?: true
    }
  /** By its name in the tables: its date is another one each year. */
  | { t: 'feast'; name: string; year?: number }
  | { t: 'dotted'; first: number; second: number; index: number; asDate: boolean }
  /** `plural`: "first mondays" are those of every month. */
  | { t: 'nth'; nths: number[]; of: NthOf; month?: number; plural?: true }
  /** `round`: the days that people mean by it, where they count both ends ("quinze jours"). */
  | { t: 'span'; span: Span; based?: true; bare?: true; compact?: true; exact?: true; round?: number }
  /** The first or the last day of a week, so many weeks on. */
  | { t: 'weekEdge'; edge: 'start' | 'end'; offset: number }
  /** `bare`: said without "this", so that of a rule it is each of them. */
  | { t: 'period'; unit: 'week' | 'month' | 'year' | 'weekend'; offset: number; bare?: true }
  | { t: 'every'; interval: number; unit?: Unit; quarter?: true }
  | { t: 'ofMonth' }
  /** `maybeEnd`: of what is left out, or of the rule ("except dec 24 until jan 31"). */
  | { t: 'until'; items: Item[]; maybeEnd?: true }
  | { t: 'from'; items: Item[] }
  | { t: 'after'; edge: 'until' | 'from' | 'except' }
  | { t: 'lasting'; span: Span }
  | { t: 'count'; count: number }
  | { t: 'often'; times: number }
  | { t: 'except'; items: Item[] }
  | { t: 'zone'; meaning: ZoneMeaning }
  | { t: 'now' }
  /** `word`: said, not only a comma. */
  | { t: 'and'; word?: true }

export type ItemOf<T extends Item['t']> = Extract<Item, { t: T }>

export const EMPTY_SPAN: Span = { seconds: 0, days: 0, workdays: 0, months: 0 }
