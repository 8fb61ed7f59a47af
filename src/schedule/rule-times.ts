import type { Clock } from './grammar/items.ts'
import type { Here } from './once.ts'
import type { RepeatParts } from './repeat-parts.ts'
import type { Frame } from './rule-frame.ts'
import { clocksInPart, type TimeOfDay, timeOfPart, timesOf } from './time-of-day.ts'

interface Times {
  choices: { times: string[]; notes: string[] }[]
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
          : timeOfPart(parts.part, here.defaultTime)
      return {
        choices: [{ times: [clockText(time.time)], notes: time.note === undefined ? [] : [time.note] }],
      }
    }
    const { time } = timeOfPart(parts.part, here.defaultTime)
    const hours = [time, time.add({ hours: 1 })]
    return {
      choices: hours.map((hour) => ({ times: [clockText(hour)], notes: [] })),
      question: 'At what hour?',
    }
  }
  const sets = clockSets(parts.clocks, parts)
  if (typeof sets === 'string') return sets
  return {
    choices: sets.map((times) => ({ times, notes: [] })),
    question: 'In the morning or in the afternoon?',
  }
}

/** The times of a list; twice when they may all be before or after noon. */
export function clockSets(clocks: Clock[], parts: RepeatParts): string[][] | string {
  const likely: string[] = []
  const other: string[] = []
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
    likely.push(clockText(first.time))
    other.push(clockText((second ?? first).time))
  }
  const sets = [sorted(likely)]
  if (other.join() !== likely.join()) sets.push(sorted(other))
  return sets
}

const sorted = (times: string[]) => [...new Set(times)].sort()

export const clockText = (time: Temporal.PlainTime) =>
  time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' })

export const wallText = (wall: Temporal.PlainDateTime) =>
  wall.toString({ smallestUnit: wall.second === 0 ? 'minute' : 'second' })
