import { ofEachYear } from './grammar/except.ts'
import type { Clock, Item, ItemOf, Span } from './grammar/items.ts'
import type { DayPart, Unit } from './lexicon.ts'
import { sameZone } from './slots.ts'

/** What a phrase that repeats is made of, whatever its order was. */
export interface RepeatParts {
  interval: number
  unit?: Unit
  weekdays?: number[]
  nth?: ItemOf<'nth'>
  /** Days of the month. */
  dates: number[]
  months: number[]
  ofMonth: boolean
  /** Of the calendar's quarters, not of any three months. */
  quarter?: true
  clocks: Clock[]
  part?: DayPart
  /** In which week, month or year alone. */
  within?: ItemOf<'period'>['unit']
  /** How many minutes past each hour. */
  pastHour?: number
  /** Between which clocks. */
  window?: [Clock, Clock]
  /** "monday at 2pm and wednesday at 4pm" */
  pairs?: { days: number[]; clocks: Clock[] }[]
  from?: Item[]
  until?: Item[]
  lasting?: Span
  count?: number
  except?: Item[]
  zone?: ItemOf<'zone'>
}

/** Units that say no more than another one beside them: "every day of every week". */
const COARSER: Partial<Record<Unit, Unit[]>> = {
  minute: ['hour', 'day', 'week'],
  hour: ['day', 'week'],
  day: ['week'],
  workday: ['day', 'week', 'month'],
  weekend: ['day', 'week', 'month'],
}

/** Sorts items into parts; a sentence for people where they contradict each other. */
export function repeatParts(items: readonly Item[]): RepeatParts | string {
  const arranged = afterwards(items)
  if (typeof arranged === 'string') return arranged
  const parts: RepeatParts = { interval: 1, dates: [], months: [], ofMonth: false, clocks: [] }
  if (areTwo(headsOf(arranged))) return 'There are two rules in it. Say one rule for each.'
  let often: number | undefined
  for (const item of arranged) {
    const problem = addItem(parts, item)
    if (problem !== undefined) return problem
    if (item.t === 'often') often = item.times
  }
  const dates = parts.dates.length * Math.max(1, parts.months.length)
  const days = dates + (parts.weekdays?.length ?? 0) + (parts.nth?.nths.length ?? 0)
  const times = Math.max(1, parts.clocks.length)
  if (often !== undefined && often !== times && often !== times * days) {
    return `${often} times, but when? Say the times, for example "every day at 9:00 and 17:00".`
  }
  const bare = arranged
    .filter((item) => item.t === 'time')
    .find((item) => item.bare !== undefined && !item.marked)
  if (bare !== undefined && (parts.clocks.length > 1 || parts.ofMonth || parts.unit === 'month')) {
    // "every 15 of the month at 9:00": no hour, but a day
    const isDay =
      (parts.ofMonth || parts.unit === 'month') && parts.dates.length === 0 && (bare.bare ?? 0) <= 31
    if (!isDay && pairUp(arranged) === undefined)
      return `Is ${bare.bare} an hour or a day? Say, for example, "at ${bare.bare}:00".`
    if (isDay) {
      parts.dates = [bare.bare ?? 1]
      parts.clocks = parts.clocks.filter((clock) => !bare.clocks.includes(clock))
    }
  }
  const problem = crossed(arranged)
  if (problem !== undefined) return problem
  const pairs = pairUp(arranged)
  if (pairs !== undefined) parts.pairs = pairs
  if (onlyOne(parts)) return 'Does it go on after that? Say "starting …", or one day.'
  return windowOfBounds(parts) ?? boundTimes(parts) ?? parts
}

/** What stands between two "and" of a phrase, where it may be a rule of its own: "every day", "mondays". */
interface Head {
  every: ItemOf<'every'> | undefined
  unit: Unit | undefined
  days: boolean
  timed: boolean
  /** Joined to what is before it by a word, not by a comma. */
  joined: boolean
}

function headsOf(items: readonly Item[]): Head[] {
  const heads: Head[] = []
  let part: Item[] = []
  let joined = false
  for (const item of [...items, { t: 'and' } satisfies Item] as Item[]) {
    if (item.t !== 'and') {
      part.push(item)
      continue
    }
    const head = headOf(part, joined)
    if (head !== undefined) heads.push(head)
    if (part.length > 0) joined = false
    joined ||= item.word === true
    part = []
  }
  return heads
}

function headOf(items: readonly Item[], joined: boolean): Head | undefined {
  const every = items.find((item) => item.t === 'every')
  const weekday = items.find((item) => item.t === 'weekday')
  const dated = items.some((item) => item.t === 'nth' || (item.t === 'date' && item.days.length > 0))
  const timed = items.some((item) => item.t === 'time')
  if (every === undefined && (weekday === undefined || !(weekday.habit || timed))) return undefined
  return {
    every,
    unit: unitOf(every?.unit, weekday !== undefined, dated),
    days: weekday !== undefined || dated,
    timed,
    joined,
  }
}

/** Of days that are named: of which weeks or months they are. */
function unitOf(unit: Unit | undefined, weekdays: boolean, dated: boolean): Unit | undefined {
  if (isClockUnit(unit)) return unit
  if (dated) return 'month'
  return weekdays || unit === 'workday' || unit === 'weekend' ? 'week' : unit
}

const isClockUnit = (unit: Unit | undefined) => unit === 'hour' || unit === 'minute'

/** "every day and mondays", "every monday and every 2 weeks on friday": one rule cannot be both. */
function areTwo([first, ...others]: readonly Head[]): boolean {
  return others.some((other) => {
    if (first === undefined) return false
    const [one, two] = [first.every?.interval ?? 1, other.every?.interval ?? 1]
    const units = first.unit !== undefined && other.unit !== undefined && first.unit !== other.unit
    if (one === two && !units) return false
    // "every 2 weeks on mondays at 9 and thursdays at 16"
    if (other.every === undefined && first.every?.unit === 'week' && other.unit === 'week') return false
    const bare = first.every === undefined ? first : other.every === undefined ? other : undefined
    // "daily, monday to friday, at 9"
    const beside = bare !== undefined && !other.joined && !(first.timed && other.timed)
    return !beside || (one !== two && first.days && other.days)
  })
}

/** "every hour starting at 9 until 17" is so every day; "until 6pm" alone ends what is counted in hours. */
function windowOfBounds(parts: RepeatParts): string | undefined {
  const byTheClock = parts.unit === 'hour' || parts.unit === 'minute'
  if (parts.pastHour !== undefined && parts.unit !== 'hour')
    return 'So many minutes past which hour? Say "every hour at :30", or the time.'
  const [from, until] = [loneClock(parts.from), loneClock(parts.until)]
  if (until === undefined) return undefined
  if (!byTheClock) return 'Until which day? Say, for example, "until 31 December".'
  // With days it is so on each of them, and only an hour to begin with is missing.
  const daily = parts.weekdays !== undefined || parts.months.length > 0
  if (from === undefined && daily) return 'From which hour on? Say, for example, "between 9:00 and 18:00".'
  if (from === undefined) return undefined
  if (parts.window !== undefined) return 'There is more than one range of hours in it. Say one.'
  parts.window = [from, until]
  delete parts.from
  delete parts.until
  return undefined
}

function loneClock(items: readonly Item[] | undefined): Clock | undefined {
  const [item, ...more] = items ?? []
  return item?.t === 'time' && more.length === 0 ? item.clocks[0] : undefined
}

/**
 * Days and times multiply in a rule: "14 jan and 15 june" must not become four dates, nor "on the 1st at 9 and on the
 * 15th at 17" four runs.
 */
function crossed(items: readonly Item[]): string | undefined {
  const kinds = (...wanted: Item['t'][]) => items.filter(({ t }) => wanted.includes(t)).length
  const dates = items.filter((item) => item.t === 'date').filter(({ days }) => days.length > 0)
  const sameDays = dates.every(({ days }) => days.join() === dates[0]?.days.join())
  const sameMonth = dates.every(({ month }) => month === dates[0]?.month)
  if (!sameDays && !sameMonth) return 'Those are dates of several months. Say one rule for each.'
  const times = kinds('time')
  // "every weekend at 9 and mondays at 17"
  const named = items.some(
    (item) => item.t === 'every' && (item.unit === 'weekend' || item.unit === 'workday'),
  )
  if (named && times > 1 && kinds('weekday') > 0)
    return 'There are several days and several times in it. Say one rule for each.'
  if (times > 1 && kinds('every', 'date', 'nth', 'weekday') > 1 && pairUp(items) === undefined) {
    const listed = kinds('date', 'nth', 'weekday') < 2 && kinds('every') < 2
    if (!listed) return 'There are several days and several times in it. Say one rule for each.'
  }
  return undefined
}

function addItem(parts: RepeatParts, item: Item): string | undefined {
  switch (item.t) {
    case 'and':
    case 'often':
      return undefined
    case 'every':
      return addEvery(parts, item)
    case 'weekday':
      if (item.next !== undefined || item.gone || item.side !== undefined)
        return 'That both repeats and does not. Say one of them.'
      parts.weekdays = [...new Set([...(parts.weekdays ?? []), ...item.days])].sort((a, b) => a - b)
      return undefined
    case 'nth': {
      const of = JSON.stringify(item.of)
      if (parts.nth !== undefined && JSON.stringify(parts.nth.of) !== of) return 'Say one kind of day.'
      if (item.plural) parts.ofMonth = true
      parts.nth = parts.nth === undefined ? item : { ...item, nths: [...parts.nth.nths, ...item.nths] }
      return undefined
    }
    case 'date':
      if (item.year !== undefined)
        return 'A day of one year does not repeat. Say "starting" or "until" before it.'
      if (item.swap)
        return `Is ${item.month}/${item.days[0]} the month first, or the day? Say the month by its name.`
      parts.dates = [...new Set([...parts.dates, ...item.days])].sort((a, b) => a - b)
      if (item.month !== undefined)
        parts.months = [...new Set([...parts.months, item.month])].sort((a, b) => a - b)
      return undefined
    case 'feast':
      return 'That feast is on another date each year. Say one of them, with its year if you like.'
    case 'weekEdge':
      return 'Which weekday is that? Say, for example, "every friday".'
    case 'sameTime':
      return 'At what time? Say, for example, "every day at 9:00".'
    case 'dotted':
      parts.clocks.push({ hour: item.first, minute: item.second, second: 0, sure: item.first > 6 })
      return undefined
    case 'time': {
      const [first, second] = item.clocks
      if (!item.range || first === undefined || second === undefined) parts.clocks.push(...item.clocks)
      else if (parts.window === undefined) parts.window = [first, second]
      else return 'There is more than one range of hours in it. Say one.'
      return undefined
    }
    case 'pastHour':
      if (parts.pastHour !== undefined && parts.pastHour !== item.minute)
        return 'Say one of the minutes, or "every 30 minutes".'
      parts.pastHour = item.minute
      return undefined
    case 'part':
      if (parts.part !== undefined && parts.part !== item.part)
        return 'There is more than one part of the day in it. Say one.'
      parts.part = item.part
      return undefined
    case 'ofMonth':
      parts.ofMonth = true
      return undefined
    case 'from':
    case 'until':
      if (parts[item.t] !== undefined) return 'It begins or ends twice. Say one of them.'
      parts[item.t] = item.items
      return undefined
    case 'lasting':
      parts.lasting = item.span
      return undefined
    case 'count':
      parts.count = item.count
      return undefined
    case 'except':
      parts.except = item.items
      return undefined
    case 'zone': {
      const other = parts.zone !== undefined && !sameZone(parts.zone, item)
      if (other) return 'There is more than one time zone in it. Say one.'
      parts.zone ??= item
      return undefined
    }
    case 'period':
      return addPeriod(parts, item)
    case 'day':
    case 'span':
    case 'now':
    case 'after':
      return 'That both repeats and does not. Say one of them, or "starting …".'
    default:
      throw new TypeError(`No such item: ${item satisfies never}`)
  }
}

/** "every day next week at 9": from its first day until its last. */
function addPeriod(parts: RepeatParts, item: ItemOf<'period'>): string | undefined {
  if (item.unit === 'weekend')
    return 'One weekend, or each of them? Say "every saturday and sunday", or their dates.'
  if (parts.from !== undefined || parts.until !== undefined)
    return 'It begins or ends twice. Say one of them.'
  if (item.offset > 0) parts.from = [item]
  parts.until = [item]
  parts.within = item.unit
  return undefined
}

/** "every week next week": there is only one. */
function onlyOne({ within, unit, weekdays, dates, nth }: RepeatParts): boolean {
  if (within === undefined) return false
  const monthly = unit === 'month' || (unit === undefined && (dates.length > 0 || nth !== undefined))
  const weekly = unit === 'week' || (unit === undefined && weekdays?.length === 1)
  return unit === 'year' || (monthly && within !== 'year') || (weekly && within === 'week')
}

function addEvery(parts: RepeatParts, item: ItemOf<'every'>): string | undefined {
  if (item.interval !== 1) {
    if (parts.interval !== 1 && parts.interval !== item.interval)
      return 'There are two intervals in it. Say one.'
    parts.interval = item.interval
  }
  if (item.quarter) parts.quarter = true
  const { unit } = item
  if (unit === undefined || unit === parts.unit) return undefined
  if (parts.unit === undefined) parts.unit = unit
  else if (COARSER[unit]?.includes(parts.unit)) parts.unit = unit
  else if (!COARSER[parts.unit]?.includes(unit)) return 'There are two intervals in it. Say one.'
  return undefined
}

/** Words that come after what they belong to: "pazartesiden itibaren", "6月まで". */
function afterwards(items: readonly Item[]): Item[] | string {
  const arranged: Item[] = []
  for (const item of items) {
    if (item.t !== 'after') {
      arranged.push(item)
      continue
    }
    const range = arranged.slice(-2)
    if (item.edge === 'except' && range[0]?.t === 'from' && range[1]?.t === 'until') {
      arranged.splice(-2, 2, { t: 'except', items: range })
      continue
    }
    const days: Item[] = []
    while (arranged.length > 0) {
      const last = arranged.at(-1)
      if (last === undefined || !BOUND_ITEMS.has(last.t)) break
      if (last.t === 'time' && days.length > 0) break
      // "hafta içi cuma hariç": the set is what Friday is left out of.
      if (item.edge === 'except' && days.length > 0 && last.t === 'weekday' && last.days.length > 1) break
      // "her pazartesi 24 aralık hariç", "毎平日6月30日まで": the weekdays are the rule's
      const isHabit = last.t === 'weekday' && (last.habit === true || last.days.length > 1)
      const isRules = isHabit || arranged.at(-2)?.t === 'every'
      if (last.t === 'weekday' && days.length > 0 && isRules) break
      // "saat 9 aralıkta 25 aralık hariç": only the nearest date is left out
      if (item.edge === 'except' && last.t === 'date' && days.some((day) => isWhole(day, last))) break
      days.unshift(last)
      arranged.pop()
    }
    const problem = days.length === 0 ? 'Until or from when?' : undefined
    if (problem !== undefined) return problem
    // "her 25 aralık hariç", "毎年12月25日を除く"
    const each = arranged.at(-1)
    const more = arranged.slice(0, -1).some((other) => other.t === 'every')
    const ofYears = each?.t === 'every' && each.interval === 1 && (each.unit ?? 'year') === 'year' && more
    if (item.edge === 'except' && ofYears && days.every(isDay)) {
      arranged.pop()
      days.splice(0, days.length, ...days.map(ofEachYear))
    }
    // "毎月1日6月30日まで": the first is the rule's
    const monthly = arranged.some((other) => other.t === 'every' && other.unit === 'month')
    const [start] = days
    if (
      item.edge === 'until' &&
      monthly &&
      days.length > 1 &&
      start?.t === 'date' &&
      start.month === undefined
    )
      arranged.push(...days.splice(0, 1))
    const [first, ...others] = days
    // "1 aralıktan 5 aralığa kadar"
    if (
      item.edge === 'until' &&
      first !== undefined &&
      isDay(first) &&
      others.length === 1 &&
      isDay(others[0])
    )
      arranged.push({ t: 'from', items: [first] }, { t: 'until', items: others })
    else arranged.push({ t: item.edge, items: days })
  }
  return arranged
}

/** Whether a date needs nothing from the one that was said before it. */
const isWhole = (item: Item, before: ItemOf<'date'>) =>
  item.t === 'date' && item.days.length > 0 && (item.month !== undefined || before.days.length > 0)

const isDay = (item: Item | undefined) => item?.t === 'date' && item.days.length > 0

const BOUND_ITEMS = new Set<Item['t']>([
  'date',
  'feast',
  'weekEdge',
  'day',
  'weekday',
  'period',
  'nth',
  'ofMonth',
  'time',
])

/** Weekdays that each have a time of their own. */
function pairUp(items: readonly Item[]): RepeatParts['pairs'] {
  const relevant = items.filter((item) => item.t === 'weekday' || item.t === 'time')
  const days = relevant.filter((item) => item.t === 'weekday')
  const times = relevant.filter((item) => item.t === 'time')
  if (days.length < 2 || times.length !== days.length || times.some((time) => time.range)) return undefined
  const pairs: { days: number[]; clocks: Clock[] }[] = []
  for (let i = 0; i < relevant.length; i += 2) {
    const one = relevant[i]
    const two = relevant[i + 1]
    const day = one?.t === 'weekday' ? one : two
    const time = one?.t === 'time' ? one : two
    if (day?.t !== 'weekday' || time?.t !== 'time') return undefined
    pairs.push({ days: day.days, clocks: time.clocks })
  }
  return pairs
}

/** "until june at 9:00": the only time there is belongs to the rule. */
function boundTimes(parts: RepeatParts): undefined {
  const isTimed = parts.clocks.length > 0 || parts.window !== undefined
  if (isTimed || parts.unit === 'hour' || parts.unit === 'minute') return undefined
  for (const edge of ['until', 'from'] as const) {
    const items = parts[edge]
    const time = items?.find((item) => item.t === 'time')
    if (items === undefined || time?.t !== 'time') continue
    // "every day starting at 9am"
    if (items.length === 1) delete parts[edge]
    else parts[edge] = items.filter((item) => item.t !== 'time')
    parts.clocks.push(...time.clocks)
    return undefined
  }
  return undefined
}
