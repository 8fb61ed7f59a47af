import { guard } from './guard.ts'
import { addWord, type Branch, branch } from './lexicon.ts'
import { ALSO_WORDS, CLOCK_NAMES, PLACES, SEASON_NAMES, SEVERAL_NAMES, WINTER_NAMES } from './places.ts'
import { type Hit, Reader } from './reader.ts'
import { fold, tokenize } from './tokens.ts'

/** What a zone phrase says. `season` is an abbreviation of one half of the year, which may contradict the date. */
export type ZoneMeaning =
  /** `winter`: of two times of a night on which the clocks go back, the later one. */
  | { kind: 'zone'; zone: string; winter?: true }
  | { kind: 'season'; name: string; offset: string; place: string }
  | { kind: 'several'; name: string; zones: readonly string[] }
  | { kind: 'own' }

/** Every place a zone can be called by. */
const places: Branch = branch()
for (const zone of Intl.supportedValuesOf('timeZone')) {
  const parts = zone.split('/')
  const city = parts.at(-1)
  if (parts.length > 1 && parts[0] !== 'Etc' && city !== undefined) addPlace(city.replaceAll('_', ' '), zone)
}
for (const [zone, names] of Object.entries(PLACES)) for (const name of names.split('|')) addPlace(name, zone)

function addPlace(name: string, zone: string): void {
  addWord(places, name, { kind: 'place', value: zone })
}

/** The IANA zone in its own spelling, or undefined when there is none of this name. */
export function knownZone(name: string): string | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/**
 * The zone a person means by an IANA name, a city, a country, an abbreviation or an offset; undefined when it is none,
 * or more than one (IST).
 */
export function zoneFromWords(text: string): string | undefined {
  const guarded = guard(text)
  if (!guarded.ok) return undefined
  // Alone, "la" and "est" are places and clocks; in a phrase they may be words.
  return zoneOf(guarded.text) ?? zoneOf(guarded.text.toUpperCase())
}

function zoneOf(text: string): string | undefined {
  const r = new Reader(text, tokenize(text), ZONE_WORDS, {
    language: 'en',
    clock12: 'always',
    dateOrder: 'ask',
    ordinalDot: false,
  })
  const hit = zoneRule(r, 0)
  if (hit === undefined || hit.next !== r.end) return undefined
  switch (hit.value.kind) {
    case 'zone':
      return hit.value.zone
    case 'season':
      return hit.value.place
    case 'several':
    case 'own':
      return undefined
    default:
      throw new TypeError(`No such meaning: ${hit.value satisfies never}`)
  }
}

const ZONE_WORDS = branch()
for (const word of ['time', 'zeit', 'saati', '時間', 'standard time'])
  addWord(ZONE_WORDS, word, { kind: 'zoneAfter', value: '' })
for (const word of ['heure de', 'hora de']) addWord(ZONE_WORDS, word, { kind: 'zoneBefore', value: '' })

/** A zone phrase: "Berlin time", "(BST)", "UTC+3", "Europe/Berlin", "heure de Paris", "my time", "+05:30". */
export function zoneRule(r: Reader, i: number): Hit<ZoneMeaning> | undefined {
  if (r.mark(i, '(')) {
    const inside = r.skip(i + 1, 'in')
    // One pair says it: hundreds of them must cost no more.
    const inner = r.mark(inside, '(') ? undefined : zoneRule(r, inside)
    return inner !== undefined && r.mark(inner.next, ')')
      ? { value: inner.value, next: inner.next + 1 }
      : undefined
  }
  const own = r.lex(i, 'zoneOwn')
  if (own !== undefined) return { value: { kind: 'own' }, next: own.next }
  const before = r.lex(i, 'zoneBefore')
  const at = before?.next ?? i
  // "La Paz" begins with what is an article elsewhere
  const hit = named(r, at, before !== undefined) ?? (before && named(r, r.skip(at, 'the', 'of', 'in'), true))
  if (hit === undefined) return undefined
  const next = timeWord(r, hit.next)
  const season = r.lex(hit.next, 'zoneAfter')?.value
  return { value: inSeason(hit.value, String(season), r.quote(i, next)), next }
}

const WINTER = Temporal.Instant.from('2026-01-15T12:00:00Z')
const SUMMER = Temporal.Instant.from('2026-07-15T12:00:00Z')

/** "British Summer Time" names one half of the year, as BST does. */
function inSeason(meaning: ZoneMeaning, season: string, name: string): ZoneMeaning {
  if (meaning.kind !== 'zone' || (season !== 'summer' && season !== 'standard')) return meaning
  const [one, other] = [WINTER, SUMMER].map((at) => at.toZonedDateTimeISO(meaning.zone))
  if (one === undefined || other === undefined || one.offset === other.offset) return meaning
  const [standard, summer] = one.offsetNanoseconds < other.offsetNanoseconds ? [one, other] : [other, one]
  return {
    kind: 'season',
    name,
    offset: (season === 'summer' ? summer : standard).offset,
    place: meaning.zone,
  }
}

function named(r: Reader, i: number, introduced: boolean): Hit<ZoneMeaning> | undefined {
  return offset(r, i) ?? ianaName(r, i) ?? place(r, i, introduced) ?? abbreviation(r, i)
}

/** Passes over "'s time", "'da", "saatiyle". */
function timeWord(r: Reader, i: number): number {
  let at = i
  if (r.mark(at, "'") && r.glued(at) && r.tokens[at + 1]?.kind === 'word' && r.glued(at + 1)) at += 2
  const word = r.lex(at, 'zoneAfter')
  return word?.next ?? (at > i && r.tokens[i + 1]?.text !== 's' ? at : i)
}

const ZERO_NAMES = new Set(['utc', 'gmt', 'z'])

/** UTC+3, GMT -5:30, UTC, +03:00, +0530. Offsets reach from -12 to +14. */
function offset(r: Reader, i: number): Hit<ZoneMeaning> | undefined {
  const named = r.tokens[i]?.kind === 'word' && (r.tokens[i]?.text === 'utc' || r.tokens[i]?.text === 'gmt')
  const sign = named ? i + 1 : i
  const plus = r.mark(sign, '+')
  const hours = r.digits(sign + 1)
  if ((!plus && !r.mark(sign, '-')) || hours === undefined || !r.glued(sign + 1)) return undefined
  const colon = r.mark(sign + 2, ':') && r.glued(sign + 2) ? r.digits(sign + 3) : undefined
  // "+3" alone may be hours to wait, and "9-17" a range: they need UTC before them.
  const full = (colon?.text.length === 2 && hours.text.length === 2) || hours.text.length === 4
  if (!named && (!full || !(plus || r.tokens[sign]?.gap || r.glued(sign)))) return undefined
  if (!named && !plus && r.glued(sign) && !isAfterIsoTime(r, sign)) return undefined
  const next = colon === undefined ? sign + 2 : sign + 4
  const hour = hours.text.length > 2 ? Math.floor(hours.value / 100) : hours.value
  const minute = hours.text.length > 2 ? hours.value % 100 : (colon?.value ?? 0)
  const minutes = hour * 60 + minute
  if (minute > 59 || hours.text.length > 4 || minutes > (plus ? 14 : 12) * 60) {
    return r.refuse(`There is no time zone ${r.quote(i, next)}: offsets go from UTC-12 to UTC+14.`)
  }
  const two = (value: number) => String(value).padStart(2, '0')
  const zone = minutes === 0 ? 'UTC' : `${plus ? '+' : '-'}${two(hour)}:${two(minute)}`
  return { value: { kind: 'zone', zone }, next }
}

/** 2026-02-11T14:00-05:00: the hyphen is a sign there, not a range. */
function isAfterIsoTime(r: Reader, sign: number): boolean {
  return r.tokens.slice(0, sign).some((token) => token.text === 't')
}

const IANA = /[A-Za-z]+(?:\/[A-Za-z_+0-9-]+){1,2}/y

function ianaName(r: Reader, i: number): Hit<ZoneMeaning> | undefined {
  const token = r.tokens[i]
  if (token?.kind !== 'word' || !r.mark(i + 1, '/')) return undefined
  IANA.lastIndex = token.start
  const name = IANA.exec(r.text)?.[0]
  if (name === undefined) return undefined
  const zone = knownZone(name)
  if (zone === undefined) return undefined
  const end = token.start + name.length
  let next = i
  while ((r.tokens[next]?.end ?? Number.POSITIVE_INFINITY) <= end) next += 1
  return { value: { kind: 'zone', zone }, next }
}

function place(r: Reader, i: number, introduced: boolean): Hit<ZoneMeaning> | undefined {
  let node: Branch | undefined = places
  let zone: string | undefined
  let next = i
  for (let at = i; at < r.end; at += 1) {
    node = node.next.get(r.tokens[at]?.text ?? '')
    if (node === undefined) break
    const found = node.lexemes[0]
    if (found !== undefined) {
      zone = String(found.value)
      next = at + 1
    }
  }
  if (zone === undefined) return undefined
  // "la", "us" and "ny" are words elsewhere
  const short =
    next === i + 1 &&
    !PLAIN_PLACES.has(r.tokens[i]?.text ?? '') &&
    (r.tokens[i]?.text.length ?? 0) <= 3 &&
    isPlain(r.tokens[i]?.text)
  const typed = r.quote(i, next)
  if (short && !introduced && typed !== typed.toUpperCase() && timeWord(r, next) === next) return undefined
  const zones = zone.split('|')
  if (zones.length > 1) return { value: { kind: 'several', name: typed, zones }, next }
  return { value: { kind: 'zone', zone }, next }
}

/** Short, but no word of any language here. */
const PLAIN_PLACES = new Set(['nyc'])

const isPlain = (text = '') => /^[a-z]+$/.test(text)

function abbreviation(r: Reader, i: number): Hit<ZoneMeaning> | undefined {
  const token = r.tokens[i]
  if (token?.kind !== 'word') return undefined
  const typed = r.quote(i, i + 1)
  const name = typed.toUpperCase()
  const english = r.habits.language === 'en'
  if (typed !== name) {
    // In other languages "est", "et" and "ist" are words.
    if (
      ALSO_WORDS.has(name) ||
      (!english && (name.length < 3 || !ZERO_NAMES.has(fold(name))) && !isSafeAbroad(name))
    )
      return undefined
  }
  const next = i + 1
  const zone = CLOCK_NAMES[name]
  if (zone !== undefined)
    return {
      value: WINTER_NAMES.has(name) ? { kind: 'zone', zone, winter: true } : { kind: 'zone', zone },
      next,
    }
  const season = SEASON_NAMES[name]
  if (season !== undefined)
    return { value: { kind: 'season', name, offset: season[0], place: season[1] }, next }
  const several = SEVERAL_NAMES[name]
  return several === undefined ? undefined : { value: { kind: 'several', name, zones: several }, next }
}

const SAFE_ABROAD = new Set([
  'CET',
  'CEST',
  'MEZ',
  'MESZ',
  'EET',
  'EEST',
  'PST',
  'PDT',
  'EDT',
  'TRT',
  'JST',
  'BRT',
  'MSK',
])
const isSafeAbroad = (name: string) => SAFE_ABROAD.has(name)

/** "Berlin", when that word alone leads back to the zone; otherwise the IANA name; "UTC+3" for offsets. */
export function zoneName(zone: string): string {
  if (zone === 'UTC') return 'UTC'
  if (zone.startsWith('+') || zone.startsWith('-')) {
    const [hours = '0', minutes = '00'] = zone.slice(1).split(':')
    return `UTC${zone[0]}${Number(hours)}${minutes === '00' ? '' : `:${minutes}`}`
  }
  let name = names.get(zone)
  if (name === undefined) {
    const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone
    name = city !== zone && zoneFromWords(city) === zone ? city : zone
    names.set(zone, name)
  }
  return name
}

/** Bounded by the number of zones there are. */
const names = new Map<string, string>()
