import { el } from './dom.js'

/** The reader's language and zone: the member's own zone where they chose one, else the browser's. */
const browser = Intl.DateTimeFormat().resolvedOptions()
export const browserZone = browser.timeZone || 'UTC'
export const locale = navigator.language || 'en'
let zone = browserZone
/** @type {Intl.DateTimeFormatOptions} */
let clock = {}
/** @returns {Intl.DateTimeFormatOptions} */
const hours = () => ({ hour: clock.hour12 ? 'numeric' : '2-digit', minute: '2-digit', ...clock })
/** Milliseconds that the server's clock is ahead of this one. */
let ahead = 0

/** @param {{ zone: string | null, locale: string | null, now: number }} reader */
export function setReader(reader) {
  zone = reader.zone ?? browserZone
  clock = clockOf(reader.locale ?? locale)
  ahead = reader.now - Date.now()
}

/** The clock that the server's own words have for this reader (`kit/clock-words.ts`), so that nobody reads two.
 * @param {string} language @returns {Intl.DateTimeFormatOptions} */
function clockOf(language) {
  const [, region] = /^en[-_]([A-Z]{2})\b/i.exec(language) ?? []
  const asked =
    region === undefined
      ? undefined
      : new Intl.DateTimeFormat(`en-${region}`, { hour: 'numeric' }).resolvedOptions()
  return asked?.hour12 === true ? { hour12: true } : { hourCycle: 'h23' }
}

export const now = () => Date.now() + ahead

/** @type {Map<string, Intl.DateTimeFormat>} */
const made = new Map()

/** @param {number} at UTC milliseconds
 * @param {Intl.DateTimeFormatOptions} options @param {string} [language] */
function format(at, options, language = locale) {
  const key = `${language} ${zone} ${JSON.stringify(options)}`
  const formatter = made.get(key) ?? new Intl.DateTimeFormat(language, { timeZone: zone, ...options })
  made.set(key, formatter)
  return formatter.format(at)
}

const zoneWords = () =>
  zone.includes('/') ? `${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')} time` : zone

/** @param {number} at */
export const clockTime = (at) => format(at, hours())
/** @param {number} at */
export const exact = (at) =>
  `${format(at, { dateStyle: 'full', timeStyle: 'short', ...clock })} (${zoneWords()})`
/** The day as a key that sorts, in the reader's zone. @param {number} at */
export const dayKey = (at) => format(at, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA')

const DAY = 86_400_000

/** @param {number} at */
export function dayWords(at) {
  const days = Math.round((Date.parse(dayKey(at)) - Date.parse(dayKey(now()))) / DAY)
  if (Math.abs(days) <= 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1)
  }
  /** @type {Intl.DateTimeFormatOptions} */
  const year = dayKey(at).slice(0, 4) === dayKey(now()).slice(0, 4) ? {} : { year: 'numeric' }
  return format(at, { weekday: 'long', day: 'numeric', month: 'long', ...year })
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** @param {number} at @param {boolean} [past] what has happened is never ahead, whatever two clocks say */
export function relative(at, past = false) {
  const gone = past ? Math.min(0, at - now()) : at - now()
  const [unit, size] = UNITS.find(([, length]) => Math.abs(gone) >= length * 0.95) ?? ['minute', 60_000]
  const count = Math.round(gone / size)
  if (count === 0) return 'now'
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }).format(count, unit)
}

/** An instant in a sentence: the day and the time in the reader's zone, how far off it is, and all of it on hover.
 * @param {number} at */
export function timeSpan(at) {
  /** @type {Intl.DateTimeFormatOptions} */
  const year = dayKey(at).slice(0, 4) === dayKey(now()).slice(0, 4) ? {} : { year: 'numeric' }
  const words = format(at, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...year,
    ...hours(),
  })
  return el(
    'time',
    { class: 'when', datetime: new Date(at).toISOString(), 'data-tip': exact(at) },
    el('span', { class: 'at' }, words),
    ' ',
    el('span', { class: 'far', data: { at: String(at) } }, relative(at)),
  )
}

/** When an entry was written. @param {number} at */
export const stamp = (at) =>
  el('time', { class: 'stamp', datetime: new Date(at).toISOString(), 'data-tip': exact(at) }, clockTime(at))

/** How long ago, kept true while the page is open. @param {number} at */
export const ago = (at) =>
  el(
    'time',
    { class: 'stamp', datetime: new Date(at).toISOString(), 'data-tip': exact(at), data: { at: String(at) } },
    relative(at),
  )

/** Brings every relative time up to date. */
export function refreshTimes() {
  for (const element of document.querySelectorAll('[data-at]')) {
    const { at, past } = /** @type {HTMLElement} */ (element).dataset
    const words = relative(Number(at), past !== undefined)
    if (element.textContent !== words) element.textContent = words
  }
}
