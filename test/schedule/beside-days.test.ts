import { describe, expect, test } from 'vitest'
import { describeRule } from '../../src/schedule/describe.ts'
import { feastDay } from '../../src/schedule/feasts.ts'
import { languages } from '../../src/schedule/languages/index.ts'
import type { Language } from '../../src/schedule/languages/language.ts'
import { readWhen, type When } from '../../src/schedule/read-when.ts'
import { nextRuns } from '../../src/schedule/recurrence.ts'

/** A Friday, five in the afternoon in Berlin. */
const NOW = Temporal.Instant.from('2026-11-27T16:00:00Z')

const read = (phrase: string, locale = 'en'): When =>
  readWhen(phrase, { now: NOW, zone: 'Europe/Berlin', locale })

/** The wall clock in Berlin, or the kind and its sentence. */
function wall(phrase: string, locale?: string): string {
  const when = read(phrase, locale)
  if (when.kind === 'once') return clock(when.at)
  if (when.kind === 'ask') return `ask: ${when.choices.map(({ at }) => clock(at)).join(' | ')}`
  return when.kind === 'error' ? `error: ${when.message}` : when.kind
}
const clock = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('Europe/Berlin').toPlainDateTime().toString({ smallestUnit: 'minute' })

describe('feasts that move', () => {
  // https://www.census.gov/data/software/x13as/genhol/easter-dates.html
  test.each([
    ['1961-04-02', 1961],
    ['2000-04-23', 2000],
    ['2008-03-23', 2008],
    ['2011-04-24', 2011],
    ['2024-03-31', 2024],
    ['2027-03-28', 2027],
    ['2038-04-25', 2038],
    ['2049-04-18', 2049],
    ['2285-03-22', 2285],
  ])('Easter is on %s', (day, year) => {
    expect(feastDay('easter', year).toString()).toBe(day)
  })

  test('Easter is a Sunday of spring in each of 400 years', () => {
    for (let year = 1900; year < 2300; year++) {
      const day = feastDay('easter', year)
      expect(day.dayOfWeek, String(year)).toBe(7)
      expect(day.toString().slice(5) >= '03-22' && day.toString().slice(5) <= '04-25', String(year)).toBe(
        true,
      )
    }
  })

  test.each([
    ['easter sunday 10am', '2027-03-28T10:00'],
    ['Easter Monday at 9:30', '2027-03-29T09:30'],
    ['good friday 2028 noon', '2028-04-14T12:00'],
    ['easter next year at 9:00', '2027-03-28T09:00'],
    ['black friday 18:00', '2026-11-27T18:00'],
    ['black friday 9am', '2027-11-26T09:00'],
    ['cyber monday at 8am', '2026-11-30T08:00'],
    ['thanksgiving 2027 10am', '2027-11-25T10:00'],
    ["mother's day 9am", '2027-05-09T09:00'],
    ['christmas 2027 9am', '2027-12-25T09:00'],
  ])('%s', (phrase, at) => expect(wall(phrase)).toBe(at))

  test.each([
    ['de', 'Ostermontag um 9 Uhr', '2027-03-29T09:00'],
    ['de', 'Karfreitag 15 Uhr', '2027-03-26T15:00'],
    ['de', '1. Advent 18 Uhr', '2026-11-29T18:00'],
    ['de', '4. Advent 10 Uhr', '2026-12-20T10:00'],
    ['de', '1. Dezember 10 Uhr', '2026-12-01T10:00'],
    ['fr', 'lundi de Pâques à 9h', '2027-03-29T09:00'],
    ['es', 'viernes santo a las 9:00', '2027-03-26T09:00'],
    ['pt', 'sexta-feira santa às 9h', '2027-03-26T09:00'],
  ])('%s: %s', (locale, phrase, at) => expect(wall(phrase, locale)).toBe(at))

  test('where countries differ, it is said whose it is', () => {
    const when = read('thanksgiving at 9am')
    expect(when.kind === 'once' && when.notes.join()).toContain('United States')
  })

  test('they end a rule and are left out of one, but do not make one', () => {
    const until = read('every day at 9am until easter')
    expect(until.kind === 'recurring' && until.rule.until).toMatch(/^2027-03-28/)
    const but = read('every day at 9am except easter monday')
    expect(but.kind === 'recurring' && but.rule.except?.yearly).toEqual(['easter+1'])
    expect(wall('every easter at 9am')).toMatch(/^error: That feast is on another date each year/)
  })

  test.each([
    ['every day at 9 except christmas', 'every 25 December', ['2027-12-25', '2028-12-25']],
    [
      'every day at 9 except every 6 dec and 24 dec',
      'every 6 December and every 24 December',
      ['2027-12-24'],
    ],
    ['every day at 9 except dec 25 every year', 'every 25 December', ['2027-12-25']],
    ['every day at 9 except easter monday', 'every Easter Monday', ['2027-03-29', '2028-04-17']],
    ['every day at 9 except christmas 2026', '25 December 2026', ['2026-12-25']],
    ['every day at 9 except dec 25', '25 December 2026', ['2026-12-25']],
  ])('%s', (phrase, words, left) => {
    const when = read(phrase)
    if (when.kind !== 'recurring') throw new Error(phrase)
    expect(describeRule(when.rule)).toBe(`every day at 09:00, Berlin time, except ${words}`)
    for (const date of left) {
      const day = Temporal.PlainDate.from(date).toZonedDateTime('Europe/Berlin').toInstant()
      const [next] = nextRuns(when.rule, day, 1)
      expect(next?.toZonedDateTimeISO('Europe/Berlin').toPlainDate().toString()).not.toBe(date)
    }
  })

  test('what one country left out is said', () => {
    const when = read('every day at 9 except thanksgiving')
    expect(when.kind === 'recurring' && when.notes.join()).toContain('United States')
  })

  test('every feast that a language names has a name in English', () => {
    for (const { words } of Object.values(languages as Record<string, Language>))
      for (const name of Object.keys(words.holiday ?? {}).filter((one) => !/^\d/.test(one)))
        expect(languages.en.words.holiday).toHaveProperty([name])
  })
})

describe('a day beside another', () => {
  test.each([
    ['the day before christmas at 5pm', '2026-12-24T17:00'],
    ['2 days before new year 9am', '2026-12-30T09:00'],
    ['two working days before christmas at 9am', '2026-12-23T09:00'],
    ['the day after christmas 8am', '2026-12-26T08:00'],
    ['the friday before christmas at 10am', '2026-12-18T10:00'],
    ['monday after easter at 9am', '2027-03-29T09:00'],
    ['the day before the 15th at 9am', '2026-12-14T09:00'],
    ['an hour before midnight', '2026-11-27T23:00'],
    ['monday week at 9am', '2026-12-07T09:00'],
    ['today week at 10am', '2026-12-04T10:00'],
    ['a week on monday at 9am', '2026-12-07T09:00'],
    ['two weeks on friday at 3pm', '2026-12-18T15:00'],
    ['a week tomorrow at noon', '2026-12-05T12:00'],
    ['friday after next 10am', '2026-12-11T10:00'],
  ])('%s', (phrase, at) => expect(wall(phrase)).toBe(at))

  test.each([
    ['de', 'am Freitag vor Weihnachten um 10 Uhr', '2026-12-18T10:00'],
    ['de', 'zwei Tage vor Silvester 9 Uhr', '2026-12-29T09:00'],
    ['de', 'am Tag nach Ostern um 9 Uhr', '2027-03-29T09:00'],
    ['fr', 'le vendredi avant Noël à 10h', '2026-12-18T10:00'],
    ['fr', 'deux jours avant Noël à 9h', '2026-12-23T09:00'],
    ['fr', 'lundi en huit à 9h', '2026-12-07T09:00'],
    ['fr', 'mardi en quinze à 9h', '2026-12-15T09:00'],
    ['es', 'dos días antes de navidad a las 9:00', '2026-12-23T09:00'],
    ['pt', 'dois dias antes do natal às 9h', '2026-12-23T09:00'],
  ])('%s: %s', (locale, phrase, at) => expect(wall(phrase, locale)).toBe(at))

  test('on which side of a day alone is no day', () => {
    for (const phrase of ['after christmas', 'before friday 9am', 'in the morning after easter'])
      expect(wall(phrase)).toMatch(/^error: ".*" leaves the day open/)
    expect(wall('the week before christmas')).toMatch(/^error/)
    expect(wall('every friday before christmas at 9am')).toMatch(/^error/)
    expect(wall('every day before christmas at 9am')).toMatch(/^error/)
    expect(wall('every 2 days before christmas at 9am')).toMatch(/^error/)
    expect(wall('nach Weihnachten', 'de')).toMatch(/^error/)
  })
})

describe('the edges of weeks, months and years', () => {
  test.each([
    ['end of next week', 'ask: 2026-12-04T09:00 | 2026-12-06T09:00'],
    ['start of next week at 8am', '2026-11-30T08:00'],
    ['start of the week', 'error: That day is already past.'],
    ['end of next month 5pm', '2026-12-31T17:00'],
    ['end of next year', '2027-12-31T09:00'],
    ['end of next june', '2027-06-30T09:00'],
  ])('%s', (phrase, at) => expect(wall(phrase)).toContain(at))

  test.each([
    ['de', 'Ende nächster Woche', 'ask: 2026-12-04T09:00 | 2026-12-06T09:00'],
    ['de', 'Ende nächsten Jahres', '2027-12-31T09:00'],
    ['fr', 'fin du mois prochain', '2026-12-31T09:00'],
    ['es', 'fin del próximo mes', '2026-12-31T09:00'],
    ['pt', 'fim do mês que vem', '2026-12-31T09:00'],
  ])('%s: %s', (locale, phrase, at) => expect(wall(phrase, locale)).toBe(at))
})

test('a rule ends with the week, and does not begin with either of its ends', () => {
  for (const phrase of ['until the end of next week', 'until next week']) {
    const when = read(`every day at 9am ${phrase}`)
    expect(when.kind === 'recurring' && when.rule.until, phrase).toBe('2026-12-06')
  }
  expect(wall('every day at 9am starting end of next week')).toBe(
    'error: Does that week end on Friday, or on Sunday?',
  )
})

describe('the time that it is now', () => {
  test.each([
    ['same time tomorrow', '2026-11-28T17:00'],
    ['this time next week', '2026-12-04T17:00'],
    ['the same time next tuesday', '2026-12-01T17:00'],
    ['this time next month', '2026-12-27T17:00'],
    ['first thing tomorrow', '2026-11-28T09:00'],
  ])('%s', (phrase, at) => expect(wall(phrase)).toBe(at))

  test('it names no hour of a rule, and none beside another', () => {
    expect(wall('every day same time')).toMatch(/^error: At what time/)
    expect(wall('same time tomorrow at 9am')).toMatch(/^error: There is more than one time/)
  })
})

test('no time from now is now', () => {
  for (const phrase of ['in 0 minutes', 'in 0 days', '0 hours from now'])
    expect(wall(phrase)).toBe('error: That is now. Say a time that is still to come.')
})

test('what may be twice in a week or each second one is said to be both', () => {
  expect(wall('biweekly on monday at 9am')).toContain('"biweekly" is twice in one to some people')
})
