import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  CUSTOM_ID,
  carries,
  idToLine,
  isOwn,
  lineToId,
  ownId,
  ownWords,
} from '../../../src/surfaces/discord/custom-id.ts'
import { hostileText } from './arbitrary-message.ts'

const anyLine = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'ab 42@#:'), maxLength: 100 }),
    hostileText(6),
    fc.constantFrom('help', 'x'.repeat(100), `${'y'.repeat(49)} ${'z'.repeat(50)}`),
  )
  .map((text) => text.trim())
  .filter(carries)

test('an id says its line, whichever copy it is, whether it asks first, and which server it is about', () => {
  fc.assert(
    fc.property(
      anyLine,
      fc.nat(255),
      fc.boolean(),
      fc.option(fc.bigInt({ min: 1n, max: 2n ** 63n }), { nil: undefined }),
      (line, copy, confirm, guild) => {
        const chat = guild?.toString()
        const id = lineToId(line, { copy, confirm, chat })
        expect(id.length).toBeLessThanOrEqual(CUSTOM_ID)
        const read = idToLine(id)
        expect(read).toMatchObject({ line, confirm })
        // Where there is no room for it, the server is left out and the person's own counts.
        if (line.length < 85) expect(read.chat).toBe(chat)
        else expect([chat, undefined]).toContain(read.chat)
        if (copy > 0) expect(id).not.toBe(lineToId(line, { copy: copy - 1, confirm, chat }))
      },
    ),
    { numRuns: 2000 },
  )
})

test('what the surface answers itself is told apart', () => {
  const id = ownId('open', 'k3m9', 'draft')
  expect(isOwn(id)).toBe(true)
  expect(ownWords(id)).toEqual(['open', 'k3m9', 'draft'])
  expect(lineToId(id, { copy: 3, confirm: true })).toBe(id)
  expect(isOwn('open k3m9 draft')).toBe(false)
})
