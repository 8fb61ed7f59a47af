import type { Clock, Item, ItemOf } from './grammar/items.ts'

/** The ways in which people understand a phrase, and the question which one it is. */
export interface Either {
  question: string
  ways: Item[][]
}

/** Where a phrase has two meanings whatever else is in it; undefined where it has one. */
export function eitherOf(items: readonly Item[]): Either | undefined {
  return minutesOrHour(items) ?? roundDays(items)
}

/** "a las 9 y 15": quarter past nine, or nine and three in the afternoon. */
function minutesOrHour(items: readonly Item[]): Either | undefined {
  const time = items.find((item) => item.t === 'time' && item.orMinutes !== undefined)
  if (time?.t !== 'time' || time.orMinutes === undefined) return undefined
  const { orMinutes: minute, ...hours } = time
  const [first, second] = time.clocks
  if (first === undefined || second === undefined) return undefined
  const joined: ItemOf<'time'> = { ...hours, clocks: [withMinute(first, second, minute)] }
  return {
    question: `Is the ${minute} the minutes, or a second hour?`,
    ways: [joined, hours].map((one) => items.map((item) => (item === time ? one : item))),
  }
}

/** "9 y 10 pm" has its "pm" for both. */
function withMinute(hour: Clock, { half }: Clock, minute: number): Clock {
  if (half === undefined) return { ...hour, minute }
  return { ...hour, minute, half, sure: true, hour: (hour.hour % 12) + (half === 'pm' ? 12 : 0) }
}

/** "dans quinze jours" is in two weeks to most, and "Montag in acht Tagen" is a week after Monday to all. */
function roundDays(items: readonly Item[]): Either | undefined {
  const span = items.find((item) => item.t === 'span' && item.round !== undefined)
  if (span?.t !== 'span' || span.round === undefined) return undefined
  const { round, ...exact } = span
  const weeks: ItemOf<'span'> = { ...exact, span: { ...exact.span, days: round } }
  const dated = items.some(({ t }) => t === 'weekday' || t === 'day')
  return {
    question: `In exactly ${exact.span.days} days, or in ${round / 7 === 1 ? 'a week' : `${round / 7} weeks`}?`,
    ways: (dated ? [weeks] : [weeks, exact]).map((one) => items.map((item) => (item === span ? one : item))),
  }
}
