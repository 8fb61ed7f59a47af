import { clockWords } from '../kit/clock-words.ts'
import type { Clock } from './grammar/items.ts'
import type { DayPart } from './lexicon.ts'
import type { Here } from './when.ts'

/** A time of day that a phrase may mean; `nextDay` when it falls after the night of the day it was said for. */
export interface TimeOfDay {
  time: Temporal.PlainTime
  nextDay?: true
  /** Said by its name. */
  midnight?: true
  note?: string
}

const PART_TIMES: Record<DayPart, string> = {
  early: '07:00',
  morning: '09:00',
  noon: '12:00',
  afternoon: '15:00',
  evening: '19:00',
  late: '22:00',
  night: '21:00',
  endOfDay: '17:00',
}

/** The first hour that is no more of it. */
const PART_ENDS: Record<DayPart, number> = {
  early: 9,
  morning: 12,
  noon: 14,
  afternoon: 18,
  evening: 23,
  late: 24,
  night: 24,
  endOfDay: 19,
}

/** Whether a part of the day is not over, but the time that it usually stands for is. */
export function isGoingOn(part: DayPart, usual: Temporal.PlainTime, now: Temporal.PlainTime): boolean {
  return Temporal.PlainTime.compare(usual, now) <= 0 && now.hour < PART_ENDS[part]
}

const PART_WORDS: Record<DayPart, string> = {
  early: 'early',
  morning: 'morning',
  noon: 'midday',
  afternoon: 'afternoon',
  evening: 'evening',
  late: 'late evening',
  night: 'night',
  endOfDay: 'the end of the day',
}

const plain = (clock: Clock, hour: number) =>
  Temporal.PlainTime.from({ hour: hour % 24, minute: clock.minute, second: clock.second })

/** What a clock means; two answers when it may be before or after noon. The likelier comes first. */
export function timesOf(clock: Clock): TimeOfDay[] {
  if (clock.dayEnd) return [{ time: plain(clock, 0), nextDay: true }]
  if (clock.midnight) return [{ time: plain(clock, clock.hour), midnight: true }]
  if (clock.sure || clock.hour === 0 || clock.hour >= 12) return [{ time: plain(clock, clock.hour) }]
  const am = { time: plain(clock, clock.hour) }
  if (clock.hour >= 7) return [am]
  return [{ time: plain(clock, clock.hour + 12) }, am]
}

/** The time a part of the day alone stands for. */
export function timeOfPart(
  part: DayPart,
  { defaultTime, locale }: Pick<Here, 'defaultTime' | 'locale'>,
): TimeOfDay {
  const usual = Temporal.PlainTime.from(PART_TIMES[part])
  const isMorning = part === 'morning' && defaultTime.hour >= 6 && defaultTime.hour < 12
  const time = isMorning ? defaultTime : usual
  return {
    time,
    note: `No hour was said: ${PART_WORDS[part]} is taken as ${clockWords(time, locale)}.`,
  }
}

/** As `clockInPart`; two answers for "tonight at 5", which is late in the afternoon or before dawn. */
export function clocksInPart(clock: Clock, part: DayPart): TimeOfDay[] | string {
  const inPart = clockInPart(clock, part)
  if (typeof inPart === 'string') return inPart
  const early = inPart.nextDay && !clock.sure && (clock.hour === 4 || clock.hour === 5)
  return early ? [{ time: plain(clock, clock.hour + 12) }, inPart] : [inPart]
}

/** A clock within a part of the day: "7 in the evening". A sentence for people when they contradict each other. */
function clockInPart(clock: Clock, part: DayPart): TimeOfDay | string {
  const { hour } = clock
  const shown = `${hour}:${String(clock.minute).padStart(2, '0')}`
  const contradiction = `${shown} is not ${PART_WORDS[part]}. Which one is it?`
  if (clock.half !== undefined) {
    const morning = part === 'morning' || part === 'early'
    const day = part === 'afternoon' || part === 'evening'
    if ((clock.half === 'pm' && morning) || (clock.half === 'am' && day)) return contradiction
    const dark = (part === 'night' || part === 'late') && hour >= 6 && hour < 17
    if (dark || (part === 'evening' && hour < 15)) return contradiction
    const afterMidnight = part === 'night' && hour < 6
    return afterMidnight ? { time: plain(clock, hour), nextDay: true } : { time: plain(clock, hour) }
  }
  switch (part) {
    case 'early':
    case 'morning':
      if (hour > 12) return contradiction
      return { time: plain(clock, hour === 12 && clock.midnight === undefined ? 0 : hour) }
    case 'noon':
      if (hour >= 1 && hour <= 4) return { time: plain(clock, hour + 12) }
      return hour >= 10 && hour <= 16 ? { time: plain(clock, hour) } : contradiction
    case 'afternoon':
    case 'endOfDay':
      if (hour >= 1 && hour <= 8) return { time: plain(clock, hour + 12) }
      return hour >= 12 && hour <= 20 ? { time: plain(clock, hour) } : contradiction
    case 'evening':
      if (hour >= 3 && hour <= 11) return { time: plain(clock, hour + 12) }
      if (hour === 12 || hour === 0) return { time: plain(clock, 0), nextDay: true }
      return hour >= 15 ? { time: plain(clock, hour) } : contradiction
    case 'late':
    case 'night':
      if (hour >= 6 && hour <= 11) return { time: plain(clock, hour + 12) }
      if (hour === 12 || hour < 6) return { time: plain(clock, hour % 12), nextDay: true }
      return hour >= 17 ? { time: plain(clock, hour) } : contradiction
    default:
      throw new TypeError(`No such part of the day: ${part satisfies never}`)
  }
}
