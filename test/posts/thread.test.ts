import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitIntoThread } from '../../src/posts/thread.ts'

const within = (limit: number) => (part: string) => [...part].length <= limit

test('cuts at paragraphs, then sentences, then words', () => {
  expect(splitIntoThread('One.\n\nTwo is here. Three is longer than that.', within(30))).toEqual([
    'One.\n\nTwo is here.',
    'Three is longer than that.',
  ])
  expect(splitIntoThread('a bb ccc dddd', within(6))).toEqual(['a bb', 'ccc', 'dddd'])
  expect(splitIntoThread('short', within(300))).toEqual(['short'])
})

test('a word that does not fit is not cut', () => {
  expect(splitIntoThread('a verylongwordindeed', within(5))).toBeUndefined()
})

test('nothing is lost, and every part fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[\w🎉ß.!?]{1,12}$/u), { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 12, max: 60 }),
      (words, limit) => {
        const text = words.map((word, index) => word + (index % 7 === 6 ? '\n\n' : ' ')).join('')
        const parts = splitIntoThread(text, within(limit))
        expect(parts).toBeDefined()
        expect(parts?.join(' ').split(/\s+/)).toEqual(text.trim().split(/\s+/))
        for (const part of parts ?? []) expect(within(limit)(part)).toBe(true)
      },
    ),
  )
})
