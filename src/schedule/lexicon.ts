import { fold, tokenize } from './tokens.ts'

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'workday' | 'week' | 'month' | 'year' | 'weekend'
export type DayPart = 'early' | 'morning' | 'noon' | 'afternoon' | 'evening' | 'late' | 'night' | 'endOfDay'

/**
 * What a word can be. A word may be several ("second", "mar", "may"): the rules take the kind that fits.
 * The values in brackets are what a table gives for it.
 */
export type Kind =
  | 'number' // [0, 1, 1.5…]
  | 'article' // "a", "an": one, but only before a unit
  | 'ordinal' // [1…31, -1 for last, -2 for second to last]
  | 'ordinalEnd' // what a number gets to be an ordinal, glued to it: "th", "er", "º"
  | 'ordinalMark' // before a number: "第"
  | 'weekday' // [1…7]
  | 'weekdays' // [1…7] in a form that means every one of them: "mondays", "montags"
  | 'days' // ['1-5'] a set with a name: "weekdays", "weekend" as days that recur
  | 'month' // [1…12]
  | 'unit' // [Unit]
  | 'workday' // one working day: "business day", but not "business days"
  | 'shortUnit' // [Unit] only glued to or right after a number: "m", "h", "d"
  | 'span' // [minutes] a length with a name: "half-hour", "Viertelstunde"
  | 'roundDays' // [7 or 14] days counted with both ends: "huit jours", "quince días"
  | 'half' // before a unit: "half an", "media"
  | 'quarter' // before a unit: "quarter of an"
  | 'andHalf' // after an amount or its unit: "and a half", "et demie"
  | 'few' // too vague an amount
  | 'ampm' // ['am' | 'pm']
  | 'ampmBefore' // ['am' | 'pm'] before an hour: "午後"
  | 'ampmGlued' // only right after a digit: "8a"
  | 'part' // [DayPart]
  | 'nightTo' // before a day: the night that ends with it, "in der Nacht auf"
  | 'nightFrom' // before two days that follow each other: "dans la nuit de"
  | 'clock' // ['noon' | 'midnight']
  | 'oclock' // after an hour: "o'clock", "Uhr", "heures", "時"
  | 'pastHour' // [minutes] of each hour: "on the hour", "on the half hour"
  | 'minuteMark' // after minutes: "分"
  | 'shift' // [minutes] before an hour: "quarter past" +15, "halb" -30
  | 'shiftAfter' // [minutes] after an hour: "y media" +30, "moins le quart" -15
  | 'past' // between minutes and hour: "ten past three"
  | 'till' // between minutes and hour: "ten to three"
  | 'minus' // between hour and minutes: "tres menos diez"
  | 'plus' // between hour and minutes: "tres y diez"
  | 'pastAfter' // after hour and minutes: "üçü on geçe"
  | 'tillAfter' // after hour and minutes: "üçe on kala", "9時10分前"
  | 'day' // [0 today, 1 tomorrow, 2]
  | 'gone' // of the past: "yesterday", "ago"
  | 'lastMark' // after a noun, of the past: "dernier", "pasado"
  | 'next' // [1, 2 for the one after]
  | 'nextAfter' // ['' or 2 for the one after] after its noun: "prochain", "que viene", "after next"
  | 'coming' // the nearest weekday, the next week: "upcoming", "kommend"
  | 'this'
  | 'every' // ['' or 2 for "every other"]
  | 'everyAfter' // ['' or 'skip' for so many days left out] after an amount: "ごと", "haftada bir", "おき"
  | 'other' // after every
  | 'seq' // ['day:0 part:night'] several things in one word
  | 'holiday' // ['12-25', or the name of a feast that moves: 'easter+1']
  | 'in' // before an amount
  | 'hence' // after an amount
  | 'base' // after an amount, before a day: "from", "after"
  | 'side' // ['before' | 'after'] after a unit or a weekday, before a day: "the day before", "the friday after"
  | 'weekAfter' // [weeks] after a day, so much later: "monday week", "lundi en huit"
  | 'sameTime' // "same time"
  | 'now'
  | 'at'
  | 'on'
  | 'the'
  | 'of'
  | 'dayMark' // before a number that is a day of the month: "le", "día"
  | 'dayMarkAfter' // after it: "日"
  | 'monthMark' // after a month's number: "月"
  | 'yearMark' // after a year: "年"
  | 'until'
  | 'untilAfter'
  | 'from'
  | 'fromAfter'
  | 'rangeFrom' // before a range of weekdays or hours: "von", "de"
  | 'for'
  | 'forAfter' // after a length: "lang", "boyunca"
  | 'times' // "times", "x"
  | 'onceA' // [1 once, 2 twice] before a period
  | 'except'
  | 'exceptAfter' // "hariç", "を除く"
  | 'between'
  | 'and'
  | 'to'
  | 'through' // of the words for "to" that are also words for "until": the one that ends no rule
  | 'or'
  | 'glue' // says nothing: "around", "please"
  | 'vague' // ['', 'twice' for what may be twice in it or every second one, 'third' for what may be every second or third one] names no time: "soon", "maybe"
  | 'not'
  | 'endOf'
  | 'startOf'
  | 'endAfter' // after a month: "sonu", "末"
  | 'zoneAfter' // after a place: "time"
  | 'zoneBefore' // before a place: "heure de"
  | 'zoneOwn' // "my time"
  | 'place' // [an IANA zone, or several with | between]

export type Words = Partial<Record<Kind, string | Record<string, string>>>

export interface Lexeme {
  kind: Kind
  /** A number, or a name; '' where the kind says it all. */
  value: number | string
}

export interface Branch {
  lexemes: Lexeme[]
  next: Map<string, Branch>
}

export const branch = (): Branch => ({ lexemes: [], next: new Map() })

/**
 * Compiles tables of words (`kind: { value: 'word|word' }`) into one tree of tokens. A phrase of several words is one
 * entry; accents do not matter; German umlauts may be written ae, oe, ue when `umlauts` is set.
 */
export function compileWords(tables: readonly Words[], umlauts = false): Branch {
  const root = branch()
  for (const table of tables) {
    for (const [kind, entries] of Object.entries(table)) {
      const byValue = typeof entries === 'string' ? { '': entries } : entries
      for (const [value, words] of Object.entries(byValue)) {
        for (const word of words.split('|')) {
          if (word === '') continue
          addWord(root, word, { kind: kind as Kind, value: valueFrom(value) })
          if (umlauts && /[äöü]/i.test(word))
            addWord(root, spellUmlauts(word), { kind: kind as Kind, value: valueFrom(value) })
        }
      }
    }
  }
  return root
}

const valueFrom = (text: string) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text)
const spellUmlauts = (word: string) =>
  fold(word.toLowerCase().replace(/[äöü]/g, (vowel) => `${fold(vowel)}e`))

/** Adds one entry to a tree, token by token. */
export function addWord(root: Branch, word: string, lexeme: Lexeme): void {
  let node = root
  for (const token of tokenize(word.normalize('NFKC'))) {
    let child = node.next.get(token.text)
    if (child === undefined) {
      child = branch()
      node.next.set(token.text, child)
    }
    node = child
  }
  const known = node.lexemes.some(({ kind, value }) => kind === lexeme.kind && value === lexeme.value)
  if (!known) node.lexemes.push(lexeme)
}
