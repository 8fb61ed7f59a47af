import type { Answer, FrontDesk, Speaker } from '../../app/surface.ts'
import type { Form } from '../../message/form.ts'
import { plainBlock, plainSpans } from '../../message/plain-text.ts'
import { answerJson } from '../api/message-json.ts'
import { drawMessage } from './draw.ts'

export interface TerminalOptions {
  /** Who is talking: the member of `--as`, by an identity that the front desk knows. */
  speaker: Speaker
  /** Where the answer goes. Colour only where it is a terminal. */
  out: { write(text: string): unknown; isTTY?: boolean }
  /** The message as JSON instead of words. */
  json?: boolean
}

/**
 * `crier exec '<line>'`: says one line and prints the answer.
 *
 * @returns the exit code: 0 where it was done, 1 where it was refused, 2 where the command asks for more than the line had
 */
export async function execLine(desk: FrontDesk, line: string, options: TerminalOptions): Promise<0 | 1 | 2> {
  const answer = await desk.ask(options.speaker, { line })
  const words = options.json
    ? JSON.stringify(answerJson(answer, options.speaker.person), null, 2)
    : drawAnswer(desk, answer, options)
  options.out.write(`${words}\n`)
  if (answer.type === 'form') return 2
  return answer.refused ? 1 : 0
}

export function drawAnswer(desk: FrontDesk, answer: Answer, { speaker, out }: TerminalOptions): string {
  const { zone, locale } = speaker.person
  const reading = { ...(zone ? { zone } : {}), ...(locale ? { locale } : {}) }
  return answer.type === 'message'
    ? drawMessage(answer.message, { ...reading, colour: out.isTTY === true })
    : formInWords(desk, answer.form)
}

/** A form where nothing can be filled in: what is asked, and the line that would say it at once. */
function formInWords(desk: FrontDesk, form: Form): string {
  const facts = desk.commands.find(({ name }) => name === form.command)
  const fields = form.fields.map((field) => {
    const mistake = form.errors?.[field.name]
    const label = `${field.label}${field.required ? '' : ' (optional)'}`
    return `- ${label}${mistake ? `: ${mistake}` : field.hint ? `: ${field.hint}` : ''}`
  })
  return [
    form.title,
    ...(form.intro ? [plainSpans(form.intro)] : []),
    ...(form.errors?.['']?.length ? [form.errors['']] : []),
    ...fields,
    ...(facts ? [`Say it in one line: ${`${facts.name} ${facts.usage}`.trim()}`] : []),
    ...(facts?.examples[0] ? [`For example: ${facts.examples[0]}`] : []),
  ]
    .map((line) => plainBlock({ type: 'text', spans: [{ type: 'plain', text: line }] }))
    .join('\n')
}
