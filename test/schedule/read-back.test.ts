import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeInstant, describeRule } from '../../src/schedule/describe.ts'
import { LONGEST_PHRASE } from '../../src/schedule/guard.ts'
import { readWhen } from '../../src/schedule/read-when.ts'
import { nextRuns } from '../../src/schedule/recurrence.ts'
import { canonical, extras, frame, locale, now, ruleAt, zone } from './random-rules.ts'

const RUNS = Number(process.env.CRIER_READ_BACK_RUNS ?? 6_000)

describe('what Crier prints reads back', () => {
  test(`${RUNS} instants in every zone and language`, () => {
    const ahead = fc.integer({ min: 1, max: 5 * 525_600 })
    fc.assert(
      fc.property(now, ahead, zone, zone, locale, fc.boolean(), (at, minutes, own, there, code, short) => {
        const instant = at.add({ minutes })
        const sentence = describeInstant(instant, there, short ? { now: at, locale: code } : { locale: code })
        const when = readWhen(sentence, { now: at, zone: own, locale: code })
        expect(when, sentence).toMatchObject({ kind: 'once' })
        if (when.kind === 'once') expect(String(when.at), sentence).toBe(String(instant))
      }),
      { numRuns: RUNS },
    )
  }, 60_000)

  test(`${RUNS} rules in every zone and language`, () => {
    let said = 0
    fc.assert(
      fc.property(now, frame, extras, zone, zone, locale, (at, one, more, own, there, code) => {
        const rule = ruleAt(one, more, there, at)
        fc.pre(rule !== undefined)
        if (rule === undefined) return
        const sentence = describeRule(rule, code)
        expect(sentence, JSON.stringify(rule)).not.toBe('')
        // Longer ones are refused before they are read.
        fc.pre(sentence.length <= LONGEST_PHRASE)
        said += 1
        const when = readWhen(sentence, { now: at, zone: own, locale: code })
        expect(when, `${sentence}  <=  ${JSON.stringify(rule)}`).toMatchObject({ kind: 'recurring' })
        if (when.kind !== 'recurring') return
        expect(canonical(when.rule), sentence).toEqual(canonical(rule))
        expect(nextRuns(when.rule, at, 4).map(String), sentence).toEqual(nextRuns(rule, at, 4).map(String))
      }),
      { numRuns: RUNS, maxSkipsPerRun: 1_000 },
    )
    expect(said).toBeGreaterThanOrEqual(RUNS)
  }, 60_000)
})
