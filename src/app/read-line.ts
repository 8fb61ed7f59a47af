import type { FormValues } from '../message/form.ts'
import type { Arg } from './arg.ts'

/** What reading a line needs to know of a command. */
export interface LineShape {
  usage: string
  fields: readonly Arg[]
}

/** What reading a line needs to know of the workspace: words that are accounts, as people may say them. */
export interface LineWords {
  accounts: readonly string[]
}

/**
 * Reads a line by the command's own usage (`<when> [to <accounts>]: <text>`): the same text that help shows. Arguments at
 * the end may be missing; then what was given is returned, and a form asks for the rest.
 *
 * @param rest the line behind the command's name
 * @returns undefined where the words fit no beginning of the usage
 */
export function readLine(
  { usage, fields }: LineShape,
  rest: string,
  words: LineWords,
): FormValues | undefined {
  const said = rest.trim()
  if (said === '') return {}
  const parts = parseUsage(usage)
  for (let length = parts.length; length > 0; length--) {
    const match = new RegExp(
      `^${parts
        .slice(0, length)
        .map((part) => pattern(part, fields, words))
        .join('')}$`,
      'iu',
    ).exec(said)
    if (match) return valuesOf(match.groups ?? {}, fields)
  }
  return undefined
}

type UsagePart =
  | { kind: 'arg'; name: string }
  | { kind: 'word'; word: string }
  | { kind: 'optional'; parts: UsagePart[] }

/** `<when> [to <accounts>]: <text>` as its parts. */
export function parseUsage(usage: string): UsagePart[] {
  const stack: UsagePart[][] = [[]]
  for (const token of usage.match(/<[\w-]+>|\[|\]|:|@(?=<)|[^\s<>[\]:@]+/g) ?? []) {
    const parts = stack.at(-1)
    if (!parts) break
    if (token === '[') stack.push([])
    else if (token === ']') {
      const inner = stack.pop()
      stack.at(-1)?.push({ kind: 'optional', parts: inner ?? [] })
    } else if (token.startsWith('<')) parts.push({ kind: 'arg', name: token.slice(1, -1) })
    else parts.push({ kind: 'word', word: token })
  }
  return stack[0] ?? []
}

/**
 * A part begins the line or follows blanks; a colon clings to what stands before it, an `@` to what comes. A run of blanks
 * is taken as a whole or not at all: tried from each of its blanks, a long one would cost its square.
 */
const GAP = '(?:^|(?<!\\s)\\s+(?!\\s)|(?<=@))'

function pattern(part: UsagePart, fields: readonly Arg[], words: LineWords): string {
  switch (part.kind) {
    case 'word':
      return part.word === ':' ? '(?<!\\s)\\s*:(?=\\s|$)' : `${GAP}${escaped(part.word)}`
    case 'optional':
      return `(?:${part.parts.map((one) => pattern(one, fields, words)).join('')})?`
    case 'arg': {
      const field = fields.find((one) => one.name === part.name)
      if (!field) throw new Error(`The usage names <${part.name}>, which is no argument`)
      return `${GAP}(?<${part.name.replaceAll('-', '_')}>${valuePattern(field, words)})`
    }
    default:
      return part satisfies never
  }
}

function valuePattern(field: Arg, words: LineWords): string {
  switch (field.kind) {
    case 'post':
    case 'delivery':
      return '#?\\d+(?:\\.\\d+)?'
    case 'number':
      return '\\d+'
    case 'accounts': {
      // Only words that are accounts: "every day from 9 to 17" names none, and stays a time.
      const word = `(?:${
        [...words.accounts]
          .sort((a, b) => b.length - a.length)
          .map(escaped)
          .join('|') || '(?!)'
      }|@[^\\s,:]+)(?=[\\s,;:]|$)`
      // Taken once and never read another way: handles that hold an "and" would otherwise have a line's every "and" tried
      // both ways, which doubles with each. JavaScript has no atomic groups, but what a look ahead found stays found.
      const atom = (name: string) => `(?=(?<${name}>${word}))\\k<${name}>`
      const each = `${field.name.replaceAll('-', '_')}_`
      return `${atom(`${each}first`)}(?:(?:\\s*[,;]\\s*|\\s+(?:and|und|et|y|e|ve)\\s+)${atom(`${each}next`)})*`
    }
    case 'choice':
      return (field.choices ?? []).map((choice) => escaped(choice.value)).join('|') || '\\S+'
    case 'when':
      return '[^\\n]+?'
    case 'flag':
      return 'on|off|yes|no'
    case 'words':
    case 'member':
    case 'channel':
      return '[^\\s:]\\S*'
    case 'text':
    case 'secret':
      return '[\\s\\S]+?'
    default:
      return field.kind satisfies never
  }
}

function valuesOf(groups: Record<string, string | undefined>, fields: readonly Arg[]): FormValues {
  const values: FormValues = {}
  for (const field of fields) {
    const said = groups[field.name.replaceAll('-', '_')]
    if (said === undefined) continue
    values[field.name] = field.kind === 'flag' ? /^(on|yes)$/i.test(said) : said.trim()
  }
  return values
}

const escaped = (literal: string): string => RegExp.escape(literal)
