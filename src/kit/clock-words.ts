/**
 * The time of day as the clock of its reader shows it: `09:00`, or `9:00 AM` where English is read and days have twelve
 * hours twice. A language without a region (`en`) says nothing of its clock, and gets 24 hours. Seconds where there are any.
 *
 * @param locale BCP 47
 */
export function clockWords(time: Temporal.PlainTime, locale: string): string {
  const words = time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' })
  if (!hasTwelveHours(locale)) return words
  return `${time.hour % 12 || 12}${words.slice(2)} ${time.hour < 12 ? 'AM' : 'PM'}`
}

/** As the page asks of its reader too (`surfaces/playground/page/times.js`). */
function hasTwelveHours(locale: string): boolean {
  const [, region] = /^en[-_]([A-Z]{2})\b/i.exec(locale) ?? []
  return region !== undefined && regionHasTwelve(region.toUpperCase())
}

const asked = new Map<string, boolean>()

function regionHasTwelve(region: string): boolean {
  const known = asked.get(region)
  if (known !== undefined) return known
  const { hour12 } = new Intl.DateTimeFormat(`en-${region}`, { hour: 'numeric' }).resolvedOptions()
  asked.set(region, hour12 === true)
  return hour12 === true
}
