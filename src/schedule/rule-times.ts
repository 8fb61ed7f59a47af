import type { Clock } from './grammar/items.ts'
import type { Here } from './once.ts'
import type { RepeatParts } from './repeat-parts.ts'
import type { Frame } from './rule-frame.ts'
import { clocksInPart, type TimeOfDay, timeOfPart, timesOf } from './time-of-day.ts'

/** Times of one day; `later` when they are after the midnight with which that day ends: "friday night at 1". */
interface ClockSet {
  times: string[]
  later: boolean
}

interface Times {
  choices: { times: string[]; notes: string[]; later?: boolean }[]
  question?: string
}

export function timesSaid(parts: RepeatParts, frame: Frame, here: Here): Times | string {
  if (frame.every === 'minute' || frame.every === 'hour') return { choices: [{ times: [], notes: [] }] }
  if (parts.pairs !== undefined) return { choices: [{ times: [], notes: [] }] }
  if (parts.window !== undefined) {
    return 'A post goes out at one moment. Say one time, or every how many minutes or hours.'
  }
  if (parts.clocks.length === 0) {
    if (parts.part === 'morning' || parts.part === 'noon' || parts.part === undefined) {
      const time: TimeOfDay =
        parts.part === undefined
          ? { time: here.defaultTime, note: `No time was said: ${clockText(here.defaultTime)}.` }
          : timeOfPart(parts.part, here)
      return {
        choices: [{ times: [clockText(time.time)], notes: time.note === undefined ? [] : [time.note] }],
      }
    }
    const { time } = timeOfPart(parts.part, here)
    const hours = [time, time.add({ hours: 1 })]
    return {
      choices: hours.map((hour) => ({ times: [clockText(hour)], notes: [] })),
      question: 'At what hour?',
    }
  }
  const sets = clockSets(parts.clocks, parts, frame.every === 'day')
  if (typeof sets === 'string') return sets
  const begins = frame.every !== 'day' && parts.clocks.some(({ midnight }) => midnight)
  return {
    choices: sets.map(({ times, later }) => ({
      times,
      later,
      notes: begins && !later ? ['That is the midnight with which the day begins.'] : [],
    })),
    question: 'In the morning or in the afternoon?',
  }
}

/** The times of a list; twice when they may all be before or after noon. `daily`: on whichever day, they are the same. */
export function clockSets(clocks: Clock[], parts: RepeatParts, daily: boolean): ClockSet[] | string {
  const likely: TimeOfDay[] = []
  const other: TimeOfDay[] = []
  for (const clock of clocks) {
    let times: TimeOfDay[]
    if (parts.part === undefined) times = timesOf(clock)
    else {
      const inPart = clocksInPart(clock, parts.part)
      if (typeof inPart === 'string') return inPart
      times = inPart
    }
    const [first, second] = times
    if (first === undefined) return 'There is no such time.'
    likely.push(first)
    other.push(second ?? first)
  }
  const lists = other.every(({ time }, i) => likely[i]?.time.equals(time)) ? [likely] : [likely, other]
  const sets: ClockSet[] = []
  for (const list of lists) {
    const later = list.filter(({ nextDay }) => nextDay).length
    if (later > 0 && ((later < list.length && !daily) || parts.except !== undefined))
      return 'After midnight it is the next day. Say the days and the hours by the calendar.'
    const times = list.map(({ time }) => clockText(time))
    sets.push({ times: [...new Set(times)].sort(), later: later > 0 })
  }
  return sets
}

export const clockText = (time: Temporal.PlainTime) =>
  time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' })

export const wallText = (wall: Temporal.PlainDateTime) =>
  wall.toString({ smallestUnit: wall.second === 0 ? 'minute' : 'second' })
