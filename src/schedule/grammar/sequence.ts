import type { DayPart, Unit } from '../lexicon.ts'
import type { Hit, Reader } from '../reader.ts'
import { EMPTY_SPAN, type Item } from './items.ts'
import { addUnit } from './numbers.ts'

export function seqRule(r: Reader, i: number): Hit<Item[]> | undefined {
  const seq = r.lex(i, 'seq')
  return seq === undefined ? undefined : { value: sequence(String(seq.value)), next: seq.next }
}

/** "day:0 part:night" as items. */
export function sequence(text: string): Item[] {
  return text.split(' ').map((entry): Item => {
    const [name, first = '', second = ''] = entry.split(':')
    switch (name) {
      case 'day':
        return { t: 'day', offset: Number(first) }
      case 'part':
        return { t: 'part', part: first as DayPart }
      case 'weekday':
        return { t: 'weekday', days: [Number(first)] }
      case 'weekdays':
        return { t: 'weekday', days: first.split(',').map(Number), habit: true }
      case 'quarter':
        return { t: 'every', interval: 3, unit: 'month', quarter: true }
      case 'every':
        return first === ''
          ? { t: 'every', interval: 1 }
          : { t: 'every', interval: Number(second || 1), unit: first as Unit }
      case 'period':
        return {
          t: 'period',
          unit: first as 'week' | 'month' | 'year' | 'weekend',
          offset: Number(second),
          ...(second === '' ? { bare: true } : {}),
        }
      case 'nth':
        return { t: 'nth', nths: [Number(first)], of: second === 'workday' ? 'workday' : 'day' }
      case 'ofMonth':
        return { t: 'ofMonth' }
      case 'span':
        return { t: 'span', span: addUnit(EMPTY_SPAN, Number(first), second as Unit) ?? EMPTY_SPAN }
      default:
        throw new TypeError(`No such item in a table: ${entry}`)
    }
  })
}
