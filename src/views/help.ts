import {
  bold,
  button,
  buttons,
  code,
  heading,
  list,
  type Message,
  message,
  note,
  prose,
  type Span,
  text,
} from '../message/message.ts'

/** What help needs of a command. */
export interface Helped {
  name: string
  summary: string
  usage: string
  examples: readonly string[]
  who: string
  fields: readonly { name: string; label: string; hint?: string; required: boolean }[]
}

/** Everything one may say, a line each. */
export const helpView = (commands: readonly Helped[]): Message =>
  message(
    heading('📣 What you can say'),
    text(
      'Times as you would say them: ',
      code('tomorrow 9am'),
      ', ',
      code('every weekday at 9'),
      ', ',
      code('next Tuesday 14:30 Berlin time'),
      '.',
    ),
    list(
      commands.map((command): Span[] => [code(command.name), { type: 'plain', text: ` ${command.summary}` }]),
    ),
    note(...prose('`help schedule` tells more of one.')),
    buttons(
      // Only what this reader may say.
      ...[
        button('Write a post', 'draft'),
        button('Schedule a post', 'schedule'),
        button('Connect an account', 'connect'),
        button('Queue', 'queue'),
      ].filter(({ line }) => commands.some(({ name }) => name === line)),
    ),
  )

/** One command: how its line is written, what its words mean, examples that work as they stand. */
export const commandHelp = (command: Helped): Message =>
  message(
    heading(`/${command.name}`),
    text(`${command.summary}.`),
    text(bold('Say: '), code(`${command.name} ${command.usage}`.trim())),
    command.fields.length > 0 &&
      list(
        command.fields.map((field): Span[] => [
          code(field.name),
          {
            type: 'plain',
            text: ` ${field.label}${field.hint ? ` (${field.hint})` : ''}${field.required ? '' : ', may be left out'}`,
          },
        ]),
      ),
    text(
      bold('For example: '),
      ...command.examples.flatMap((example, index) => [...(index > 0 ? [' or '] : []), code(example)]),
    ),
    note(`Needs the role of ${command.who}.`),
  )
