import { describe, expect, test } from 'vitest'
import { readWhen } from '../../src/schedule/read-when.ts'
import { zoneFromWords, zoneName } from '../../src/schedule/zones.ts'

const NOW = '2026-02-11T09:05:00Z'

const read = (phrase: string, zone = 'Europe/Berlin', now = NOW, locale = 'en') =>
  readWhen(phrase, { now: Temporal.Instant.from(now), zone, locale })

function instant(phrase: string, zone?: string, now?: string): string {
  const when = read(phrase, zone, now)
  return when.kind === 'once' ? String(when.at) : `${when.kind}: ${'message' in when ? when.message : ''}`
}

describe('zones', () => {
  test.each([
    ['tomorrow 9am Asia/Kathmandu', '2026-02-12T03:15:00Z'],
    ['3pm Sydney time on Friday', '2026-02-13T04:00:00Z'],
    ['next Monday noon PT', '2026-02-16T20:00:00Z'],
    ['tomorrow 17:00Z', '2026-02-12T17:00:00Z'],
    ['tomorrow 5pm UTC+3', '2026-02-12T14:00:00Z'],
    ['tomorrow 5pm +0530', '2026-02-12T11:30:00Z'],
    ['tomorrow 14:00 GMT -5:30', '2026-02-12T19:30:00Z'],
    ['tomorrow 5pm (New York)', '2026-02-12T22:00:00Z'],
    ['July 1 at 9am ET', '2026-07-01T13:00:00Z'],
    ['July 1 at 9am CET', '2026-07-01T07:00:00Z'],
    ['July 1 at 9am PDT', '2026-07-01T16:00:00Z'],
    ['July 1 at 9am BST', '2026-07-01T08:00:00Z'],
    ['tomorrow 9am newfoundland time', '2026-02-12T12:30:00Z'],
    ['tomorrow 9am my time', '2026-02-12T08:00:00Z'],
    ['2026-02-27T10:30+05:30', '2026-02-27T05:00:00Z'],
    ['2026-02-27T10:30:00.000Z', '2026-02-27T10:30:00Z'],
    ['tomorrow 11 am GMT+0900 (JST)', '2026-02-12T02:00:00Z'],
  ])('%s', (phrase, at) => {
    expect(instant(phrase)).toBe(at)
  })

  test.each([
    'tomorrow 9am IST',
    'tomorrow 9am CST',
    'July 1 at 9am EST',
    'tomorrow 9am BST',
    'tomorrow 9am Australia time',
  ])('%s is asked about', (phrase) => {
    const when = read(phrase)
    expect(when.kind).toBe('ask')
    if (when.kind !== 'ask') return
    expect(when.choices.length).toBeGreaterThan(1)
    expect(new Set(when.choices.map(({ at }) => String(at))).size).toBe(when.choices.length)
  })

  test('an ambiguous abbreviation is no question to those whose own it is', () => {
    expect(instant('tomorrow 9am IST', 'Asia/Kolkata')).toBe('2026-02-12T03:30:00Z')
  })

  test('tomorrow in a zone where it is another day is a question', () => {
    const when = read('tomorrow 9am Berlin time', 'America/New_York', '2026-02-11T01:30:00Z')
    expect(when.kind).toBe('ask')
  })

  test.each(['tomorrow 9am UTC+27', 'tomorrow 9am Mars/Olympus', 'tomorrow 9am Narnia time', '9am art show'])(
    '%s is refused',
    (phrase) => {
      expect(read(phrase).kind).toBe('error')
    },
  )

  test('zoneFromWords', () => {
    expect(
      Object.fromEntries(
        [
          'Berlin',
          'europe/berlin',
          'berlin time',
          'New York',
          'PT',
          'EST',
          'UTC+3',
          'japan',
          '東京',
          'la',
          'IST',
          'nowhere',
          '',
        ].map((text) => [text, zoneFromWords(text)]),
      ),
    ).toEqual({
      Berlin: 'Europe/Berlin',
      'europe/berlin': 'Europe/Berlin',
      'berlin time': 'Europe/Berlin',
      'New York': 'America/New_York',
      PT: 'America/Los_Angeles',
      EST: 'America/New_York',
      'UTC+3': '+03:00',
      japan: 'Asia/Tokyo',
      東京: 'Asia/Tokyo',
      la: 'America/Los_Angeles',
      IST: undefined,
      nowhere: undefined,
      '': undefined,
    })
  })

  test('the name of every zone leads back to it', () => {
    for (const zone of Intl.supportedValuesOf('timeZone'))
      expect(zoneFromWords(zoneName(zone)), zone).toBe(zone)
  })
})

describe('clock changes', () => {
  test('a skipped time is said', () => {
    const when = read('tomorrow at 02:30', 'Europe/Berlin', '2026-03-28T12:00:00Z')
    expect(when).toMatchObject({
      kind: 'once',
      notes: ['The clock in Berlin skips 02:30 that night; 03:30 it is.'],
    })
    if (when.kind === 'once') expect(String(when.at)).toBe('2026-03-29T01:30:00Z')
  })

  test('a time that comes twice is the first, and said', () => {
    const when = read('tomorrow at 02:30', 'Europe/Berlin', '2026-10-24T12:00:00Z')
    expect(when).toMatchObject({
      kind: 'once',
      notes: ['The clock in Berlin shows 02:30 twice that night; it is the first.'],
    })
    if (when.kind === 'once') expect(String(when.at)).toBe('2026-10-25T00:30:00Z')
  })

  test('hours elapse, days keep the clock', () => {
    expect(instant('in 24 hours', 'Europe/Berlin', '2026-03-28T14:00:00Z')).toBe('2026-03-29T14:00:00Z')
    expect(instant('in 1 day at 15:00', 'Europe/Berlin', '2026-03-28T14:00:00Z')).toBe('2026-03-29T13:00:00Z')
    expect(instant('in 45 minutes', 'Europe/Berlin', '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:15:00Z')
  })
})

describe('never silently wrong', () => {
  test.each([
    'tomorrow at 25:00',
    'tomorrow at 9:75',
    'Mar 9th at 28pm',
    '14PM',
    '32nd of March',
    '18/13/2028 11AM',
    'February 29, 2027',
    'every Feb 30 at 9am',
    'Monday Feb 17 2026',
    'in -5 minutes',
    'in 1000 years',
    'every 0 days',
    'every 10 seconds',
  ])('%s is impossible', (phrase) => {
    expect(read(phrase).kind).toBe('error')
  })

  test.each([
    'yesterday at 5pm',
    'last friday',
    'monday last week',
    'two days ago',
    'today at 9am',
    'this morning at 8am',
    'Feb 1 2026 at 9am',
    '2026-02-10 09:00',
    'letzten Freitag um 9',
    'hier à 15h',
    'ayer a las 9',
    'ontem às 15h',
    'geçen cuma 15:00',
    '昨日の9時',
  ])('%s is past', (phrase) => {
    const when = read(phrase)
    expect(when).toMatchObject({ kind: 'error' })
    if (when.kind === 'error') expect(when.message).toMatch(/past/)
  })

  test('what is past comes with the nearest future reading', () => {
    expect(read('today at 9am')).toEqual({
      kind: 'error',
      message:
        'Wed 11 Feb 2026, 09:00 (Berlin time) is in the past. Did you mean Thu 12 Feb 2026, 09:00 (Berlin time)?',
    })
  })

  test.each([
    'maybe tomorrow or Friday',
    'not tomorrow',
    'every now and then',
    'soon',
    'in a few minutes',
    'tomorrow and friday at 9',
    'tomorrow 9 to 5',
    'every',
    'in',
    'at',
    'next',
    'twice a week',
    'every week',
    '9',
    '2026',
    'hello world',
    'schedule me a 1:1 meeting',
    'Rat 6',
    'call 555-1234',
    '192.168.1.1',
    '🕘',
  ])('%s is refused', (phrase) => {
    expect(read(phrase).kind).toBe('error')
  })

  test('what was not understood is quoted', () => {
    expect(read('tomorrow at 9 wibbly')).toEqual({
      kind: 'error',
      message: 'I did not understand "wibbly" in "tomorrow at 9 wibbly".',
    })
  })

  test('every choice of a question reads back to it', () => {
    for (const phrase of [
      'friday at 5',
      'next friday 9:00',
      '10/11 9:00',
      'tomorrow 9am IST',
      'July 1 at 9am EST',
      '3:30',
    ]) {
      const when = read(phrase)
      expect(when.kind, phrase).toBe('ask')
      if (when.kind !== 'ask') continue
      for (const choice of when.choices) expect(instant(choice.phrase), choice.phrase).toBe(String(choice.at))
    }
  })

  test('the default time is the workspace’s, and said', () => {
    const when = readWhen('friday', {
      now: Temporal.Instant.from(NOW),
      zone: 'Europe/Berlin',
      locale: 'en',
      defaultTime: '10:30',
    })
    expect(when).toMatchObject({ kind: 'once', notes: ['No time was said: 10:30.'] })
    if (when.kind === 'once') expect(String(when.at)).toBe('2026-02-13T09:30:00Z')
  })
})

describe('hostile input', () => {
  const hostile: Record<string, string> = {
    '200 kB': 'tomorrow '.repeat(22_000),
    'control characters': 'tomorrow\u0000 9\u0007am',
    'bidi overrides': '\u202etomorrow 9am',
    '1 day a thousand times': '1 day '.repeat(1_000),
    '1 day in 200 characters': '1 day '.repeat(33),
    'nested numbers': '1 1/2 1/2 1/2 '.repeat(14),
    brackets: '('.repeat(100) + ')'.repeat(100),
    'next next': 'next '.repeat(39),
    lists: '1, '.repeat(66),
    weekdays: 'mon,'.repeat(50),
    every: 'every '.repeat(33),
    times: '9:00-'.repeat(40),
  }

  /** The fastest of many, in ms: the machine may be busy with other things. */
  const fastest = (phrase: string): number => {
    const times = Array.from({ length: 40 }, () => {
      const began = performance.now()
      read(phrase)
      return performance.now() - began
    })
    return Math.min(...times)
  }

  test.each(Object.entries(hostile))('%s', (_name, phrase) => {
    expect(read(phrase).kind).toBe('error')
    // Some are long and take fifteen times as long as a short one; where choices multiply it is thousands.
    expect(fastest(phrase)).toBeLessThan(fastest('tomorrow 9am') * 100)
  })
})
