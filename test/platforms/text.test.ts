import { expect, it } from 'vitest'
import {
  DOMAIN_MENTION,
  entitiesOf,
  graphemes,
  HASHTAG,
  linksOf,
  SERVER_MENTION,
  spansWith,
} from '../../src/platforms/contract/text.ts'

it.each([
  ['', 0],
  ['Hello', 5],
  ['👨‍👩‍👧 🇩🇪 é', 5],
  ['e\u0301', 1],
  ['\r\n', 1],
])('%j has %i graphemes', (text, count) => expect(graphemes(text)).toBe(count))

it.each<[string, string[]]>([
  ['See example.com, https://a.example/b_(c).', ['https://example.com', 'https://a.example/b_(c)']],
  [
    '(https://example.com/x) "example.com" <https://example.com>',
    ['https://example.com/x', 'https://example.com', 'https://example.com'],
  ],
  ['me@example.com mailto:me@example.com ftp://example.com //example.com', []],
  ['@acme.example version 1.2.3 file.txt e.g. this', []],
  ['http://localhost:3000/x', ['http://localhost:3000/x']],
  ['javascript:alert(1) https://', []],
])('finds the links of %j', (text, expected) =>
  expect(linksOf(text, true).map(({ value }) => value)).toEqual(expected),
)

it('finds only links with their scheme where that is asked', () =>
  expect(linksOf('example.com https://example.com', false).map(({ start }) => start)).toEqual([12]))

it('tells mentions and tags from what only looks like them', () => {
  const found = (text: string, mention: RegExp) =>
    entitiesOf(text, { bareLinks: true, mention, hashtag: HASHTAG }).map(
      ({ kind, value }) => `${kind} ${value}`,
    )
  expect(
    found('@acme.example, a@b.example #one a#two #3 &#39; https://x.example/#four', DOMAIN_MENTION),
  ).toEqual(['mention acme.example', 'hashtag one', 'link https://x.example/#four'])
  expect(found('@acme @friend@other.example. x@y.example', SERVER_MENTION)).toEqual([
    'mention acme',
    'mention friend@other.example',
  ])
})

it('shows entities as links and keeps every other character', () => {
  const text = 'Hi #a, see example.com!'
  const entities = entitiesOf(text, { bareLinks: true, hashtag: HASHTAG })
  expect(spansWith(text, entities, ({ kind, value }) => (kind === 'link' ? value : undefined))).toEqual([
    { type: 'plain', text: 'Hi #a, see ' },
    { type: 'link', text: 'example.com', href: 'https://example.com' },
    { type: 'plain', text: '!' },
  ])
})
