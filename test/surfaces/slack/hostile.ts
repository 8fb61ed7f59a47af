import fc from 'fast-check'
import type { Field, Form } from '../../../src/message/form.ts'
import type { Block, Message, Span } from '../../../src/message/message.ts'

const NASTY = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<@U01AUTHOR>',
  '<#C01GEN|general>',
  '@channel',
  '@here',
  '@everyone',
  '<https://evil.example|bank.example>',
  '<!subteam^S1>',
  '<!date^0^{date}|x>',
  '&lt;!channel&gt;',
  '&amp;',
  '&',
  '<',
  '>',
  '|',
  '*bold*',
  '_it_',
  '~no~',
  '`code`',
  '```',
  '\n> quote',
  '\n\n\n',
  '\u0000',
  '\ud800',
  '\udc00',
  '\u202e',
  '👩‍👩‍👧‍👦',
  'é'.normalize('NFD'),
  '\u200b',
  ' ',
  '\t',
  '\r\n',
  'https://example.com/a?b=c&d=<e>|f',
  ':tada:',
]

/** Texts of people who mean harm or write much. */
export const hostile = (): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 12 })), {
          maxLength: 12,
        })
        .map((all) => all.join('')),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...NASTY, 'a', 'word ', '&<>'), fc.integer({ min: 100, max: 7000 }))
        .map(([one, times]) => one.repeat(times).slice(0, 63_000)),
    },
  )

const short = (): fc.Arbitrary<string> => hostile().map((text) => text.slice(0, 400))
const line = (): fc.Arbitrary<string> => fc.string({ minLength: 1, maxLength: 100 })
const at = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 4_000_000_000_000 })
const href = (): fc.Arbitrary<string> =>
  fc.oneof(fc.webUrl(), hostile(), fc.constantFrom('javascript:alert(1)', 'mailto:a@b.c', 'slack://x'))

const span = (text = hostile()): fc.Arbitrary<Span> =>
  fc.oneof(
    fc.record({
      type: fc.constantFrom('plain' as const, 'bold' as const, 'italic' as const, 'code' as const),
      text,
    }),
    fc.record({ type: fc.constant('link' as const), text, href: href() }),
    fc.record({ type: fc.constant('member' as const), id: fc.uuid(), name: short() }),
    fc.record({
      type: fc.constant('time' as const),
      at: at(),
      zone: fc.constantFrom('UTC', 'Europe/Berlin'),
    }),
  )
const spans = (): fc.Arbitrary<Span[]> => fc.array(span(), { maxLength: 5 })

const block = (): fc.Arbitrary<Block> =>
  fc.oneof(
    fc.record({ type: fc.constant('heading' as const), text: hostile() }),
    fc.record({ type: fc.constant('text' as const), spans: spans() }),
    fc.record({ type: fc.constant('note' as const), spans: spans() }),
    fc.record({ type: fc.constant('quote' as const), text: hostile(), caption: short() }),
    fc.record({
      type: fc.constant('facts' as const),
      facts: fc.array(fc.record({ label: short(), value: spans() }), { maxLength: 5 }),
    }),
    fc.record({
      type: fc.constant('list' as const),
      items: fc.array(spans(), { maxLength: 6 }),
      ordered: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('image' as const),
      image: fc.record({ mediaId: fc.constantFrom('up', 'down') }),
      alt: hostile(),
      title: short(),
    }),
    fc.constant<Block>({ type: 'divider' }),
    fc.record({
      type: fc.constant('buttons' as const),
      buttons: fc.array(
        fc.record({
          label: short(),
          line: line(),
          style: fc.constantFrom('primary' as const, 'danger' as const),
          confirm: short(),
        }),
        { maxLength: 30 },
      ),
    }),
    fc.record({
      type: fc.constant('select' as const),
      placeholder: short(),
      options: fc.array(fc.record({ label: short(), line: line() }), { maxLength: 130 }),
    }),
  )

export const messages = (): fc.Arbitrary<Message> =>
  fc.record({
    type: fc.constant('message' as const),
    blocks: fc.oneof(
      { weight: 4, arbitrary: fc.array(block(), { maxLength: 8 }) },
      { weight: 1, arbitrary: fc.array(block(), { minLength: 40, maxLength: 70 }) },
    ),
  })

const base = (name: string) => ({
  name: fc.constant(name),
  label: short(),
  hint: short(),
  required: fc.boolean(),
})
const options = () =>
  fc.array(fc.record({ label: short(), value: fc.string({ minLength: 1, maxLength: 150 }), hint: short() }), {
    maxLength: 120,
  })

const field = (name: string): fc.Arbitrary<Field> =>
  fc.oneof(
    fc.record({
      ...base(name),
      kind: fc.constant('text' as const),
      value: hostile(),
      multiline: fc.boolean(),
      placeholder: short(),
    }),
    fc.record({ ...base(name), kind: fc.constant('secret' as const) }),
    fc.record({ ...base(name), kind: fc.constant('choice' as const), options: options(), value: short() }),
    fc.record({
      ...base(name),
      kind: fc.constant('choices' as const),
      options: options(),
      values: fc.array(short(), { maxLength: 3 }),
    }),
    fc.record({ ...base(name), kind: fc.constant('when' as const), value: short(), placeholder: short() }),
    fc.record({ ...base(name), kind: fc.constant('flag' as const), value: fc.boolean() }),
    fc.record({ ...base(name), kind: fc.constant('files' as const) }),
  ) as fc.Arbitrary<Field>

export const forms = (): fc.Arbitrary<Form> =>
  fc.integer({ min: 0, max: 7 }).chain((count) =>
    fc.record({
      type: fc.constant('form' as const),
      title: short(),
      command: fc.constant('draft'),
      hidden: fc.dictionary(fc.constantFrom('post', 'revision'), fc.string({ maxLength: 40 })),
      fields: fc.tuple(
        ...Array.from({ length: count }, (_, index) => field(`field ${index}`)),
      ) as unknown as fc.Arbitrary<Field[]>,
      submit: short(),
      intro: spans(),
      errors: fc.dictionary(fc.constantFrom('', 'field 0', 'field 1', 'field 9'), short()),
    }),
  )
