import { describe, expect, test } from 'vitest'
import { describeRule } from '../../src/schedule/describe.ts'
import { readWhen, type When } from '../../src/schedule/read-when.ts'
import { nextRuns } from '../../src/schedule/recurrence.ts'

/** A Friday, four in the afternoon in Berlin. */
const NOW = Temporal.Instant.from('2026-11-27T15:00:00Z')

const read = (phrase: string, locale = 'en'): When =>
  readWhen(phrase, { now: NOW, zone: 'Europe/Berlin', locale })

/** The days of the first so many runs, in Berlin, or the sentence that refuses. */
function days(phrase: string, locale = 'en', count = 60): string[] {
  const when = read(phrase, locale)
  if (when.kind !== 'recurring') return [when.kind === 'error' ? when.message : when.kind]
  return runs(when, count).map((wall) => wall.toPlainDate().toString())
}
const runs = (when: When & { kind: 'recurring' }, count: number) =>
  nextRuns(when.rule, NOW, count).map((at) => at.toZonedDateTimeISO('Europe/Berlin').toPlainDateTime())

const between = (first: string, last: string): string[] => {
  const all: string[] = []
  for (let day = Temporal.PlainDate.from(first); day.toString() <= last; day = day.add({ days: 1 }))
    all.push(day.toString())
  return all
}

describe('a rule from one day until another', () => {
  test.each([
    ['en', 'every day from 2 to 6 december at 9am', '2026-12-02', '2026-12-06'],
    ['en', 'every day 10am from 10 to 20 december', '2026-12-10', '2026-12-20'],
    ['en', 'every day at 10am, 10 to 20 december', '2026-12-10', '2026-12-20'],
    ['en', 'every day 3 to 8 january at noon', '2027-01-03', '2027-01-08'],
    ['en', '5 to 10 dec daily 9am', '2026-12-05', '2026-12-10'],
    ['en', 'every day at 9am from dec 28 to 31', '2026-12-28', '2026-12-31'],
    ['en', 'every day at 9am dec 1-5', '2026-12-01', '2026-12-05'],
    ['en', 'every day at 9 dec 1-5', '2026-12-01', '2026-12-05'],
    ['en', 'every day at 9 dec 1 to dec 5', '2026-12-01', '2026-12-05'],
    ['en', 'every day at 9 between 1 and 5 december', '2026-12-01', '2026-12-05'],
    ['en', 'every day at 9 from the 20th to the 24th of january', '2027-01-20', '2027-01-24'],
    ['en', 'every day at 9 from the 28th to the 3rd of january', '2026-12-28', '2027-01-03'],
    ['en', 'every day at 9 from 1 to 3 december 2027', '2027-12-01', '2027-12-03'],
    ['de', 'täglich von 7 bis 11 Dezember um 9', '2026-12-07', '2026-12-11'],
    ['de', 'täglich um 9 vom 5.12. bis zum 9.12.', '2026-12-05', '2026-12-09'],
    ['de', 'ab dem 1.12. jeden Tag um 9 bis 4.12.', '2026-12-01', '2026-12-04'],
    ['fr', 'tous les jours à 9h du 1er décembre au 5 janvier', '2026-12-01', '2027-01-05'],
    ['fr', "tous les jours à 9h à partir du 7 jusqu'au 11 décembre", '2026-12-07', '2026-12-11'],
    ['es', 'todos los días a las 9 desde el 10 hasta el 20 de diciembre', '2026-12-10', '2026-12-20'],
    ['es', 'todos los días a las 9 del 1 al 5 de diciembre', '2026-12-01', '2026-12-05'],
    ['pt', 'todos os dias às 9 de 1 a 5 de dezembro', '2026-12-01', '2026-12-05'],
    ['tr', '1 aralıktan 5 aralığa kadar her gün saat 9', '2026-12-01', '2026-12-05'],
    ['ja', '1月5日から10日まで毎日9時', '2027-01-05', '2027-01-10'],
    ['ja', '毎日 9時 12月1日から12月20日まで', '2026-12-01', '2026-12-20'],
  ])('%s: %s', (locale, phrase, first, last) => {
    expect(days(phrase, locale)).toEqual(between(first, last))
  })

  test('the weekday before it is that of the rule', () => {
    const fridays = ['2026-12-04', '2026-12-11', '2026-12-18']
    expect(days('every friday december 4 to december 18 at 9')).toEqual(fridays)
    expect(days('fridays 4-18 december 9am')).toEqual(fridays)
  })

  test('hours stay hours', () => {
    const when = read('every hour from 9 to 17 from 7 to 11 december')
    expect(when).toMatchObject({ rule: { window: { from: '09:00', to: '17:00' }, until: '2026-12-11' } })
    expect(read('every hour from 9 to 17 in july')).toMatchObject({
      rule: { window: { from: '09:00', to: '17:00' }, months: [7] },
    })
    expect(days('every hour from 9 to 17 december')[0]).toMatch(/^Is 9 an hour, or a day\?/)
    expect(days('every day at 5 to 9 december')[0]).toMatch(/may be days, or the time "5 to 9"/)
    expect(read('every hour from 10 to 12')).toMatchObject({
      rule: { window: { from: '10:00', to: '12:00' } },
    })
  })

  test('one that has begun goes on, one that is over comes again', () => {
    expect(days('every day at 9 from nov 20 to nov 30')).toEqual(between('2026-11-28', '2026-11-30'))
    expect(days('every day at 9 from nov 1 to nov 5')).toEqual(between('2027-11-01', '2027-11-05'))
    expect(days('every day at 9 from march 1 to december 31')).toEqual([
      'Does it begin in 2026, or in 2027? Say the year.',
    ])
  })

  test('an end of the rule is no end of the days before it', () => {
    const ends = read('every month on the 15th until june 30 2027 at 9')
    expect(ends).toMatchObject({ rule: { monthDays: [15], until: '2027-06-30' } })
    expect(days('every month on the 15th until june 30 2027 at 9')[0]).toBe('2026-12-15')
    const hourly = read('every hour 9-17 until dec 20')
    expect(hourly).toMatchObject({ rule: { window: { from: '09:00', to: '17:00' }, until: '2026-12-20' } })
    expect(read('at 5 to 9 dec 5')).toMatchObject({ kind: 'once' })
  })

  test('days of each month or year are no range that ends', () => {
    expect(days('every month from the 1st to the 5th at 9')[0]).toMatch(/^It would come only once/)
    expect(days('every december 1 to 5 at 9')[0]).toMatch(/^Every day of it, or every year\?/)
  })
})

describe('what a rule leaves out', () => {
  const dates = (phrase: string, locale?: string) => {
    const when = read(phrase, locale)
    if (when.kind !== 'recurring') return when.kind === 'error' ? when.message : when.kind
    expect(when.rule.until, phrase).toBeUndefined()
    return when.rule.except
  }

  test.each([
    ['en', 'every weekday at 9 except dec 24 to dec 31', '2026-12-24', '2026-12-31'],
    ['en', 'every day at 9 except dec 24 to jan 2', '2026-12-24', '2027-01-02'],
    ['en', 'every day at 9 except 24-26 dec', '2026-12-24', '2026-12-26'],
    ['en', 'every day at 10 except dec 24, 25 and 26', '2026-12-24', '2026-12-26'],
    ['en', 'every day at 9 except next week', '2026-11-30', '2026-12-06'],
    ['en', 'every day at 9 except next monday to next thursday', '2026-11-30', '2026-12-03'],
    ['de', 'täglich um 9 außer 24. Dezember bis 2. Januar', '2026-12-24', '2027-01-02'],
    ['de', 'täglich 9 Uhr außer vom 24.12. bis 2.1.', '2026-12-24', '2027-01-02'],
    ['fr', "tous les jours à 9h sauf le 24 décembre jusqu'au 31 décembre", '2026-12-24', '2026-12-31'],
    ['fr', 'tous les jours à 9h sauf du 24 au 31 décembre', '2026-12-24', '2026-12-31'],
    [
      'es',
      'cada día a las 9:00 excepto 24 de diciembre hasta el 31 de diciembre',
      '2026-12-24',
      '2026-12-31',
    ],
    ['pt', 'todos os dias às 9h exceto de 24 a 26 de dezembro', '2026-12-24', '2026-12-26'],
    ['ja', '毎日9時、12月24日から31日を除く', '2026-12-24', '2026-12-31'],
  ])('%s: %s', (locale, phrase, first, last) => {
    expect(dates(phrase, locale)).toEqual({ dates: between(first, last) })
  })

  test.each([
    ['tr', 'hafta sonu hariç her gün saat 9', { weekdays: [6, 7] }],
    ['tr', 'bu hafta sonu hariç her gün saat 9', { dates: ['2026-11-28', '2026-11-29'] }],
    ['ja', '週末を除く毎日9時', { weekdays: [6, 7] }],
    ['ja', '今週末を除く毎日9時', { dates: ['2026-11-28', '2026-11-29'] }],
  ])('%s: %s', (locale, phrase, except) => expect(dates(phrase, locale)).toEqual(except))

  test.each([
    ['en', 'every day at 10 except next monday', '2026-11-30'],
    ['en', 'every day at 10 except this sunday', '2026-11-29'],
    ['en', 'every day at 10 except the coming monday', '2026-11-30'],
    ['en', 'every day at 10 except tomorrow', '2026-11-28'],
    ['en', 'every weekday at 9am except thursday dec 24', '2026-12-24'],
    ['en', 'every monday at 9 except monday dec 7', '2026-12-07'],
    ['de', 'täglich um 9 außer Montag, dem 7. Dezember', '2026-12-07'],
    ['de', 'jeden Montag außer nächsten Montag um 9', '2026-11-30'],
    ['de', 'täglich 9 Uhr außer am 24.12.', '2026-12-24'],
    ['fr', 'tous les jours à 9h sauf lundi prochain', '2026-11-30'],
    ['fr', 'tous les jours à 9h sauf le lundi 7 décembre', '2026-12-07'],
    ['es', 'todos los días a las 9:00 excepto el lunes 7 de diciembre', '2026-12-07'],
    ['pt', 'todos os dias às 9h exceto segunda que vem', '2026-11-30'],
    ['tr', 'gelecek pazartesi hariç her gün saat 9', '2026-11-30'],
    ['tr', 'her pazartesi 28 aralık hariç saat 9', '2026-12-28'],
    ['ja', '12月7日月曜日を除く毎日9時', '2026-12-07'],
  ])('%s: %s: one day', (locale, phrase, date) => {
    expect(dates(phrase, locale)).toEqual({ dates: [date] })
  })

  test('weekdays and months, each time that they come', () => {
    expect(dates('every day at 9 except mondays')).toEqual({ weekdays: [1] })
    expect(dates('every day at 10 except july to august')).toEqual({ months: [7, 8] })
    expect(dates('every day at 10 except november to january')).toEqual({ months: [1, 11, 12] })
    expect(dates('every month except july and august on the 1st at 9')).toEqual({ months: [7, 8] })
    expect(dates('every day at 9 except saturdays, dec 24 and jan 1')).toEqual({
      weekdays: [6],
      dates: ['2026-12-24', '2027-01-01'],
    })
  })

  test('the weekdays of one month are its dates, of one year', () => {
    expect(dates('every day at 9 except mondays in december 2026')).toEqual({
      dates: ['2026-12-07', '2026-12-14', '2026-12-21', '2026-12-28'],
    })
    expect(dates('every friday at 4pm except fridays in august')).toMatch(/^Are they left out each year\?/)
  })

  test('what may be left out or end the rule is asked about', () => {
    for (const phrase of ['except dec 24 until jan 31', 'except dec 7 and dec 14 until dec 20'])
      expect(dates(`every day at 9 ${phrase}`), phrase).toMatch(/or is the rule over then\?/)
    const when = read('every day at 9 except mondays until dec 20')
    expect(when).toMatchObject({ rule: { until: '2026-12-20', except: { weekdays: [1] } } })
  })

  test('the culprit is named', () => {
    expect(dates('every day at 9 except bank holidays')).toContain('"bank holidays"')
    expect(dates('every day at 9 except every other monday')).toContain('"every other"')
    expect(dates('every day at 9 except friday, dec 24')).toContain('2026-12-24 is a Thursday')
  })

  test('days in a row are said as one', () => {
    const when = read('every day at 9 except dec 24 to jan 2')
    expect(when.kind === 'recurring' && describeRule(when.rule)).toBe(
      'every day at 09:00, Berlin time, except 24 December 2026 to 2 January 2027',
    )
  })
})

describe('where a rule begins', () => {
  test.each([
    ['every other friday starting nov 20 at 9', ['2026-12-04', '2026-12-18']],
    ['every other friday starting 13 nov at 9', ['2026-12-11', '2026-12-25']],
    ['every monday at 9 starting friday nov 20', ['2026-11-30', '2026-12-07']],
    ['every 3 days from nov 26 at 9', ['2026-11-29', '2026-12-02']],
    ['every 2 weeks starting friday at 9', ['2026-12-04', '2026-12-18']],
    ['every monday starting july 1 at 9', ['2027-07-05', '2027-07-12']],
  ])('%s', (phrase, expected) => expect(days(phrase, 'en', 2)).toEqual(expected))

  test('that it has begun is said', () => {
    const when = read('every other friday starting nov 20 at 9')
    expect(when.kind === 'recurring' && when.notes).toEqual(['It counts from 2026-11-20, which is past.'])
  })

  test('hours on some days begin each day, and need an end', () => {
    for (const phrase of [
      'every hour on weekdays from 9am',
      'every 2 hours on weekdays starting at 8am',
      'every 90 minutes on weekdays from 9',
      'every hour on weekdays starting dec 5 at 10am',
    ])
      expect(days(phrase)[0], phrase).toMatch(/^Until which hour\?/)
  })
})

describe('where a rule ends', () => {
  test.each([
    ['every 10 minutes for the next 2 hours', 12, '18:00'],
    ['every hour for 5 hours', 5, '21:00'],
    ['every hour for the next 3 hours', 3, '19:00'],
    ['every 45 minutes for 3 hours', 4, '18:45'],
    ['every day at 9 for 48 hours', 2, '09:00'],
    ['every day at 9 for 5 days', 5, '09:00'],
  ])('%s', (phrase, count, last) => {
    const when = read(phrase)
    const all = when.kind === 'recurring' ? runs(when, 100) : []
    expect(all).toHaveLength(count)
    expect(all.at(-1)?.toPlainTime().toString({ smallestUnit: 'minute' })).toBe(last)
  })

  test('a weekday whose hour has passed is the next one', () => {
    expect(days('every day at 9 until friday').at(-1)).toBe('2026-12-04')
    expect(days('every day at 9 until nov 27')[0]).toMatch(/^That never happens, or it is over already/)
  })

  test('a month is meant whole, and that is said', () => {
    const when = read('every day until january at 9')
    expect(when).toMatchObject({ rule: { until: '2027-01-31' } })
    expect(when.kind === 'recurring' && when.notes.join()).toContain('until the end of that month')
  })

  test.each([
    ['jeden Montag um 9 Uhr bis zum 21.12.', '2026-12-21'],
    ['jeden Montag um 9 Uhr bis 21.12.', '2026-12-21'],
    ['stündlich bis 18.12.', '2026-12-18'],
  ])('%s', (phrase, until) => expect(read(phrase, 'de')).toMatchObject({ rule: { until } }))
})

test('every second working day is no rule of weeks', () => {
  for (const phrase of ['every other weekday at 9', 'every other workday 9am', 'every 2 weekdays at 9'])
    expect(days(phrase)[0], phrase).toMatch(/^Which working days\?/)
  expect(days('alle 2 Werktage um 9', 'de')[0]).toMatch(/^Which working days\?/)
})
