import { expect, test } from 'vitest'
import { readWhen } from '../../src/schedule/read-when.ts'
import { whenSuggestions } from '../../src/schedule/suggest.ts'

const at = (locale = 'en') => ({
  now: Temporal.Instant.from('2026-11-20T18:00:00Z'),
  zone: 'Europe/Berlin',
  locale,
})

test('what is typed reads first', () => {
  expect(whenSuggestions('every tu', at())[0]).toEqual({
    label: 'every Tuesday at 09:00, Berlin time',
    phrase: 'every tu',
  })
  expect(whenSuggestions('in 2', at()).map(({ phrase }) => phrase)).toContain('in 2 hours')
  expect(whenSuggestions('mor', at('de'))[0]).toMatchObject({ phrase: 'morgen um 9:00' })
  expect(whenSuggestions('tomorrow 14:', at())[0]?.label).toBe('Sat 21 Nov, 14:00 (Berlin time)')
  expect(whenSuggestions('black f', at())[0]).toEqual({
    label: 'Fri 27 Nov, 09:00 (Berlin time)',
    phrase: 'black friday',
  })
})

test('a question becomes its answers', () => {
  expect(whenSuggestions('monday at 5', at()).slice(0, 2)).toEqual([
    { label: 'Mon 23 Nov, 17:00 (Berlin time)', phrase: 'Mon 23 Nov 2026, 17:00 (Berlin time)' },
    { label: 'Mon 23 Nov, 05:00 (Berlin time)', phrase: 'Mon 23 Nov 2026, 05:00 (Berlin time)' },
  ])
})

test.each(['en', 'de', 'fr', 'es', 'pt', 'tr', 'ja'])(
  'in %s there is something to begin with, and every suggestion reads',
  (locale) => {
    for (const partial of ['', '1', 't', 'm', 'e', 'j', '明', '毎']) {
      const suggestions = whenSuggestions(partial, at(locale))
      if (partial === '') expect(suggestions.length).toBeGreaterThan(5)
      for (const { label, phrase } of suggestions) {
        expect(['once', 'recurring']).toContain(readWhen(phrase, at(locale)).kind)
        expect(label.length).toBeLessThanOrEqual(100)
        expect(phrase.length).toBeLessThanOrEqual(100)
      }
    }
  },
)

test('nonsense has no suggestions', () => {
  expect(whenSuggestions('qwertz', at())).toEqual([])
  expect(whenSuggestions('x'.repeat(500), at())).toEqual([])
})
