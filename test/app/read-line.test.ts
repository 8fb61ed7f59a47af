import { describe, expect, test } from 'vitest'
import type { Arg } from '../../src/app/arg.ts'
import { readLine } from '../../src/app/read-line.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse } from '../house.ts'

const arg = (name: string, kind: Arg['kind']): Arg => ({ name, kind, label: name, required: true })
const schedule = {
  usage: '<when> [to <accounts>]: <text>',
  fields: [arg('when', 'when'), arg('accounts', 'accounts'), arg('text', 'text')],
}
const words = { accounts: ['bluesky', 'mastodon', '@acme', 'Ada Lovelace', 'all'] }

describe('a line is read by its usage', () => {
  const cases: [string, Record<string, string> | undefined][] = [
    [
      'tomorrow 9am to bluesky, mastodon: We ship',
      { when: 'tomorrow 9am', accounts: 'bluesky, mastodon', text: 'We ship' },
    ],
    ['tomorrow 9:30: We ship: today', { when: 'tomorrow 9:30', text: 'We ship: today' }],
    ['every day from 9 to 17: Hourly', { when: 'every day from 9 to 17', text: 'Hourly' }],
    [
      'monday to friday at 9 to bluesky and @acme: Up',
      { when: 'monday to friday at 9', accounts: 'bluesky and @acme', text: 'Up' },
    ],
    [
      '14:30 to Ada Lovelace: https://example.com/a:b',
      { when: '14:30', accounts: 'Ada Lovelace', text: 'https://example.com/a:b' },
    ],
    [
      'tomorrow to all: Two\nlines: with a colon',
      { when: 'tomorrow', accounts: 'all', text: 'Two\nlines: with a colon' },
    ],
    ['tomorrow 9am', { when: 'tomorrow 9am' }],
    ['', {}],
  ]
  test.each(cases)('%j', (line, values) => {
    expect(readLine(schedule, line, words)).toEqual(values)
  })

  test('a hostile line ends', () => {
    const line = `${'to '.repeat(2_000)}: ${'x: '.repeat(2_000)}`
    expect(readLine(schedule, line, words)?.text).toContain('x: x:')
  })

  // One process serves every team: a line that takes a second to read is a second in which nothing is published.
  const hostile: [string, string, string[]][] = [
    ['a handle of many dots', `now to @${'a.'.repeat(24)} !!`, ['x']],
    ['handles that hold an "and"', `now to ${'x and '.repeat(36)}!!`, ['x', 'x and x']],
    ['a run of blanks before what fits nothing', `now${' '.repeat(40_000)}x`, ['x']],
    ['a run of blanks in the text', `now: a${' '.repeat(40_000)}b`, ['x']],
    ['many accounts', `now to ${'x, '.repeat(10_000)}!!`, ['x']],
  ]
  test.each(hostile)('%s costs no time', (_, line, accounts) => {
    const before = performance.now()
    readLine(schedule, line, { accounts })
    expect(performance.now() - before).toBeLessThan(400)
  })

  test('a handle goes on where another one, which it begins with, ends', () => {
    expect(readLine(schedule, 'now to @acme.social: Up', words)?.accounts).toBe('@acme.social')
  })
})

test('a handle with blanks can be typed', async () => {
  const world = await openTestHouse()
  try {
    const grace = await world.speaker('Grace')
    await world.house.desk.ask(grace, {
      command: 'connect',
      values: { platform: 'rehearsal', handle: 'Ada Lovelace' },
    })
    await play(
      world,
      `
      Ada: schedule tomorrow 9am to @Ada Lovelace: By the lady herself
      bot: Where: @Ada Lovelace on Rehearsal
      Ada: schedule tomorrow 9am to rehearsal: Which one?
      bot: could be
      Ada: schedule tomorrow 9am to @rehearsal: That one
      bot: Where: @rehearsal on Rehearsal
      `,
    )
  } finally {
    await world.close()
  }
})
