import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Block,
  bold,
  button,
  buttons,
  code,
  divider,
  facts,
  heading,
  italic,
  link,
  list,
  memberSpan,
  message,
  note,
  quote,
  text,
  time,
} from '../../src/message/message.ts'
import { plainText, plainTime } from '../../src/message/plain-text.ts'

const nine = Temporal.Instant.from('2026-11-27T08:00:00Z').epochMilliseconds

test('a review card reads as a short letter', () => {
  const card = message(
    heading('#42 waits for approval'),
    quote('We ship on Friday.\n\nCome and see!', 'Bluesky, 34 of 300'),
    facts({
      When: time(nine, 'Europe/Berlin'),
      Where: ['@acme on ', bold('Bluesky')],
      By: memberSpan({ id: 'm1', name: 'Ada' }),
      Series: undefined,
    }),
    note('Type ', code('show 42'), ' for ', italic('all'), ' of it.'),
    divider(),
    buttons(button('Approve', 'approve 42 @9f3c', { style: 'primary' }), button('Reject', 'reject 42 @9f3c')),
  )
  expect(plainText(card)).toBe(`#42 waits for approval
Bluesky, 34 of 300:
> We ship on Friday.
>
> Come and see!
When: Fri 27 Nov 2026, 09:00 (Berlin time)
Where: @acme on Bluesky
By: Ada
Type \`show 42\` for all of it.
---
[Approve] approve 42 @9f3c
[Reject] reject 42 @9f3c`)
})

test('lists, pictures, selects and links keep what they say', () => {
  const shown = message(
    text('Live: ', link('https://example.com/1', 'the post'), ' ', link('https://example.com/2')),
    heading('Week'),
    list(['Monday', ['Tuesday\n', bold('noon')]]),
    list(['one', 'two'], true),
    { type: 'image', image: { mediaId: 'a' }, alt: 'A bell' },
    {
      type: 'image',
      image: { png: new Uint8Array(), name: 'week.png' },
      alt: 'Three posts',
      title: 'Week 48',
    },
    { type: 'select', placeholder: 'Choose a time', options: [{ label: '9:00', line: 'reschedule 42 9am' }] },
  )
  expect(plainText(shown)).toBe(`Live: the post (https://example.com/1) https://example.com/2

Week
- Monday
- Tuesday
  noon
1. one
2. two
[Image: A bell]
[Picture Week 48: Three posts]
Choose a time:
[9:00] reschedule 42 9am`)
})

test('times are shown in the zone that is asked for, else in their own', () => {
  const said = message(text(time(nine, 'Europe/Berlin')))
  expect(plainText(said)).toBe('Fri 27 Nov 2026, 09:00 (Berlin time)')
  expect(plainText(said, { zone: 'America/New_York' })).toBe('Fri 27 Nov 2026, 03:00 (New York time)')
  expect(plainText(said, { zone: 'UTC' })).toBe('Fri 27 Nov 2026, 08:00 (UTC)')
  expect(plainTime(nine, 'Asia/Tokyo', 'de')).toContain('17:00 (Tokyo time)')
})

test('nothing anybody wrote steers a terminal or leaves its block', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(anything, anything, (said, label) => {
      const blocks: Block[] = [quote(said), facts({ [`F${label}`]: said }), list([said])]
      const [quoted = '', fact = '', item = ''] = blocks.map((block) => plainText(message(block)))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the very thing that must not come through
      expect(quoted + fact + item).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      for (const line of quoted.split('\n')) expect(line).toMatch(/^>/)
      for (const line of item.split('\n').slice(1)) expect(line).toMatch(/^ {2}/)
    }),
  )
})
