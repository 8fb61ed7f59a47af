/** One word, number or mark of a phrase. Han and kana come one character at a time: Japanese has no blanks. */
export interface Token {
  kind: 'number' | 'word' | 'mark'
  /** Folded: lower case, without accents, dotless i as i. */
  text: string
  /** The number's value; NaN for others. */
  value: number
  /** Whether there was a blank before it. */
  gap: boolean
  start: number
  end: number
}

const LETTER = /[\p{L}\p{M}]/u
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u
const ACCENTS = /[\u0300-\u036f]/g
const OWN_LETTERS: Record<string, string> = { ß: 'ss', ı: 'i', ø: 'o', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd' }
const MARKS: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '`': "'",
  '´': "'",
  '–': '-',
  '—': '-',
  '−': '-',
  '‐': '-',
  '‑': '-',
  '〜': '~',
  '～': '~',
  '、': ',',
  '，': ',',
  '：': ':',
  '⁄': '/',
  '・': ',',
}

/** Lower case without accents, so that "mañana", "Manana" and "MAÑANA" are one word. Japanese voicing marks stay. */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  if (isAscii(lower)) return lower
  let folded = ''
  for (const letter of lower.normalize('NFD').replace(ACCENTS, '').normalize('NFC')) {
    folded += OWN_LETTERS[letter] ?? letter
  }
  return folded
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 127) return false
  return true
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

type Letter = 'letter' | 'ideograph' | undefined

function letterKind(char: string, code: number): Letter {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) ? 'letter' : undefined
  if (IDEOGRAPH.test(char)) return 'ideograph'
  return LETTER.test(char) ? 'letter' : undefined
}

/** Cuts a phrase into tokens, in one pass. */
export function tokenize(phrase: string): Token[] {
  const tokens: Token[] = []
  let gap = false
  let i = 0
  while (i < phrase.length) {
    const code = phrase.charCodeAt(i)
    if (code === 32) {
      gap = true
      i += 1
      continue
    }
    const start = i
    let kind: Token['kind'] = 'mark'
    let text: string
    if (isDigit(code)) {
      kind = 'number'
      while (i < phrase.length && isDigit(phrase.charCodeAt(i))) i += 1
      text = phrase.slice(start, i)
    } else {
      const char = String.fromCodePoint(phrase.codePointAt(i) ?? 0)
      i += char.length
      const letter = letterKind(char, code)
      if (letter === 'letter') {
        while (i < phrase.length && letterKind(phrase[i] ?? '', phrase.charCodeAt(i)) === 'letter') i += 1
      }
      if (letter !== undefined) kind = 'word'
      text = letter === undefined ? (MARKS[char] ?? char) : fold(phrase.slice(start, i))
    }
    tokens.push({ kind, text, value: kind === 'number' ? Number(text) : Number.NaN, gap, start, end: i })
    gap = false
  }
  return tokens
}
