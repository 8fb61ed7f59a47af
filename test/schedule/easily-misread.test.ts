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
    ['at 9:30', '2026-11-28T09:30'],
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
