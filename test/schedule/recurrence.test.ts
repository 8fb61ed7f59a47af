import { Cron } from 'croner'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toCron } from '../../src/schedule/cron.ts'
import { describeRule } from '../../src/schedule/describe.ts'
import { nextRuns, type Recurrence } from '../../src/schedule/recurrence.ts'
import { fromRRule, toRRule } from '../../src/schedule/rrule.ts'
import { canonical, extras, frame, now, ruleAt, zone } from './random-rules.ts'

const runs = (rule: Recurrence, after: string, count = 3) =>
  nextRuns(rule, Temporal.Instant.from(after), count).map(String)
const at9: Recurrence = {
  every: 'day',
  interval: 1,
  from: '2026-01-01T09:00',
  zone: 'Europe/Berlin',
  times: ['09:00'],
}

describe('next runs', () => {
  test('nine o’clock stays nine across a clock change', () => {
    expect(runs(at9, '2026-03-27T12:00:00Z')).toEqual([
      '2026-03-28T08:00:00Z',
      '2026-03-29T07:00:00Z',
      '2026-03-30T07:00:00Z',
    ])
  })

  test('in a gap a run moves to after it, in an overlap it happens once', () => {
    const nightly: Recurrence = { ...at9, times: ['02:30'] }
    expect(runs(nightly, '2026-03-28T12:00:00Z', 2)).toEqual(['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z'])
    expect(runs(nightly, '2026-10-24T12:00:00Z', 2)).toEqual(['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'])
    // 02:30 and 03:30 are one moment that night
    expect(runs({ ...at9, times: ['02:30', '03:30'] }, '2026-03-29T00:00:00Z', 2)).toEqual([
      '2026-03-29T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ])
  })

  test('hours elapse through a change: no hole and no double', () => {
    const hourly: Recurrence = {
      every: 'hour',
      interval: 1,
      from: '2026-10-25T00:00',
      zone: 'Europe/Berlin',
      times: [],
    }
    const hours = nextRuns(hourly, Temporal.Instant.from('2026-10-24T21:30:00Z'), 6).map(
      (at) => at.epochMilliseconds / 3_600_000,
    )
    expect(hours.map((hour, i) => hour - (hours[0] ?? 0) - i)).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('a month without its day is passed over', () => {
    const rule: Recurrence = { ...at9, every: 'month', monthDays: [31], zone: 'UTC' }
    expect(runs(rule, '2026-01-31T09:00:00Z')).toEqual([
      '2026-03-31T09:00:00Z',
      '2026-05-31T09:00:00Z',
      '2026-07-31T09:00:00Z',
    ])
  })

  test('from the end, working days, the second to last friday', () => {
    const monthly: Recurrence = { ...at9, every: 'month', zone: 'UTC' }
    expect(runs({ ...monthly, monthDays: [-1] }, '2028-01-31T09:00:00Z', 2)).toEqual([
      '2028-02-29T09:00:00Z',
      '2028-03-31T09:00:00Z',
    ])
    expect(runs({ ...monthly, workingDays: [-1] }, '2026-05-01T00:00:00Z', 2)).toEqual([
      '2026-05-29T09:00:00Z',
      '2026-06-30T09:00:00Z',
    ])
    expect(runs({ ...monthly, weekdays: [5], nth: [-2] }, '2026-05-01T00:00:00Z', 1)).toEqual([
      '2026-05-22T09:00:00Z',
    ])
    expect(runs({ ...monthly, weekdays: [1], nth: [5] }, '2026-01-01T00:00:00Z', 2)).toEqual([
      '2026-03-30T09:00:00Z',
      '2026-06-29T09:00:00Z',
    ])
  })

  test('a count is counted from the beginning, an end and exceptions hold', () => {
    const rule: Recurrence = {
      ...at9,
      zone: 'UTC',
      count: 4,
      except: { dates: ['2026-01-02'], weekdays: [7] },
    }
    expect(runs(rule, '2026-01-01T00:00:00Z', 9)).toEqual([
      '2026-01-01T09:00:00Z',
      '2026-01-03T09:00:00Z',
      '2026-01-05T09:00:00Z',
      '2026-01-06T09:00:00Z',
    ])
    expect(runs(rule, '2026-01-05T09:00:00Z', 9)).toEqual(['2026-01-06T09:00:00Z'])
    expect(runs({ ...at9, zone: 'UTC', until: '2026-01-02' }, '2026-01-01T10:00:00Z', 9)).toEqual([
      '2026-01-02T09:00:00Z',
    ])
    expect(runs({ ...at9, zone: 'UTC', until: '2026-01-02T08:59' }, '2026-01-01T10:00:00Z', 9)).toEqual([])
  })

  test('a window may run past midnight', () => {
    const rule: Recurrence = {
      every: 'hour',
      interval: 2,
      from: '2026-01-01T00:00',
      zone: 'UTC',
      times: [],
      window: { from: '22:00', to: '02:00' },
    }
    expect(runs(rule, '2026-01-01T23:00:00Z')).toEqual([
      '2026-01-02T00:00:00Z',
      '2026-01-02T02:00:00Z',
      '2026-01-02T22:00:00Z',
    ])
  })

  test('what never happens ends', () => {
    expect(runs({ ...at9, every: 'year', months: [2], monthDays: [30] }, '2026-01-01T00:00:00Z')).toEqual([])
  })

  test('runs come in order, after the instant, and do not depend on where one starts to look', () => {
    fc.assert(
      fc.property(now, frame, extras, zone, (at, one, more, where) => {
        const rule = ruleAt(one, more, where, at)
        fc.pre(rule !== undefined)
        if (rule === undefined) return
        const all = nextRuns(rule, at, 6)
        for (const [i, run] of all.entries()) {
          expect(Temporal.Instant.compare(run, all[i - 1] ?? at)).toBe(1)
          if (i + 1 < all.length) expect(String(nextRuns(rule, run, 1)[0])).toBe(String(all[i + 1]))
        }
      }),
      { numRuns: 400, maxSkipsPerRun: 1_000 },
    )
  })
})

describe('croner patterns', () => {
  test('where there is a pattern, croner runs at the same times', () => {
    let said = 0
    fc.assert(
      fc.property(now, frame, extras, (at, one, more) => {
        const rule = ruleAt(one, more, 'UTC', at)
        const patterns = rule === undefined ? undefined : toCron(rule)
        fc.pre(patterns !== undefined)
        if (rule === undefined || patterns === undefined) return
        said += 1
        const start = new Date(at.epochMilliseconds)
        const theirs = patterns.flatMap((pattern) =>
          new Cron(pattern, { timezone: 'UTC' }).nextRuns(8, start).map((run) => run.getTime()),
        )
        const first = [...new Set(theirs)].sort((a, b) => a - b).slice(0, 4)
        expect(first, patterns.join(' | ')).toEqual(nextRuns(rule, at, 4).map((run) => run.epochMilliseconds))
      }),
      { numRuns: 300, maxSkipsPerRun: 1_000 },
    )
    expect(said).toBeGreaterThanOrEqual(300)
  })

  test.each<[Partial<Recurrence>, string[] | undefined]>([
    [{}, ['0 9 * * *']],
    [{ times: ['09:00', '12:30', '17:00'] }, ['0 9,17 * * *', '30 12 * * *']],
    [{ every: 'week', weekdays: [1, 7] }, ['0 9 * * 1,0']],
    [{ every: 'month', weekdays: [1], nth: [1, -1] }, ['0 9 * * 1#1,1#L']],
    [{ every: 'month', monthDays: [-1] }, ['0 9 L * *']],
    [{ every: 'minute', interval: 15, times: [] }, ['*/15 * * * *']],
    [{ every: 'minute', interval: 45, times: [] }, undefined],
    [{ every: 'week', interval: 2, weekdays: [2] }, undefined],
    [{ every: 'month', weekdays: [5], nth: [-2] }, undefined],
    [{ count: 3 }, undefined],
  ])('%j', (more, patterns) => {
    expect(toCron({ ...at9, ...more })).toEqual(patterns)
  })
})

describe('iCalendar', () => {
  test('says what it means', () => {
    expect(
      toRRule({
        ...at9,
        every: 'week',
        interval: 2,
        weekdays: [2],
        times: ['09:00', '17:00'],
        until: '2026-06-30',
      }),
    ).toBe(
      'DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;BYHOUR=9,17;BYMINUTE=0;WKST=MO;UNTIL=20260630T215959Z',
    )
    expect(toRRule({ ...at9, every: 'month', workingDays: [-1] })).toContain(
      'BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    )
  })

  /** RFC 5545 says an end in UTC: one that the clock skips comes back as the time behind it. */
  const endInUtc = (rule: Recurrence): Recurrence =>
    rule.until?.includes('T')
      ? {
          ...rule,
          until: Temporal.PlainDateTime.from(rule.until).toZonedDateTime(rule.zone).toInstant().toString(),
        }
      : rule

  test('what goes out comes in again', () => {
    let said = 0
    fc.assert(
      fc.property(now, frame, extras, zone, (at, one, more, where) => {
        const rule = ruleAt(one, more, where, at)
        fc.pre(
          rule !== undefined &&
            rule.window === undefined &&
            rule.except?.weekdays === undefined &&
            rule.except?.months === undefined &&
            rule.except?.yearly === undefined,
        )
        if (rule === undefined) return
        if (rule.times.length === 0 && rule.slots === undefined && rule.except !== undefined) {
          expect(() => toRRule(rule)).toThrow(/all day/)
          return
        }
        const text = toRRule(rule)
        fc.pre(text.split('RRULE').length === 2)
        said += 1
        const back = fromRRule(text)
        expect(nextRuns(back, at, 4).map(String), text).toEqual(nextRuns(rule, at, 4).map(String))
        if (rule.except === undefined) expect(canonical(endInUtc(back))).toEqual(canonical(endInUtc(rule)))
      }),
      { numRuns: 400, maxSkipsPerRun: 1_000 },
    )
    expect(said).toBeGreaterThanOrEqual(300)
  })

  test.each([
    ['RRULE:FREQ=DAILY', /DTSTART/],
    ['DTSTART:20260101T090000\nRRULE:FREQ=DAILY', /time zone/],
    ['DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;BYEASTER=1', /BYEASTER/],
    ['DTSTART:20260101T090000Z\nRRULE:FREQ=SECONDLY', /frequency/],
    ['DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0', /number from 1/],
    ['DTSTART:20260101T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=1MO,3TU', /one by one/],
    ['DTSTART:soon\nRRULE:FREQ=DAILY', /iCalendar time/],
  ])('%j is refused', (text, message) => {
    expect(() => fromRRule(text)).toThrow(message)
  })
})

test('a rule is plain JSON', () => {
  const rule: Recurrence = {
    ...at9,
    every: 'month',
    weekdays: [1],
    nth: [1],
    except: { dates: ['2026-05-01'] },
  }
  expect(JSON.parse(JSON.stringify(rule))).toEqual(rule)
  expect(describeRule(JSON.parse(JSON.stringify(rule)))).toBe(
    'every month on the first Monday at 09:00, Berlin time, except 1 May 2026',
  )
})
