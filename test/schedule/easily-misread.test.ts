import { describe, expect, test } from 'vitest'
import { readWhen } from '../../src/schedule/read-when.ts'

/** A Friday, four in the afternoon in Berlin. */
const NOW = Temporal.Instant.from('2026-11-27T15:00:00Z')

/** The wall clock in Berlin of what was read: one moment, the first runs of a series, or the choices of a question. */
function read(phrase: string, locale = 'en', now = NOW): string {
  const when = readWhen(phrase, { now, zone: 'Europe/Berlin', locale })
  switch (when.kind) {
    case 'once':
      return clock(when.at)
    case 'recurring':
      return `every: ${when.next.map(clock).join(' | ')}`
    case 'ask':
      return `ask: ${when.choices.map(({ at }) => clock(at)).join(' | ')}`
    case 'error':
      return `error: ${when.message}`
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}
const clock = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('Europe/Berlin').toPlainDateTime().toString({ smallestUnit: 'minute' })

describe('a number that belongs to something else', () => {
  test.each([
    ['9時 12月7日', '2026-12-07T09:00'],
    ['9時 12月3日', '2026-12-03T09:00'],
    ['9時 30日', '2026-11-30T09:00'],
    ['月曜9時30', '2026-11-30T09:30'],
    ['毎週月曜9時 12月14日まで', 'every: 2026-11-30T09:00 | 2026-12-07T09:00 | 2026-12-14T09:00'],
    ['毎日18時 12月31日まで', 'every: 2026-11-27T18:00 | 2026-11-28T18:00 | 2026-11-29T18:00'],
  ])('%s', (phrase, at) => expect(read(phrase, 'ja')).toBe(at))

  test.each([
    ['in 0:45 hours', '2026-11-27T16:45'],
    ['in 1:30 hours', '2026-11-27T17:30'],
    ['in 12:30h', '2026-11-28T04:30'],
    ['at 9:30am', '2026-11-28T09:30'],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('days that are left out', () => {
  test.each([
    ['1日おきに9時', 'every: 2026-11-28T09:00 | 2026-11-30T09:00 | 2026-12-02T09:00'],
    ['1週間おきに月曜9時', 'every: 2026-11-30T09:00 | 2026-12-14T09:00 | 2026-12-28T09:00'],
    ['30分おき', 'every: 2026-11-27T16:30 | 2026-11-27T17:00 | 2026-11-27T17:30'],
    [
      '2日おきに9時',
      'error: "2日おきに" is every 2 days to some people, and every 3 to others. Say "2日ごと".',
    ],
  ])('%s', (phrase, at) => expect(read(phrase, 'ja')).toBe(at))

  test('hafta içi cuma hariç: a Friday, not the days that it is one of', () =>
    expect(read('hafta içi cuma hariç saat 9', 'tr')).toBe(
      'every: 2026-11-30T09:00 | 2026-12-01T09:00 | 2026-12-02T09:00',
    ))
})

describe('an hour with an ending has two halves of the day', () => {
  test.each([
    ["yarın 3'te", 'tr', 'ask: 2026-11-28T15:00 | 2026-11-28T03:00'],
    ["salı saat 4'te", 'tr', 'ask: 2026-12-01T16:00 | 2026-12-01T04:00'],
    ["yarın 9'da", 'tr', '2026-11-28T09:00'],
    ['mañana a las 3 en punto', 'es', 'ask: 2026-11-28T15:00 | 2026-11-28T03:00'],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('nights', () => {
  test.each([
    ['nightly at 10', 'every: 2026-11-27T22:00 | 2026-11-28T22:00 | 2026-11-29T22:00'],
    ['nightly at 9:30', 'every: 2026-11-27T21:30 | 2026-11-28T21:30 | 2026-11-29T21:30'],
    ['friday night at 1', '2026-11-28T01:00'],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('the night between two days', () => {
  test.each([
    ['in der Nacht auf Sonntag um 1', 'de', '2026-11-29T01:00'],
    ['in der Nacht zum Sonntag um 23 Uhr', 'de', '2026-11-28T23:00'],
    ['in der Nacht zum 24. Dezember um 2', 'de', '2026-12-24T02:00'],
    ['in der Nacht von Samstag auf Sonntag um 1', 'de', '2026-11-29T01:00'],
    ['dans la nuit de samedi à dimanche à 1h', 'fr', '2026-11-29T01:00'],
    ['la noche del sábado al domingo a la 1', 'es', '2026-11-29T01:00'],
    [
      'in der Nacht von Samstag auf Montag um 1',
      'de',
      'error: "in der Nacht von Samstag auf Montag" is more than one night. Say a day and an hour.',
    ],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('two meanings are asked about', () => {
  test.each([
    ['todos los días a las 9 y 15', 'es', 'ask: 2026-11-28T09:15 | 2026-11-28T09:00'],
    ['toda segunda às 9 e 20', 'pt', 'ask: 2026-11-30T09:20 | 2026-11-30T09:00'],
    ['mañana a las 9 y 15', 'es', '2026-11-28T09:15'],
    ['mañana a las 9 y 10 pm', 'es', '2026-11-28T21:10'],
    ['todos los días a las 9 y 17', 'es', 'every: 2026-11-27T17:00 | 2026-11-28T09:00 | 2026-11-28T17:00'],
    ['todos los días a las 9 y 30', 'es', 'every: 2026-11-28T09:30 | 2026-11-29T09:30 | 2026-11-30T09:30'],
    ['tonight at 5', 'en', 'ask: 2026-11-27T17:00 | 2026-11-28T05:00'],
    ['tonight at 6', 'en', '2026-11-27T18:00'],
    ['dans quinze jours', 'fr', 'ask: 2026-12-11T09:00 | 2026-12-12T09:00'],
    ['dans 8 jours à 10h', 'fr', 'ask: 2026-12-04T10:00 | 2026-12-05T10:00'],
    ['en quince días', 'es', 'ask: 2026-12-11T09:00 | 2026-12-12T09:00'],
    ['daqui a quinze dias', 'pt', 'ask: 2026-12-11T09:00 | 2026-12-12T09:00'],
    ['in acht Tagen', 'de', 'ask: 2026-12-04T09:00 | 2026-12-05T09:00'],
    ['Montag in acht Tagen', 'de', 'ask: 2026-11-30T09:00 | 2026-12-07T09:00'],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('a day of a year to come', () => {
  const notesOf = (phrase: string) => {
    const when = readWhen(phrase, { now: NOW, zone: 'Europe/Berlin', locale: 'en' })
    return when.kind === 'once' ? when.notes.join(' ') : when.kind
  }

  test.each(['nov 27 9am', '26 nov 5pm', 'black friday 9am'])(
    '%s has just passed, and that is said',
    (phrase) => expect(notesOf(phrase)).toContain('The next such day is in 2027.'),
  )
  test('a day that is simply next year needs no note', () => expect(notesOf('march 3 9am')).toBe(''))

  test.each([
    ["mother's day uk", '2027-03-07T09:00'],
    [
      "mother's day france",
      'error: That is Mother’s Day as in Brazil, Germany and the United States: the second Sunday of May. For another country, say the date.',
    ],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('a word that is also another', () => {
  test.each([
    ['sexta dia 11 às 9', 'pt', '2026-12-11T09:00'],
    ['segunda-feira, dia 7, às 9', 'pt', '2026-12-07T09:00'],
    ['primeira terça de dezembro às 9', 'pt', '2026-12-01T09:00'],
    ['segunda terça de dezembro às 9', 'pt', '2026-12-08T09:00'],
    ['de 3 em 3 dias às 9', 'pt', 'every: 2026-11-28T09:00 | 2026-12-01T09:00 | 2026-12-04T09:00'],
    ['3.12 saat 9', 'tr', '2026-12-03T09:00'],
    ['15.12 saat 10:00', 'tr', '2026-12-15T10:00'],
    ['morgen so um 10', 'de', '2026-11-28T10:00'],
    ['So um 10', 'de', '2026-11-29T10:00'],
    ['in 2 Std. 30 Min.', 'de', '2026-11-27T18:30'],
    ['毎日18時 10回', 'ja', 'every: 2026-11-27T18:00 | 2026-11-28T18:00 | 2026-11-29T18:00'],
    ['tomorrow at 9 in nyc', 'en', '2026-11-28T15:00'],
    ['tomorrow 930', 'en', '2026-11-28T09:30'],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('working days and the ends of months', () => {
  test.each([
    ['next business day 9am', 'en', '2026-11-30T09:00'],
    ['nächster Werktag um 9', 'de', '2026-11-30T09:00'],
    ['翌営業日9時', 'ja', '2026-11-30T09:00'],
    ['今月末17時', 'ja', '2026-11-30T17:00'],
    ['来月末17時', 'ja', '2026-12-31T17:00'],
    ["in a week's time", 'en', '2026-12-04T09:00'],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('before and after noon and midnight', () => {
  test.each([
    ['quarter to midnight', '2026-11-27T23:45'],
    ['10 to midnight', '2026-11-27T23:50'],
    ['half past midnight', '2026-11-28T00:30'],
    ['half past noon', '2026-11-28T12:30'],
    ['tomorrow quarter to noon', '2026-11-28T11:45'],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('weekdays in a row without "every"', () => {
  test.each([
    [
      'mon, wed & fri @ 9',
      'en',
      'ask: 2026-11-30T09:00 | 2026-11-30T09:00 | 2026-12-02T09:00 | 2026-12-04T09:00',
    ],
    ['tuesday and thursday at 10', 'en', 'ask: 2026-12-01T10:00 | 2026-12-01T10:00 | 2026-12-03T10:00'],
    [
      'monday at 9am and wednesday at 2pm',
      'en',
      'ask: 2026-11-30T09:00 | 2026-11-30T09:00 | 2026-12-02T14:00',
    ],
    ['lunes y viernes a las 9', 'es', 'ask: 2026-11-30T09:00 | 2026-11-30T09:00 | 2026-12-04T09:00'],
    ['weekend at 10', 'en', 'ask: 2026-11-28T10:00 | 2026-11-29T10:00'],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('series', () => {
  test.each([
    [
      'twice a year on 1 jan and 1 july at 9',
      'en',
      'every: 2027-01-01T09:00 | 2027-07-01T09:00 | 2028-01-01T09:00',
    ],
    ['cada 15 días los lunes a las 9', 'es', 'every: 2026-11-30T09:00 | 2026-12-14T09:00 | 2026-12-28T09:00'],
    ["hafta sonu hariç her gün 9'da", 'tr', 'every: 2026-11-30T09:00 | 2026-12-01T09:00 | 2026-12-02T09:00'],
    ['günde iki kez saat 9 ve 17', 'tr', 'every: 2026-11-27T17:00 | 2026-11-28T09:00 | 2026-11-28T17:00'],
    ['毎日9時(日曜以外)', 'ja', 'every: 2026-11-28T09:00 | 2026-11-30T09:00 | 2026-12-01T09:00'],
    [
      'every day at 9 (except sundays)',
      'en',
      'every: 2026-11-28T09:00 | 2026-11-30T09:00 | 2026-12-01T09:00',
    ],
  ])('%s', (phrase, locale, at) => expect(read(phrase, locale)).toBe(at))
})

describe('by the hour', () => {
  test.each([
    ['every hour until 6pm', 'every: 2026-11-27T17:00 | 2026-11-27T18:00'],
    ['every hour starting at 9 until 17', 'every: 2026-11-27T17:00 | 2026-11-28T09:00 | 2026-11-28T10:00'],
    ['hourly 9-5 weekdays', 'every: 2026-11-27T17:00 | 2026-11-30T09:00 | 2026-11-30T10:00'],
    ['every hour at :30', 'every: 2026-11-27T16:30 | 2026-11-27T17:30 | 2026-11-27T18:30'],
    ['every 2:30 hours', 'every: 2026-11-27T18:30 | 2026-11-27T21:00 | 2026-11-27T23:30'],
    ['every 2 hours at :15', 'every: 2026-11-27T16:15 | 2026-11-27T18:15 | 2026-11-27T20:15'],
    ['on the half hour every hour', 'every: 2026-11-27T16:30 | 2026-11-27T17:30 | 2026-11-27T18:30'],
    ['every hour at :30 between 9 and 17', 'every: 2026-11-27T16:30 | 2026-11-28T09:30 | 2026-11-28T10:30'],
    ['every day until 6pm', 'error: Until which day? Say, for example, "until 31 December".'],
    [
      'every 30 minutes until 6pm on weekdays',
      'error: From which hour on? Say, for example, "between 9:00 and 18:00".',
    ],
    ['every day at :30', 'error: So many minutes past which hour? Say "every hour at :30", or the time.'],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('what is said of a time that cannot be', () => {
  const SUNDAY_NIGHT = Temporal.Instant.from('2026-11-29T22:30:00Z')
  const NO_DAY =
    'Which day is that? Say, for example, "last saturday of the month", or "last day of the month".'

  test.each([
    ['today at 3', 'Did you mean Sat 28 Nov 2026, 15:00'],
    ['the 15th of this month at 9am', 'Did you mean Tue 15 Dec 2026, 09:00'],
    ['this afternoon', 'At what hour? Say, for example, "today at 17:30".'],
    ['last weekend of the month', NO_DAY],
    ['every last weekend of the month 11am', NO_DAY],
    ['every now and then', '"every now and then" is not a time.'],
    ['every 0 days', 'Every 0 of them is not a rule.'],
    ['every 1.12 hours', '"every 1.12 hours" is no whole number of minutes or days.'],
    ['tomorrow and friday at 9', 'There is more than one day in it.'],
    ['every monday except the first one at 9', 'Which one is left out?'],
    ['every week next week on monday', 'Does it go on after that?'],
    ['every day at the weekend at 10', 'One weekend, or each of them?'],
  ])('%s', (phrase, message) => expect(read(phrase)).toContain(message))

  test('this weekend, when it is over, is the next one', () =>
    expect(read('this weekend', 'en', SUNDAY_NIGHT)).toContain('Did you mean Sat 5 Dec 2026'))

  test.each([
    ['once monday 9am', '2026-11-30T09:00'],
    ['every 1.5 hours', 'every: 2026-11-27T16:30 | 2026-11-27T18:00 | 2026-11-27T19:30'],
    ['every day next week at 9am', 'every: 2026-11-30T09:00 | 2026-12-01T09:00 | 2026-12-02T09:00'],
    ['every monday next month at 9', 'every: 2026-12-07T09:00 | 2026-12-14T09:00 | 2026-12-21T09:00'],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

describe('after the midnight of the day that was said', () => {
  const BY_THE_CALENDAR =
    'error: After midnight it is the next day. Say the days and the hours by the calendar.'

  test.each([
    ['every friday night at 1', 'every: 2026-11-28T01:00 | 2026-12-05T01:00 | 2026-12-12T01:00'],
    ['every friday night at 11', 'every: 2026-11-27T23:00 | 2026-12-04T23:00 | 2026-12-11T23:00'],
    ['every weekday at 24:00', 'every: 2026-11-28T00:00 | 2026-12-01T00:00 | 2026-12-02T00:00'],
    ['every day at 24:00', 'every: 2026-11-28T00:00 | 2026-11-29T00:00 | 2026-11-30T00:00'],
    [
      'every monday at 24:00 and every wednesday at 10:00',
      'every: 2026-12-01T00:00 | 2026-12-02T10:00 | 2026-12-08T00:00',
    ],
    ['every friday night at 11 and 1', BY_THE_CALENDAR],
    ['every weekday at 9:00 and 24:00', BY_THE_CALENDAR],
    ['every day except sunday at 24:00', BY_THE_CALENDAR],
  ])('%s', (phrase, at) => expect(read(phrase)).toBe(at))
})

test('of two times of one night, "CET" names the later one', () => {
  const at = (phrase: string) => {
    const when = readWhen(phrase, { now: NOW, zone: 'Europe/Berlin', locale: 'en' })
    return when.kind === 'once' ? when.at.toString() : when.kind
  }
  expect(at('31 october 2027 02:30 CET')).toBe('2027-10-31T01:30:00Z')
  expect(at('31 october 2027 02:30 CEST')).toBe('2027-10-31T00:30:00Z')
  expect(at('1 july 2027 9am CET')).toBe('2027-07-01T07:00:00Z')
})
