import { daysOf } from './days.ts'
import type { Item, ItemOf } from './grammar/items.ts'
import type { Here } from './once.ts'
import type { Recurrence } from './recurrence.ts'
import { fillSlots, type Slots } from './slots.ts'
import { timesOf } from './time-of-day.ts'

export function exceptions(
  items: Item[] | undefined,
  zone: string,
  here: Here,
): Recurrence['except'] | string | undefined {
  if (items === undefined) return undefined
  const except: { dates?: string[]; weekdays?: number[]; months?: number[] } = {}
  for (const item of items) {
    if (item.t === 'and') continue
    if (item.t === 'weekday')
      except.weekdays = [...(except.weekdays ?? []), ...item.days].sort((a, b) => a - b)
    else if (item.t === 'period' && item.unit === 'weekend' && item.offset === 0)
      except.weekdays = [...(except.weekdays ?? []), 6, 7].sort((a, b) => a - b)
    else if (
      item.t === 'date' &&
      item.days.length === 0 &&
      item.month !== undefined &&
      item.year === undefined
    ) {
      except.months = [...(except.months ?? []), item.month].sort((a, b) => a - b)
    } else if (item.t === 'date' && item.month === undefined && item.days.length > 0) {
      return 'Of which month? Say the whole date that is left out.'
    } else if (item.t === 'date' || item.t === 'feast') {
      const days = item.t === 'feast' ? [item] : item.days.map((day) => ({ ...item, days: [day] }))
      for (const day of days) {
        const found = edge([day], 'from', zone, here)
        if (typeof found === 'string') return found
        except.dates = [...(except.dates ?? []), found.toPlainDate().toString()].sort()
      }
    } else return 'What is left out? Say weekdays, months or dates.'
  }
  return except
}

/** The first moment of "starting …" or the last of "until …": a month or a week is meant whole. */
export function edge(
  items: readonly Item[],
  which: 'from' | 'until',
  zone: string,
  here: Here,
): Temporal.PlainDateTime | string {
  const slots = fillSlots(items)
  if (typeof slots === 'string') return slots
  const now = here.now.toZonedDateTimeISO(zone).toPlainDateTime()
  const clock = slots.time?.clocks[0]
  const time = clock === undefined ? undefined : timesOf(clock)[0]?.time
  const last = which === 'until'
  const { date, weekEdge } = slots
  // Until the end of a week is until that week is over.
  const period: Slots['period'] =
    last && weekEdge?.edge === 'end' ? { t: 'period', unit: 'week', offset: weekEdge.offset } : slots.period
  const wide = date !== undefined && date.days.length === 0
  let day: Temporal.PlainDate
  if (wide && slots.nth === undefined) {
    const month = date.month ?? 1
    const passed = month < now.month || (last ? false : month === now.month && now.day > 1)
    const first = Temporal.PlainDate.from({ year: date.year ?? now.year + (passed ? 1 : 0), month, day: 1 })
    day = last ? first.with({ day: first.daysInMonth }) : first
  } else if (
    period !== undefined &&
    slots.weekday === undefined &&
    date === undefined &&
    slots.nth === undefined
  ) {
    day = periodEdge(period, now.toPlainDate(), last)
  } else if (slots.time !== undefined && Object.keys(slots).length === 1) {
    const today = now.toPlainDate().toPlainDateTime(time ?? '00:00')
    return Temporal.PlainDateTime.compare(today, now) > 0 ? today : today.add({ days: 1 })
  } else {
    const found = daysOf(slots, now, time ?? Temporal.PlainTime.from('23:59:59'))
    if (found === undefined) return last ? 'Until when?' : 'From when on?'
    if (typeof found === 'string') return found
    const [first, second] = found.dates
    if (first === undefined) return 'There is no such day.'
    if (second !== undefined && (date?.swap || weekEdge !== undefined))
      return found.question ?? 'Which day do you mean?'
    day = slots.weekday?.next === undefined ? first : (second ?? first)
  }
  if (last && Temporal.PlainDate.compare(day, now.toPlainDate()) < 0)
    return `It would be over already: ${day.toString()} is past.`
  return day.toPlainDateTime(time ?? '00:00')
}

function periodEdge(period: ItemOf<'period'>, today: Temporal.PlainDate, last: boolean): Temporal.PlainDate {
  const monday = today.subtract({ days: today.dayOfWeek - 1 }).add({ days: 7 * period.offset })
  switch (period.unit) {
    case 'week':
      return last ? monday.add({ days: 6 }) : monday
    case 'weekend':
      return monday.add({ days: last ? 6 : 5 })
    case 'month': {
      const first = today.with({ day: 1 }).add({ months: period.offset })
      return last ? first.with({ day: first.daysInMonth }) : first
    }
    case 'year':
      return Temporal.PlainDate.from({
        year: today.year + period.offset,
        month: last ? 12 : 1,
        day: last ? 31 : 1,
      })
    default:
      throw new TypeError(`No such period: ${period.unit satisfies never}`)
  }
}
