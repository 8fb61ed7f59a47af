import type { Item, ItemOf } from './grammar/items.ts'
import type { DayPart } from './lexicon.ts'
import type { ZoneMeaning } from './zones.ts'

/** The items of a phrase that names one moment, each kind at most once. */
export interface Slots {
  time?: ItemOf<'time'>
  part?: ItemOf<'part'>
  sameTime?: ItemOf<'sameTime'>
  day?: ItemOf<'day'>
  weekday?: ItemOf<'weekday'>
  date?: ItemOf<'date'>
  feast?: ItemOf<'feast'>
  weekEdge?: ItemOf<'weekEdge'>
  dotted?: ItemOf<'dotted'>
  nth?: ItemOf<'nth'>
  span?: ItemOf<'span'>
  period?: ItemOf<'period'>
  zone?: ItemOf<'zone'>
  ofMonth?: ItemOf<'ofMonth'>
}

const WHAT: Record<keyof Slots, string> = {
  time: 'more than one time of day',
  part: 'more than one part of the day',
  sameTime: 'more than one time of day',
  day: 'more than one day',
  weekday: 'more than one weekday',
  date: 'more than one date',
  feast: 'more than one date',
  weekEdge: 'more than one day',
  dotted: 'more than one date',
  nth: 'more than one day',
  span: 'more than one length of time',
  period: 'more than one week or month',
  zone: 'more than one time zone',
  ofMonth: 'more than one month',
}

const DAYS = new Set<string>(['day', 'weekday', 'date', 'feast', 'nth', 'weekEdge'])
const REPEATS = 'That sounds like something that repeats. Say "every …", or one day and time.'

/** Sorts items into slots; a sentence for people when two of a kind contradict each other. */
export function fillSlots(items: readonly Item[]): Slots | string {
  const slots: Slots = {}
  let joined = false
  for (const item of items) {
    // "tomorrow and friday" are two, though a Friday may be tomorrow.
    if (joined && DAYS.has(item.t) && Object.keys(slots).some((slot) => DAYS.has(slot)))
      return 'There is more than one day in it. Say one, or "every …" if it repeats.'
    joined = item.t === 'and' && item.word === true
    switch (item.t) {
      case 'and':
        break
      case 'count':
        if (item.count !== 1) return REPEATS
        break
      case 'date': {
        const merged = slots.date === undefined ? item : mergeDates(slots.date, item)
        if (merged === undefined) return `There is ${WHAT.date} in it. Say one.`
        slots.date = merged
        break
      }
      case 'zone':
        slots.zone ??= item
        // "GMT+0900 (JST)" says one thing twice
        if (!sameZone(slots.zone, item)) return `There is ${WHAT.zone} in it. Say one.`
        break
      case 'time': {
        const problem = addTime(slots, item)
        if (problem !== undefined) return problem
        break
      }
      case 'part': {
        const part = slots.part === undefined ? item.part : mergeParts(slots.part.part, item.part)
        if (part === undefined) return `There is ${WHAT.part} in it. Say one.`
        slots.part = { t: 'part', part }
        break
      }
      case 'sameTime':
      case 'feast':
      case 'weekEdge':
      case 'day':
      case 'weekday':
      case 'dotted':
      case 'nth':
      case 'span':
      case 'period':
      case 'ofMonth': {
        const before = slots[item.t]
        if (before !== undefined && JSON.stringify(before) !== JSON.stringify(item)) {
          return `There is ${WHAT[item.t]} in it. Say one.`
        }
        Object.assign(slots, { [item.t]: item })
        break
      }
      case 'now':
        return 'A schedule needs a time that is still to come; what should go out now can be published right away.'
      case 'pastHour':
        return 'That is so every hour. Say "every hour at :30", or one time.'
      case 'until':
      case 'from':
      case 'after':
      case 'lasting':
      case 'except':
        return REPEATS
      case 'every':
      case 'often':
        return 'That both repeats and does not. Say one of them.'
      default:
        throw new TypeError(`No such item: ${item satisfies never}`)
    }
  }
  return slots
}

/** "fri 17 at 9am": of two times, the bare number is the day. */
function addTime(slots: Slots, item: ItemOf<'time'>): string | undefined {
  const before = slots.time
  if (before === undefined) {
    slots.time = item
    return undefined
  }
  const [bare, time] = isBareDay(before) ? [before, item] : [item, before]
  const dated = slots.date !== undefined && slots.date.days.length > 0
  if (!isBareDay(bare) || isBareDay(time) || dated || slots.nth !== undefined || slots.day !== undefined) {
    return `There is ${WHAT.time} in it. Say one.`
  }
  slots.time = time
  slots.date = { ...slots.date, t: 'date', days: [bare.bare ?? 1] }
  return undefined
}

/** "early tomorrow morning" */
function mergeParts(a: DayPart, b: DayPart): DayPart | undefined {
  const early = [a, b].includes('early') && [a, b].includes('morning')
  return early ? 'early' : a === b ? a : undefined
}

const isBareDay = ({ bare, marked }: ItemOf<'time'>) =>
  !marked && bare !== undefined && bare >= 1 && bare <= 31

/** "the 15th" and "March", which some languages put apart. */
function mergeDates(a: ItemOf<'date'>, b: ItemOf<'date'>): ItemOf<'date'> | undefined {
  const apart =
    (a.month === undefined || b.month === undefined || a.month === b.month) &&
    (a.days.length === 0 || b.days.length === 0 || a.days.join() === b.days.join()) &&
    (a.year === undefined || b.year === undefined || a.year === b.year)
  return apart ? { ...a, ...b, days: a.days.length === 0 ? b.days : a.days } : undefined
}

/** Whether two zone phrases name the same clock, as far as can be said without a date. */
export function sameZone(a: ItemOf<'zone'>, b: ItemOf<'zone'>): boolean {
  if (a === b || JSON.stringify(a) === JSON.stringify(b)) return true
  const offsets = offsetsOf(a.meaning)
  return offsetsOf(b.meaning).some((offset) => offsets.includes(offset))
}

const WINTER = Temporal.Instant.from('2026-01-15T12:00:00Z')
const SUMMER = Temporal.Instant.from('2026-07-15T12:00:00Z')

function offsetsOf(meaning: ZoneMeaning): string[] {
  if (meaning.kind === 'season') return [meaning.offset]
  if (meaning.kind !== 'zone') return []
  return [WINTER, SUMMER].map((at) => at.toZonedDateTimeISO(meaning.zone).offset)
}
