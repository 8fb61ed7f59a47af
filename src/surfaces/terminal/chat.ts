import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Answer, FrontDesk } from '../../app/surface.ts'
import type { Field, Form, FormValues } from '../../message/form.ts'
import { plainSpans } from '../../message/plain-text.ts'
import { paint } from './draw.ts'
import { drawAnswer, type TerminalOptions } from './terminal.ts'

/** Words that end the conversation, or a form that is open. */
const LEAVE = new Set(['exit', 'quit', 'bye'])

/**
 * `crier chat`: a conversation at a prompt. Tab completes; a form is asked field by field, and what was refused is asked
 * again with what was typed as its answer. Ends with the input, or on `exit`.
 */
export async function chat(
  desk: FrontDesk,
  options: TerminalOptions & { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<void> {
  const tty = options.out.isTTY === true
  // What is typed into a secret's field is not shown.
  let muted = false
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) options.output.write(chunk)
      done()
    },
  })
  const prompt = createInterface({
    input: options.input,
    output: echo,
    terminal: tty,
    completer: async (line: string): Promise<[string[], string]> => [
      (await desk.complete(options.speaker, line)).map(({ insert }) => insert),
      line,
    ],
  })
  // An iterator, because `question` loses lines that arrive together.
  let ended = false
  prompt.once('close', () => {
    ended = true
  })
  const typed = prompt[Symbol.asyncIterator]()
  const ask: Ask = async (question, secret = false) => {
    if (ended) options.output.write(question)
    else {
      prompt.setPrompt(question)
      prompt.prompt()
    }
    muted = secret && tty
    const next = await typed.next()
    if (muted) options.output.write('\n')
    muted = false
    return next.done ? undefined : next.value
  }

  for (;;) {
    const line = (await ask(tty ? `${paint('cyan', options.speaker.person.name)} › ` : ''))?.trim()
    if (line === undefined || LEAVE.has(line)) break
    if (line === '') continue
    let answer: Answer | undefined = await desk.ask(options.speaker, { line })
    while (answer?.type === 'form') {
      const values = await fillIn(answer.form, ask, options, prompt)
      const { command }: Form = answer.form
      answer = values && (await desk.ask(options.speaker, { command, values }))
    }
    options.out.write(`${answer ? drawAnswer(desk, answer, options) : 'Left the form; nothing was done.'}\n`)
  }
  prompt.close()
}

/** Asks one question; undefined where the input has ended. */
type Ask = (question: string, secret?: boolean) => Promise<string | undefined>

async function fillIn(
  form: Form,
  ask: Ask,
  { out }: TerminalOptions,
  prompt: Interface,
): Promise<FormValues | undefined> {
  const say = (words: string) => out.write(`${words}\n`)
  say(form.title)
  if (form.intro) say(plainSpans(form.intro))
  if (form.errors?.['']) say(form.errors[''])
  const values: FormValues = { ...form.hidden }
  for (const field of form.fields) {
    if (field.kind === 'files') continue
    const mistake = form.errors?.[field.name]
    if (mistake) say(mistake)
    for (const { label, value, hint } of optionsOf(field))
      say(`  ${value}: ${label}${hint ? ` (${hint})` : ''}`)
    const kept = keptValue(field)
    const said = await ask(
      `${field.label}${field.hint ? ` (${field.hint})` : ''}${kept ? ` [${kept}]` : ''}: `,
    )
    if (said === undefined || LEAVE.has(said.trim())) return undefined
    // A secret may not be found again by the arrow keys.
    if (field.kind === 'secret') (prompt as Interface & { history?: string[] }).history?.shift()
    values[field.name] = asValue(field, said.trim() === '' ? kept : said.trim())
  }
  return values
}

const optionsOf = (field: Field) => (field.kind === 'choice' || field.kind === 'choices' ? field.options : [])

function keptValue(field: Field): string {
  switch (field.kind) {
    case 'text':
    case 'when':
    case 'choice':
      return field.value ?? ''
    case 'choices':
      return (field.values ?? []).join(', ')
    case 'flag':
      return field.value ? 'yes' : 'no'
    case 'secret':
    case 'files':
      return ''
    default:
      throw new TypeError(`No such field: ${JSON.stringify(field satisfies never)}`)
  }
}

function asValue(field: Field, said: string): string | string[] | boolean {
  if (field.kind === 'flag') return /^(y|yes|true|on|1)$/i.test(said)
  if (field.kind !== 'choices') return said
  return said
    .split(/[,\s]+/)
    .map((one) => one.trim())
    .filter(Boolean)
}
