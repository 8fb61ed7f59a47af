import type { Recurrence } from './recurrence.ts'

/** An instant for people, in a zone: "Fri 27 Nov 2026, 09:00 (Berlin time)". */
export function describeInstant(
  at: Temporal.Instant,
  zone: string,
  options: { now?: Temporal.Instant; locale?: string } = {},
): string {
  const wall = at.toZonedDateTimeISO(zone)
  const day = wall.toLocaleString(options.locale ?? 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  })
  return `${day} ${wall.year}, ${wall.toPlainTime().toString({ smallestUnit: 'minute' })} (${zoneLabel(zone)})`
}

/** A rule for people: "every day at 09:00, Berlin time". */
export function describeRule(rule: Recurrence, _locale = 'en'): string {
  const interval = rule.interval === 1 ? '' : `${rule.interval} `
  return `every ${interval}${rule.every} at ${rule.times.join(' and ')}, ${zoneLabel(rule.zone)}`
}

const zoneLabel = (zone: string) => `${zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone} time`
