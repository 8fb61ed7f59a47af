import fc from 'fast-check'
import type { Arg } from '../../src/app/arg.ts'
import type { Command } from '../../src/app/command.ts'
import { parseUsage } from '../../src/app/read-line.ts'
import type { Said } from '../../src/app/surface.ts'
import type { FormValues } from '../../src/message/form.ts'
import { NASTY, nastyText } from './nasty.ts'

/** What a workspace has that lines may name. */
export interface Named {
  accounts: readonly string[]
  platforms: readonly string[]
  members: readonly string[]
}

const TIMES = [
  'now',
  'tomorrow 9am',
  'in 5 minutes',
  'every monday at 9',
  'every day at 9 except weekends',
  'next friday 14:30 Berlin time',
  'the last weekday of each month at 17:00',
  'morgen um 9',
  'demain à 9h',
  'mañana a las 9',
  'yarın 9',
  '明日9時',
  '2026-11-31 25:61',
  'Feb 30 at noon',
  'yesterday',
  'in 99999999 years',
  'every 0 days',
  'every second of every minute',
  'on the 31st of every month',
  '2:30 on the day the clocks change',
  'RRULE:FREQ=SECONDLY',
  '*/5 * * * *',
  'next slot',
  'at',
  'every',
  '9',
]

const oneOf = (...all: readonly string[]) => fc.constantFrom(...(all.length > 0 ? all : ['']))

/** A value that an argument of this kind might get: often a right one, sometimes one that is not. */
function wordFor(arg: Arg, named: Named): fc.Arbitrary<string> {
  const right = (): fc.Arbitrary<string> => {
    switch (arg.kind) {
      case 'post':
      case 'delivery':
        return fc.oneof(
          fc.integer({ min: 1, max: 40 }).map(String),
          fc.integer({ min: 1, max: 12 }).map(String),
          fc.tuple(fc.nat(12), fc.nat(4)).map(([post, place]) => `${post}.${place}`),
          oneOf('#1', '#0', '0', '007', '1.99', '999999999', '9'.repeat(20)),
        )
      case 'when':
        return oneOf(...TIMES)
      case 'accounts':
        return fc
          .array(oneOf(...named.accounts, ...named.platforms, 'all', 'everywhere', '@nobody'), {
            minLength: 1,
            maxLength: 3,
          })
          .chain((all) => oneOf(', ', ' and ', ';', ' und ').map((and) => all.join(and)))
      case 'choice':
        return oneOf(...(arg.choices ?? []).map(({ value }) => value))
      case 'flag':
        return oneOf('on', 'off', 'yes', 'no', 'perhaps')
      case 'member':
        return oneOf(...named.members, '<@U1>', '@nobody')
      case 'number':
        return oneOf('1', '2', '0', '99999999999', '-1')
      case 'words':
        return oneOf(...named.platforms, 'rehearsal', '9f3c', 'a'.repeat(32), 'add', '1')
      case 'channel':
        return oneOf('#review', '<#C1|x>', 'here')
      case 'text':
      case 'secret':
        return oneOf('We ship on Friday', 'here', '3', 'Berlin', 'off', 'https://127.0.0.1/x')
      default:
        return arg.kind satisfies never
    }
  }
  return fc.oneof({ weight: 8, arbitrary: right() }, { weight: 1, arbitrary: nastyText(2) })
}

type Part = ReturnType<typeof parseUsage>[number]

const wordsFor = (parts: readonly Part[], command: Command, named: Named): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...parts.map((part): fc.Arbitrary<string> => {
        if (part.kind === 'word') return fc.constant(part.word)
        if (part.kind === 'optional')
          return fc.option(wordsFor(part.parts, command, named), { nil: '', freq: 2 })
        const arg = command.fields.find(({ name }) => name === part.name)
        return arg ? wordFor(arg, named) : fc.constant('')
      }),
    )
    .map((words) =>
      words
        .filter((word) => word !== '')
        .join(' ')
        .replaceAll(' :', ':')
        .replaceAll('@ ', '@'),
    )

/** Characters that lines are made of, doubled, lost or in the wrong place. */
const damaged = (line: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(line.length),
      fc.nat(8),
      fc.oneof(oneOf('', ':', '"', "'", '`', '[', '\\', '\n', '@', '#', '  ', 'to', '\u0000'), nastyText(1)),
    )
    .map(([at, gone, piece]) => line.slice(0, at) + piece + line.slice(at + gone))

const lineOf = (command: Command, named: Named): fc.Arbitrary<string> =>
  fc
    .tuple(
      oneOf('', '', '', '/', '/crier '),
      oneOf(...Array<string>(8).fill(command.name), command.name.toUpperCase(), command.examples[0] ?? ''),
      wordsFor(parseUsage(command.usage), command, named),
    )
    .map(([before, name, rest]) => `${before}${name} ${rest}`)
    .chain((line) =>
      fc.oneof({ weight: 3, arbitrary: fc.constant(line) }, { weight: 1, arbitrary: damaged(line) }),
    )

/** Keys and values that a form, typed options or a program may send, whatever the command asks for. */
const valuesOf = (command: Command, named: Named): fc.Arbitrary<FormValues> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 8, arbitrary: oneOf(...command.fields.map(({ name }) => name)) },
          {
            weight: 1,
            arbitrary: oneOf('__proto__', 'constructor', 'seen', 'files', 'text', 'alt', 'media', ''),
          },
        ),
        fc.oneof(
          { weight: 3, arbitrary: oneOf(...NASTY) },
          {
            weight: 6,
            arbitrary: fc
              .constantFrom(...(command.fields.length > 0 ? command.fields : [undefined]))
              .chain((arg) => (arg ? wordFor(arg, named) : fc.constant(''))),
          },
          { weight: 1, arbitrary: fc.array(nastyText(1), { maxLength: 4 }) },
          { weight: 1, arbitrary: fc.boolean() },
        ),
      ),
      { maxLength: 5 },
    )
    .map((pairs) => {
      const values: FormValues = {}
      for (const [name, value] of pairs)
        Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true })
      return values
    })

export interface Spoken {
  who: string
  said: Said
}

/** Drawing pictures takes tens of milliseconds, and says nothing about how lines are read. */
const SELDOM = new Set(['preview', 'calendar'])

/** What somebody might say next: lines by the commands' own grammar, lines that break it, forms, presses, plain noise. */
export function spoken(
  commands: readonly Command[],
  named: Named,
  people: readonly string[],
): fc.Arbitrary<Spoken> {
  const command = fc.constantFrom(
    ...commands.flatMap((one) => Array<Command>(SELDOM.has(one.name) ? 1 : 6).fill(one)),
  )
  const said = fc.oneof(
    { weight: 24, arbitrary: command.chain((one) => lineOf(one, named)).map((line): Said => ({ line })) },
    {
      weight: 2,
      arbitrary: command.chain((one) => lineOf(one, named)).map((line): Said => ({ line, press: true })),
    },
    {
      weight: 3,
      arbitrary: command.chain((one) =>
        valuesOf(one, named).map((values): Said => ({ command: one.name, values })),
      ),
    },
    { weight: 2, arbitrary: nastyText().map((line): Said => ({ line })) },
    { weight: 1, arbitrary: nastyText(1).map((word): Said => ({ line: `form ${word}` })) },
    { weight: 1, arbitrary: nastyText(1).map((name): Said => ({ command: name, values: {} })) },
  )
  return fc.record({ who: fc.constantFrom(...people), said })
}
