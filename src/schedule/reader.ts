import type { Branch, Kind, Lexeme } from './lexicon.ts'
import type { Token } from './tokens.ts'

/** Something read: what it is, and the token after it. */
export interface Hit<T> {
  value: T
  next: number
}

interface Found {
  lexeme: Lexeme
  next: number
}

/** How the tables say a language works where words alone do not. */
export interface Habits {
  /** ISO 639 code. */
  language: string
  /** Whether it may be after noon: a 3:30 and a 9:30; a 3:30, and what is spoken; only what is spoken ("halb drei"); none. */
  clock12: 'always' | 'plain' | 'spoken' | 'never'
  dateOrder: 'dmy' | 'mdy' | 'ymd' | 'ask'
  /** "15." is the 15th. */
  ordinalDot: boolean
}

/** A phrase under one language's tables: every rule asks it what stands where. */
export class Reader {
  readonly tokens: readonly Token[]
  readonly text: string
  readonly habits: Habits
  /** The first thing that is certainly wrong ("25:00"), whichever rule saw it. */
  refusal: string | undefined
  readonly #words: Branch
  readonly #found: (Found[] | undefined)[] = []

  constructor(text: string, tokens: readonly Token[], words: Branch, habits: Habits) {
    this.text = text
    this.tokens = tokens
    this.#words = words
    this.habits = habits
  }

  get end(): number {
    return this.tokens.length
  }

  /** Everything the tables know that starts at a token, the longest last. */
  at(index: number): readonly Found[] {
    const known = this.#found[index]
    if (known !== undefined) return known
    const found: Found[] = []
    let node: Branch | undefined = this.#words
    for (let i = index; i < this.tokens.length; i += 1) {
      node = node.next.get(this.tokens[i]?.text ?? '')
      if (node === undefined) break
      for (const lexeme of node.lexemes) found.push({ lexeme, next: i + 1 })
    }
    this.#found[index] = found
    return found
  }

  /** The longest entry of a kind. */
  lex(index: number, kind: Kind): Hit<number | string> | undefined {
    const found = this.at(index)
    for (let i = found.length - 1; i >= 0; i -= 1) {
      const entry = found[i]
      if (entry !== undefined && entry.lexeme.kind === kind) {
        return { value: entry.lexeme.value, next: entry.next }
      }
    }
    return undefined
  }

  /** The token after an entry of one of the kinds, or the same place when there is none. */
  skip(index: number, ...kinds: Kind[]): number {
    let at = index
    for (;;) {
      let moved = at
      for (const kind of kinds) moved = Math.max(moved, this.lex(at, kind)?.next ?? at)
      if (moved === at) return at
      at = moved
    }
  }

  is(index: number, kind: Kind): boolean {
    return this.lex(index, kind) !== undefined
  }

  mark(index: number, text: string): boolean {
    return this.tokens[index]?.kind === 'mark' && this.tokens[index]?.text === text
  }

  /** Whether a token follows its forerunner without a blank. */
  glued(index: number): boolean {
    return this.tokens[index]?.gap === false
  }

  digits(index: number): Token | undefined {
    const token = this.tokens[index]
    return token?.kind === 'number' ? token : undefined
  }

  /** The words as they were typed. */
  quote(from: number, to: number): string {
    return this.text.slice(this.tokens[from]?.start ?? 0, this.tokens[to - 1]?.end ?? this.text.length)
  }

  refuse(message: string): undefined {
    this.refusal ??= message
    return undefined
  }
}
