import { WEEKDAY_NAMES } from './days.ts'
import type { ItemOf } from './grammar/items.ts'
import type { Unit } from './lexicon.ts'
import type { Here } from './once.ts'
import type { Recurrence } from './recurrence.ts'
import type { RepeatParts } from './repeat-parts.ts'
import { edge } from './rule-edges.ts'

/** The frame of a rule: what it is every so many of, and on which days. */
export interface Frame {
  every: Recurrence['every']
  interval: number
  weekdays?: number[]
  nth?: number[]
  workingDays?: number[]
  monthDays?: number[]
  months?: number[]
  notes: string[]
  /** Another way to understand it, and the question. */
  other?: { frame: Frame; question: string }
}

const UNIT_NAMES: Partial<Record<Unit, Recurrence['every']>> = {
  minute: 'minute',
  hour: 'hour',
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'year',
}

export function frameOf(parts: RepeatParts, here: Here): Frame | string {
  const frame = anyFrame(parts, here)
  if (typeof frame === 'string' || !parts.quarter) return frame
  // Quarters begin in January and end in March.
  const days = [...(frame.monthDays ?? []), ...(frame.nth ?? []), ...(frame.workingDays ?? [])]
  const first = days.every((day) => day > 0)
  if (frame.every !== 'month' || frame.interval !== 3 || !(first || days.every((day) => day < 0))) {
    return 'On which day of the quarter? Say, for example, "every quarter on the 1st".'
  }
  return { ...frame, every: 'year', interval: 1, months: first ? [1, 4, 7, 10] : [3, 6, 9, 12] }
}

function anyFrame(parts: RepeatParts, here: Here): Frame | string {
  const { interval, nth, dates, months } = parts
  const notes: string[] = []
  const unit = parts.unit === undefined ? undefined : UNIT_NAMES[parts.unit]
  const monthly = months.length > 0 ? { months } : {}
  if (parts.unit === 'second')
    return 'That is more often than anybody wants to read. The shortest is every minute.'
  if (interval < 1 || interval > 1000)
    return `Every ${interval} of them is not a rule. Say a number from 1 to 1000.`
  const days = setOf(parts)
  if (parts.unit === 'workday' && interval > 1 && parts.weekdays === undefined)
    return 'Which working days? Say them, for example "every monday, wednesday and friday".'
  if (unit === 'minute' || unit === 'hour') {
    if (nth !== undefined || dates.length > 0)
      return 'Say either every so many hours or minutes, or on which days.'
    const only = days === undefined ? {} : { weekdays: days }
    return { every: unit, interval, ...only, ...monthly, notes }
  }
  if (nth !== undefined) return nthFrame(parts, nth, unit, notes)
  if (dates.length > 0) {
    if (days !== undefined) return 'Say either the weekday or the day of the month.'
    const every = months.length > 0 ? 'year' : 'month'
    if (unit === 'day' || unit === 'week') return `Every ${unit}, or on a date? Say one of them.`
    if (unit === 'month' && months.length > 0) return 'Every month, or in one month? Say one of them.'
    if (unit === 'year' && months.length === 0) return 'In which month?'
    if (dates.some((day) => day > 28) && every === 'month') {
      notes.push(
        'Months without that day are passed over; say "the last day of every month" for the end of each.',
      )
    }
    return { every, interval, monthDays: dates, ...monthly, notes }
  }
  if (days !== undefined) {
    if (unit === 'month' || unit === 'year')
      return `Which ${WEEKDAY_NAMES[(days[0] ?? 1) - 1]} of the ${unit}? Say "first …", or "every week".`
    // "cada 15 días los lunes": a fortnight, with both its ends counted
    if (unit === 'day' && interval === 15)
      return {
        every: 'week',
        interval: 2,
        weekdays: days,
        ...monthly,
        notes: ['Every 15 days on a weekday is taken as every 2 weeks.'],
      }
    if (unit === 'day' && interval % 7 === 0)
      return { every: 'week', interval: interval / 7, weekdays: days, ...monthly, notes }
    if (unit === 'day' && interval > 1) return 'Say every so many days, or on which weekdays, not both.'
    return { every: 'week', interval, weekdays: days, ...monthly, notes }
  }
  if (unit === undefined && (interval > 1 || (parts.clocks.length === 0 && parts.part === undefined))) {
    return 'Every what? Say, for example, "every day", or "every monday".'
  }
  if (unit === undefined && parts.from !== undefined && parts.until !== undefined)
    return 'Every day of it, or every year? Say "every day", or each date.'
  if (unit === undefined && months.length > 0)
    return 'Every day of that month, or one? Say "every day in march", or "every march 1".'
  if (unit === undefined || unit === 'day') return { every: 'day', interval, ...monthly, notes }
  if (parts.from !== undefined) return startFrame(parts, unit, interval, here, notes)
  const lists = { week: 'every monday', month: 'every month on the 1st', year: 'every year on july 4' }
  return `On which day of the ${unit}? Say, for example, "${lists[unit]}".`
}

/** The days on which it is after midnight, where nights were said: "every friday night at 1" is on Saturdays. */
export function dayLater(frame: Frame): Frame | string {
  if (frame.every === 'day') return frame
  if (frame.every !== 'week' || frame.weekdays === undefined)
    return 'That is after midnight. Say the day after it, and the hour.'
  const notes = [...frame.notes, 'That is after midnight, so on the following day.']
  return { ...frame, weekdays: nextDays(frame.weekdays), notes }
}

export const nextDays = (weekdays: readonly number[]): number[] =>
  weekdays.map((day) => (day % 7) + 1).sort((a, b) => a - b)

function setOf({ weekdays, unit }: RepeatParts): number[] | undefined {
  if (unit === 'workday') return within([1, 2, 3, 4, 5], weekdays)
  if (unit === 'weekend') return within([6, 7], weekdays)
  return weekdays
}

/** "every weekend on saturday" is some of them, "every weekday and saturday" is all of them and one more. */
function within(all: number[], some: number[] = all): number[] {
  return some.every((day) => all.includes(day)) ? some : [...new Set([...all, ...some])].sort((a, b) => a - b)
}

/** "every 2 weeks starting 16.02.2026": the start says the day. */
function startFrame(
  parts: RepeatParts,
  unit: 'week' | 'month' | 'year',
  interval: number,
  here: Here,
  notes: string[],
): Frame | string {
  const start = edge(parts.from ?? [], 'from', here.zone, here)
  if (typeof start === 'string') return start
  if (unit === 'week') return { every: 'week', interval, weekdays: [start.dayOfWeek], notes }
  if (unit === 'month') return { every: 'month', interval, monthDays: [start.day], notes }
  return { every: 'year', interval, monthDays: [start.day], months: [start.month], notes }
}

function nthFrame(
  parts: RepeatParts,
  nth: ItemOf<'nth'>,
  unit: Recurrence['every'] | undefined,
  notes: string[],
): Frame | string {
  const { months, interval, weekdays, dates } = parts
  if (weekdays !== undefined) return 'There is more than one weekday in it. Say one.'
  const yearly = months.length > 0
  if (yearly && unit === 'month') return 'Every month, or in one month? Say one of them.'
  if (unit === 'year' && !yearly) return 'In which month?'
  const scoped = yearly || parts.ofMonth || unit === 'month'
  const frame: Frame = { every: yearly ? 'year' : 'month', interval, ...(yearly ? { months } : {}), notes }
  if (nth.of === 'workday') {
    if (dates.length > 0) return 'Say either the working day or the day of the month.'
    if (unit === 'day' || unit === 'week') return 'Working days of which month?'
    if (!scoped && nth.nths.some((which) => which > 1)) return 'Working day of what? Say "of every month".'
    return { ...frame, workingDays: nth.nths }
  }
  if (nth.of === 'day') {
    if (unit === 'day' || unit === 'week') return 'The last day of what? Say "of every month".'
    return { ...frame, monthDays: [...nth.nths, ...dates] }
  }
  if (dates.length > 0) return 'Say either the weekday or the day of the month.'
  if (unit === 'week' || unit === 'day') return 'Say "every week", or which one of every month.'
  const monthly: Frame = { ...frame, weekdays: nth.of, nth: nth.nths }
  const [which, ...more] = nth.nths
  // "every second tuesday" is every other one; "every third tuesday" is either.
  if (scoped || which === undefined || which < 2 || more.length > 0 || interval > 1) return monthly
  const weekly: Frame = { every: 'week', interval: which, weekdays: nth.of, notes: [] }
  const name = WEEKDAY_NAMES[(nth.of[0] ?? 1) - 1]
  if (which === 2) {
    return {
      ...weekly,
      notes: [
        `Every second ${name} is taken as every other one; say "of every month" for the second of a month.`,
      ],
    }
  }
  const question = `The ${name} number ${which} of every month, or every ${which} weeks?`
  return { ...monthly, other: { frame: weekly, question } }
}
