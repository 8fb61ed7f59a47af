import { createInterface } from 'node:readline/promises'
import { actorOf } from '../app/actor.ts'
import { connectByForm, platformByName } from '../app/connect-accounts.ts'
import { pickWay, waysOf } from '../app/connect-ways.ts'
import { callbackWarning, signInLink } from '../app/sign-in-links.ts'
import type { Workbench } from '../app/workbench.ts'
import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import type { Field, FormValues } from '../message/form.ts'
import type { Member, Workspace } from '../workspaces/workspace.ts'

/**
 * `crier connect <platform> [<way>]`: asks for what the platform needs, or prints the link by which a browser signs in.
 * Secrets are read from a prompt that does not show them, or from standard input line by line in the order of the
 * questions; never from arguments, which other users of the machine see.
 */
export async function connect(
  bench: Workbench,
  workspace: Workspace,
  member: Member,
  [name, number]: readonly string[],
): Promise<number> {
  if (!name)
    throw new UserError('Say which platform', {
      wayOut: `There are ${[...bench.platforms.keys()].join(', ')}.`,
    })
  const actor = actorOf(bench, workspace, member)
  const platform = platformByName(bench, name)
  const picked = pickWay(actor, platform, number === undefined ? {} : { way: number })
  const ways = waysOf(actor, platform)
  // Whoever names no way takes the first one, so that what is piped in stays understood.
  const { way, place } = picked ?? ways[0] ?? missing()
  say(way.label)
  if (!picked)
    for (const other of ways.filter((one) => one.place !== place))
      say(`(or: crier connect ${platform.name} ${other.place + 1}, ${other.way.label})`)
  const values = await askAll(way.fields ?? [])
  if (way.by === 'oauth') {
    const warning = callbackWarning(bench, platform, way)
    say(
      'Open this link in your browser while Crier runs. It works for ten minutes:',
      signInLink(actor, platform, place, values),
      ...(warning === undefined ? [] : [warning]),
    )
    return 0
  }
  const { account, showOnce } = await connectByForm(actor, platform, way, values)
  say(`${account.handle} on ${platform.label} is connected.`)
  for (const { label, value } of showOnce) say(`${label}: ${value}`)
  if (showOnce.length > 0) say('Copy it now: it is shown this once, and Crier will not tell it again.')
  return 0
}

const missing = (): never => {
  throw new Error('A platform without a way in')
}

async function askAll(fields: readonly Field[]): Promise<FormValues> {
  if (fields.length === 0) return {}
  const shown = { muted: false }
  const { stdin: input, stdout } = process
  const { PassThrough } = await import('node:stream')
  const output = new PassThrough()
  output.on('data', (chunk: Buffer) => {
    if (!shown.muted) stdout.write(chunk)
  })
  const lines = createInterface({ input, output, terminal: input.isTTY === true })
  // Piped answers may come before they are asked for: each is kept until its question.
  const waiting: string[] = []
  const asked: ((line: string) => void)[] = []
  lines.on('line', (line) => {
    const next = asked.shift()
    if (next) next(line)
    else waiting.push(line)
  })
  let ended = false
  lines.on('close', () => {
    ended = true
    for (const next of asked.splice(0)) next('')
  })
  try {
    const values: FormValues = {}
    for (const field of fields) {
      if (field.kind === 'files') continue
      stdout.write(`${field.label}${field.required ? '' : ' (may be left empty)'}: `)
      shown.muted = field.kind === 'secret'
      const ready = waiting.shift()
      // Input that has ended answers nothing any more: what is still required is named by the form's own refusal.
      const answer = ready ?? (ended ? '' : await new Promise<string>((resolve) => asked.push(resolve)))
      if (shown.muted || ready !== undefined) stdout.write('\n')
      shown.muted = false
      if (answer.trim() !== '') values[field.name] = answer.trim()
      else if (field.required)
        throw new UserError(`${field.label} is missing`, {
          wayOut: 'Type it at the prompt, or pipe in a line for each question; nothing was stored.',
        })
    }
    return values
  } finally {
    lines.close()
  }
}
