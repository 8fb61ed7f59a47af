import fc from 'fast-check'
import type { Block, Message, Span } from '../../../src/message/message.ts'

/** What people try, or paste without knowing: mentions, mark-up, blocks that end others, text turned around, half characters. */
const hostile = fc.constantFrom(
  '@everyone',
  '@here',
  '<@1234567890>',
  '<@&1234567890>',
  '<#1234567890>',
  '</draft:1234567890>',
  '<t:0:R>',
  '<:smile:1234567890>',
  '[good](https://evil.example)',
  '](https://evil.example)',
  '[',
  ']',
  '```',
  '``',
  '`',
  '**',
  '*',
  '__',
  '_',
  '~~',
  '||',
  '> ',
  '>>> ',
  '\n>>> ',
  '\n# ',
  '\n-# ',
  '\n- ',
  '\n+ ',
  '\n12. ',
  '\n\n',
  '\r\n',
  '\\',
  '\\\\',
  '\u202e',
  '\u2066',
  '\u2069',
  '\u200b',
  '\ud800',
  '\udc00',
  '\u0000',
  '\u0007',
  '👩‍👩‍👧‍👦',
  'é',
  'https://example.com/a_b_c*d*e?q=[1]#x',
  'https://example.com/wiki/Foo_(bar)).',
  'https://[bad',
  'http://a.example/@everyone',
  '<https://example.com>',
  'steam://run/1',
  '-',
  '#',
  ' ',
  '\t',
  '\u2028',
)

export const hostileText = (maxPieces = 12): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 12 }), fc.lorem({ maxCount: 3 })), {
      maxLength: maxPieces,
    })
    .map((pieces) => pieces.join(''))

/** Sometimes far over every limit. */
const longNowAndThen = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: hostileText() },
    {
      weight: 1,
      arbitrary: fc
        .tuple(hostileText(), fc.integer({ min: 1, max: 4000 }))
        .map(([text, times]) => text.repeat(times).slice(0, most)),
    },
  )

/** As long as a post may be. */
const anyLength = longNowAndThen(63_000)

const span: fc.Arbitrary<Span> = fc.oneof(
  longNowAndThen(3000).map((text): Span => ({ type: 'plain', text })),
  hostileText().map((text): Span => ({ type: 'bold', text })),
  hostileText().map((text): Span => ({ type: 'italic', text })),
  hostileText().map((text): Span => ({ type: 'code', text })),
  fc
    .tuple(hostileText(4), fc.oneof(fc.webUrl(), hostile, fc.constant('javascript:alert(1)')))
    .map(([text, href]): Span => ({ type: 'link', text, href })),
  hostileText(4).map((name): Span => ({ type: 'member', id: 'm1', name })),
  fc
    .integer({ min: 0, max: 4_102_444_800_000 })
    .map((at): Span => ({ type: 'time', at, zone: 'Europe/Berlin' })),
)

const spans = fc.array(span, { maxLength: 5 })

/** Lines as buttons carry them: words, at most a hundred characters. */
const line = fc
  .oneof(
    fc.constantFrom(
      'approve 42 @9f3c',
      'show 42',
      'help',
      'calendar 2026-12-01',
      'x'.repeat(100),
      `note ${'y'.repeat(95)}`,
    ),
    fc.string({ unit: fc.constantFrom(...'abc 42@#:'), minLength: 1, maxLength: 100 }),
    hostileText(3).map((text) => text.slice(0, 100)),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '')

const button = fc.record(
  {
    label: hostileText(4),
    line,
    style: fc.constantFrom('primary' as const, 'danger' as const),
    confirm: hostileText(3),
  },
  { requiredKeys: ['label', 'line'] },
)

const block: fc.Arbitrary<Block> = fc.oneof(
  anyLength.map((text): Block => ({ type: 'heading', text })),
  spans.map((all): Block => ({ type: 'text', spans: all })),
  spans.map((all): Block => ({ type: 'note', spans: all })),
  fc
    .record({ text: anyLength, caption: hostileText(3) }, { requiredKeys: ['text'] })
    .map((quote): Block => ({ type: 'quote', ...quote })),
  fc
    .array(fc.record({ label: hostileText(3), value: spans }), { maxLength: 8 })
    .map((facts): Block => ({ type: 'facts', facts })),
  fc
    .record({ items: fc.array(spans, { maxLength: 40 }), ordered: fc.boolean() })
    .map((list): Block => ({ type: 'list', ...list })),
  fc
    .record({ alt: anyLength, title: hostileText(3), kept: fc.boolean() }, { requiredKeys: ['alt', 'kept'] })
    .map(
      ({ kept, ...image }): Block => ({
        type: 'image',
        image: kept
          ? { mediaId: 'media-1' }
          : { png: new Uint8Array([137, 80, 78, 71]), name: 'chart ../x.png' },
        ...image,
      }),
    ),
  fc.constant<Block>({ type: 'divider' }),
  fc.array(button, { maxLength: 30, size: '+1' }).map((buttons): Block => ({ type: 'buttons', buttons })),
  fc
    .record({
      placeholder: hostileText(4),
      options: fc.array(fc.record({ label: hostileText(3), line }), { maxLength: 60, size: '+1' }),
    })
    .map((select): Block => ({ type: 'select', ...select })),
)

export const anyMessage: fc.Arbitrary<Message> = fc
  .oneof(
    { weight: 5, arbitrary: fc.array(block, { minLength: 1, maxLength: 20 }) },
    { weight: 1, arbitrary: fc.array(block, { minLength: 25, maxLength: 60 }) },
  )
  .map((blocks) => ({ type: 'message', blocks }))
