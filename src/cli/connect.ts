import { createInterface } from 'node:readline/promises'
import { actorOf } from '../app/actor.ts'
import { connectByForm, platformByName } from '../app/connect-accounts.ts'
import type { Workbench } from '../app/workbench.ts'
import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import type { Field, FormValues } from '../message/form.ts'
import type { Member, Workspace } from '../workspaces/workspace.ts'

/**
 * `crier connect <platform>`: asks for what the platform needs. Secrets are read from a prompt that does not show them, or
 * from standard input line by line in the order of the questions; never from arguments, which other users of the machine see.
 */
export async function connect(
  bench: Workbench,
  workspace: Workspace,
  member: Member,
  [name]: readonly string[],
): Promise<number> {
  if (!name)
    throw new UserError('Say which platform', {
      wayOut: `There are ${[...bench.platforms.keys()].join(', ')}.`,
    })
  const platform = platformByName(bench, name)
  const way = platform.connect.find((one) => one.by === 'form')
  if (way?.by !== 'form')
    throw new UserError(`${platform.label} is connected in the browser`, {
      wayOut: 'Say `connect` in the chat or on the page.',
    })
  say(way.label)
  const account = await connectByForm(
    actorOf(bench, workspace, member),
    platform,
    way,
    await askAll(way.fields),
  )
  say(`${account.handle} on ${platform.label} is connected.`)
  return 0
}

async function askAll(fields: readonly Field[]): Promise<FormValues> {
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
  lines.on('close', () => {
    for (const next of asked.splice(0)) next('')
  })
  try {
    const values: FormValues = {}
    for (const field of fields) {
      if (field.kind === 'files') continue
      stdout.write(`${field.label}${field.required ? '' : ' (may be left empty)'}: `)
      shown.muted = field.kind === 'secret'
      const ready = waiting.shift()
      const answer = ready ?? (await new Promise<string>((resolve) => asked.push(resolve)))
      if (shown.muted || ready !== undefined) stdout.write('\n')
      shown.muted = false
      if (answer.trim() !== '') values[field.name] = answer.trim()
    }
    return values
  } finally {
    lines.close()
  }
}
