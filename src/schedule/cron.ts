import type { Recurrence } from './recurrence.ts'

/**
 * The rule as croner patterns (minute hour day month weekday), to be run in the rule's zone; undefined where patterns
 * would not be exact. Each pattern is one line of the rule; together they are the whole of it.
 *
 * What patterns cannot say: an interval that does not begin anew with each day, a count, an end, an exception, two from
 * the end of a month. See https://croner.56k.guru/usage/pattern/
 */
export function toCron(rule: Recurrence): string[] | undefined {
  if (rule.count !== undefined || rule.until !== undefined || rule.except !== undefined || rule.begins)
    return undefined
  const months = rule.months?.join(',') ?? '*'
  switch (rule.every) {
    case 'minute':
    case 'hour':
      return elapsing(rule, months)
    case 'day':
      return rule.interval > 1
        ? undefined
        : atTimes(rule.times, '*', months, rule.weekdays?.map(cronDay).join(',') ?? '*')
    case 'week': {
      if (rule.interval > 1) return undefined
      if (rule.slots === undefined) {
        const days = rule.weekdays ?? [Temporal.PlainDateTime.from(rule.from).dayOfWeek]
        return atTimes(rule.times, '*', months, days.map(cronDay).join(','))
      }
      return rule.slots.flatMap(
        (slot) => atTimes(slot.times, '*', months, slot.weekdays.map(cronDay).join(',')) ?? [],
      )
    }
    case 'month':
    case 'year':
      return monthly(rule)
    default:
      throw new TypeError(`No such rule: ${rule.every satisfies never}`)
  }
}

/** Sunday is 0. */
const cronDay = (weekday: number) => weekday % 7

/** One pattern for all times that share their minute. */
function atTimes(
  times: readonly string[],
  days: string,
  months: string,
  weekdays: string,
): string[] | undefined {
  const byMinute = new Map<string, string[]>()
  for (const time of times) {
    const [hour = '0', minute = '0', second] = time.split(':')
    if (second !== undefined) return undefined
    const key = String(Number(minute))
    byMinute.set(key, [...(byMinute.get(key) ?? []), String(Number(hour))])
  }
  return [...byMinute].map(([minute, hours]) => `${minute} ${hours.join(',')} ${days} ${months} ${weekdays}`)
}

/** Minutes that divide the hour and hours that divide the day, on the hour; only without a window or with a plain one. */
function elapsing(rule: Recurrence, months: string): string[] | undefined {
  const from = Temporal.PlainDateTime.from(rule.from)
  const weekdays = rule.weekdays?.map(cronDay).join(',') ?? '*'
  const { interval, window } = rule
  if (window !== undefined) return undefined
  if (rule.every === 'minute') {
    if (60 % interval !== 0 || from.minute % interval !== 0) return undefined
    return [`${interval === 1 ? '*' : `*/${interval}`} * * ${months} ${weekdays}`]
  }
  // Hours elapse; a pattern's hours are those of the clock. They are the same only for every hour.
  return interval === 1 ? [`${from.minute} * * ${months} ${weekdays}`] : undefined
}

function monthly(rule: Recurrence): string[] | undefined {
  const from = Temporal.PlainDateTime.from(rule.from)
  if (rule.interval > 1 || rule.workingDays !== undefined) return undefined
  const months = (rule.months ?? (rule.every === 'year' ? [from.month] : undefined))?.join(',') ?? '*'
  if (rule.weekdays !== undefined) {
    if (rule.nth === undefined || rule.monthDays !== undefined || rule.nth.some((nth) => nth < -1))
      return undefined
    const { nth } = rule
    const days = rule.weekdays.flatMap((day) =>
      nth.map((which) => `${cronDay(day)}#${which === -1 ? 'L' : which}`),
    )
    return atTimes(rule.times, '*', months, days.join(','))
  }
  const days = rule.monthDays ?? [from.day]
  if (days.some((day) => day < -1)) return undefined
  return atTimes(rule.times, days.map((day) => (day === -1 ? 'L' : day)).join(','), months, '*')
}
