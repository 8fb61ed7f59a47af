import { describeInstant, describeRule } from './describe.ts'
import { type ReadAt, readWhen } from './read-when.ts'

/** What a partial time may become: how it reads, and the phrase that says it. */
export function whenSuggestions(partial: string, at: ReadAt): { label: string; phrase: string }[] {
  const when = readWhen(partial, at)
  switch (when.kind) {
    case 'once':
      return [{ label: describeInstant(when.at, when.zone, { now: at.now }), phrase: partial }]
    case 'recurring':
      return [{ label: describeRule(when.rule, at.locale), phrase: partial }]
    case 'ask':
      return when.choices.map(({ label, phrase }) => ({ label, phrase }))
    case 'error':
      return []
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}
