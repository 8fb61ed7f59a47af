import { parseArgs } from 'node:util'
import { readConfig } from './kit/config.ts'
import { nearestWord } from './kit/nearest-word.ts'
import { complain, say } from './kit/terminal.ts'
import { quoted, UserError } from './kit/user-error.ts'
import { VERBS } from './verbs.ts'

/**
 * Reads the arguments and runs the verb.
 *
 * @returns the process's exit code: 0 all is well, 1 something is wrong, 2 it was asked the wrong way
 */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        json: { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
        forget: { type: 'boolean', default: false },
        after: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [name = 'help', ...words] = positionals
    if (values.help || name === 'help') {
      say(...helpLines())
      return 0
    }
    const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
    if (!verb) {
      complain(...unknownWords(name))
      return 2
    }
    loadEnvironmentFile()
    return await verb.run({
      words,
      options: {
        as: values.as,
        json: values.json,
        repair: values.repair,
        forget: values.forget,
        after: values.after,
      },
      config: readConfig(process.env),
      environment: process.env,
    })
  } catch (error) {
    complain(...wordsOf(error))
    return 1
  }
}

function unknownWords(name: string): string[] {
  const close = nearestWord(name.toLowerCase(), Object.keys(VERBS))
  return [
    `crier knows no verb ${quoted(name)}.${close ? ` Did you mean: crier ${close}` : ''}`,
    "crier help lists what there is. What is said in a chat is said here by exec, such as crier exec 'queue'.",
  ]
}

function wordsOf(error: unknown): string[] {
  if (error instanceof UserError)
    return [
      [/[.?!…]$/.test(error.message) ? error.message : `${error.message}.`, error.wayOut]
        .filter(Boolean)
        .join(' '),
    ]
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return [error.message]
  return [
    'Crier stopped because of a mistake of its own:',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  ]
}

function loadEnvironmentFile(): void {
  try {
    process.loadEnvFile('.env')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

const helpLines = (): string[] => [
  'Crier: draft, schedule, approve, publish and measure social posts from Slack, Discord, a page or this terminal.',
  '',
  ...Object.values(VERBS).map(({ usage, summary }) => `  crier ${usage.padEnd(42)} ${summary}`),
  '',
  'Settings are environment variables, or lines in .env; `crier doctor` names those that are missing.',
]

process.exitCode = await main(process.argv.slice(2))
