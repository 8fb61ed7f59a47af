import { readWhen } from '../../src/schedule/read-when.ts'

/** The scorer's shape: `{ kind: 'once', at }`, `{ kind: 'recurring', next }` or `{ kind: 'error', message }`. */
export function parseWhen(text: string, context: { now: string; timezone: string; locale: string }) {
  const now = Temporal.Instant.from(context.now)
  const when = readWhen(text, { now, zone: context.timezone, locale: context.locale })
  switch (when.kind) {
    case 'once':
      return { kind: 'once', at: when.at.toString() }
    case 'recurring':
      return { kind: 'recurring', next: when.next.map(String) }
    case 'ask':
      return {
        kind: 'error',
        message: `${when.question} ${when.choices.map(({ label }) => label).join(' / ')}`,
      }
    case 'error':
      return when
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}
