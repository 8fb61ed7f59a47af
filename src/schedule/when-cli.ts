import { parseArgs } from 'node:util'
import { toCron } from './cron.ts'
import { describeInstant, describeRule } from './describe.ts'
import { readWhen } from './read-when.ts'
import { nextRuns } from './recurrence.ts'
import { toRRule } from './rrule.ts'
import { zoneFromWords } from './zones.ts'

/** Prints what a phrase means. A command of its own, so it may read the clock; `--now` stands in for it. */
function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      zone: { type: 'string', default: 'UTC' },
      locale: { type: 'string', default: 'en' },
      time: { type: 'string', default: '09:00' },
      now: { type: 'string' },
      runs: { type: 'string', default: '5' },
    },
  })
  const phrase = positionals.join(' ')
  const zone = zoneFromWords(values.zone)
  if (phrase === '' || zone === undefined) {
    console.error(
      'Usage: npm run when -- "every other tuesday 9 and 17 until june" --zone Europe/Berlin [--locale de] [--now 2026-11-20T09:00Z]',
    )
    process.exitCode = 2
    return
  }
  const now = values.now === undefined ? Temporal.Now.instant() : Temporal.Instant.from(values.now)
  const when = readWhen(phrase, { now, zone, locale: values.locale, defaultTime: values.time })
  const shown = (at: Temporal.Instant, where: string) => describeInstant(at, where, { locale: values.locale })
  switch (when.kind) {
    case 'once':
      console.log(`once       ${shown(when.at, when.zone)}\n           ${when.at}`)
      if (when.zone !== zone) console.log(`           ${shown(when.at, zone)}`)
      break
    case 'recurring': {
      console.log(`recurring  ${describeRule(when.rule, values.locale)}`)
      console.log(`rule       ${JSON.stringify(when.rule)}`)
      console.log(`iCalendar  ${toRRule(when.rule).split('\n').join('\n           ')}`)
      console.log(
        `croner     ${toCron(when.rule)?.join('  |  ') ?? 'no pattern is exact: stepped by the rule'}`,
      )
      for (const [i, at] of nextRuns(when.rule, now, Number(values.runs)).entries()) {
        console.log(`${i === 0 ? 'next' : '    '}       ${shown(at, when.rule.zone)}   ${at}`)
      }
      break
    }
    case 'ask':
      console.log(`ask        ${when.question}`)
      for (const { label, phrase: line } of when.choices) console.log(`           ${label}   ("${line}")`)
      break
    case 'error':
      console.log(`error      ${when.message}`)
      process.exitCode = 1
      return
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
  if ('notes' in when) for (const note of when.notes) console.log(`note       ${note}`)
}

main()
