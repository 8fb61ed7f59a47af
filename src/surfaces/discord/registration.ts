import { createHash } from 'node:crypto'
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandOptionChoice,
  REST,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import { Routes } from 'discord-api-types/v10'
import type { Arg } from '../../app/arg.ts'
import type { CommandFacts } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import { onOneLine, shortened } from './markdown.ts'
import type { Remembered } from './speakers.ts'

/** OpenAPI, ApplicationCommandUpdateRequest and its options. */
const COMMAND_NAME = 32
const COMMAND_DESCRIPTION = 100
const OPTIONS = 25
export const CHOICES = 25
export const CHOICE_LABEL = 100
const TYPED_OPTION = 6000
/** discord-api-docs, "Application commands": names, descriptions and choices of one command together. */
export const COMMAND_CHARACTERS = 8000

/** The command that takes any line. */
export const ANY_LINE = { command: 'crier', option: 'line' } as const
/** X takes four pictures; more come with the form, which takes ten. */
const FILE_OPTIONS = ['file', 'file2', 'file3', 'file4'] as const

/** discord-api-types' numbers: importing its enums would cost the library's start-up where only the shape is wanted. */
const TYPE = { string: 3, boolean: 5, channel: 7, number: 10, attachment: 11 } as const
const CHAT_INPUT = 1
const IN_SERVERS = 0
const IN_DIRECT_MESSAGES = 1

/** Discord's names are lower case: `selfApproval` is offered as `self-approval`. */
export const optionName = (arg: string): string =>
  arg.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`).slice(0, COMMAND_NAME)

/** The argument that a .txt file may stand for, in a command that takes files: the text of what is written. */
export const textArgOf = ({ args }: CommandFacts): Arg | undefined =>
  args.find(({ kind, name }) => kind === 'text' && name === 'text')

/** What people can call, as Discord wants to know it. No option is required: a command without its arguments opens a form. */
export function commandsForDiscord(
  commands: readonly CommandFacts[],
): RESTPostAPIChatInputApplicationCommandsJSONBody[] {
  const byName = commands.filter(({ name }) => name !== ANY_LINE.command).map(forDiscord)
  return [
    ...byName,
    described({
      name: ANY_LINE.command,
      description: 'Any command as one line, as you would type it',
      options: [
        {
          type: TYPE.string,
          name: ANY_LINE.option,
          description: 'For example: schedule tomorrow 9am to bluesky: We ship on Friday',
          required: true,
          autocomplete: true,
          max_length: TYPED_OPTION,
        },
        ...fileOptions(),
      ],
    }),
  ]
}

/** Registers the commands for all servers, if they differ from what was registered last. */
export async function registerCommands({
  commands,
  applicationId,
  rest,
  remembered,
  log,
}: {
  commands: readonly CommandFacts[]
  applicationId: string
  rest: REST
  remembered: Remembered
  log: Log
}): Promise<void> {
  const body = commandsForDiscord(commands)
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
  const key = `discord.commands.${applicationId}`
  if ((await remembered.get(key)) === hash) return
  await rest.put(Routes.applicationCommands(applicationId), { body })
  await remembered.set(key, hash)
  log.info({ commands: body.length }, 'registered the commands with Discord')
}

function forDiscord(command: CommandFacts): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const files = textArgOf(command) ? fileOptions() : []
  // A secret is asked for by the form: what is typed into a command line stays readable in the person's client.
  const asked = command.args.filter(({ kind }) => kind !== 'secret').slice(0, OPTIONS - files.length)
  const whole = described({
    name: command.name,
    description: descriptionOf(command.summary, command.name),
    options: [...asked.map((arg) => optionOf(arg, true)), ...files],
  })
  return charactersIn(whole) <= COMMAND_CHARACTERS
    ? whole
    : { ...whole, options: [...asked.map((arg) => optionOf(arg, false)), ...files] }
}

const described = (
  command: Pick<RESTPostAPIChatInputApplicationCommandsJSONBody, 'name' | 'description' | 'options'>,
): RESTPostAPIChatInputApplicationCommandsJSONBody => ({
  ...command,
  type: CHAT_INPUT,
  integration_types: [0],
  contexts: [IN_SERVERS, IN_DIRECT_MESSAGES],
})

/** Does Discord ask us what could stand there? Choices that it cannot list itself are suggested too. */
const isSuggested = (arg: Arg, choicesFit: boolean): boolean =>
  arg.kind === 'post' ||
  arg.kind === 'delivery' ||
  arg.kind === 'when' ||
  arg.kind === 'accounts' ||
  arg.kind === 'member' ||
  (arg.kind === 'choice' && !(choicesFit && (arg.choices?.length ?? 0) <= CHOICES && arg.choices?.length))

function optionOf(arg: Arg, choicesFit: boolean): APIApplicationCommandBasicOption {
  const base = {
    name: optionName(arg.name),
    description: descriptionOf(arg.hint ?? arg.label, arg.label),
    required: false,
  }
  switch (arg.kind) {
    case 'flag':
      return { ...base, type: TYPE.boolean }
    case 'channel':
      return { ...base, type: TYPE.channel }
    case 'number':
      return { ...base, type: TYPE.number }
    case 'post':
    case 'delivery':
    case 'when':
    case 'accounts':
    case 'member':
    case 'choice':
      return isSuggested(arg, choicesFit)
        ? { ...base, type: TYPE.string, autocomplete: true }
        : { ...base, type: TYPE.string, choices: choicesOf(arg) }
    case 'text':
    case 'words':
    case 'secret':
      return { ...base, type: TYPE.string, max_length: TYPED_OPTION }
    default:
      return arg.kind satisfies never
  }
}

const choicesOf = ({ choices = [] }: Arg): APIApplicationCommandOptionChoice<string>[] =>
  choices.map(({ label, value }) => ({ name: shortened(onOneLine(label) || value, CHOICE_LABEL), value }))

const fileOptions = (): APIApplicationCommandBasicOption[] =>
  FILE_OPTIONS.map((name, index) => ({
    type: TYPE.attachment,
    name,
    description:
      index === 0 ? 'A picture or video; a .txt file becomes the text' : 'Another picture or video',
    required: false,
  }))

const descriptionOf = (words: string, otherwise: string): string =>
  shortened(onOneLine(words) || onOneLine(otherwise) || CHOOSE, COMMAND_DESCRIPTION)
const CHOOSE = 'Choose'

function charactersIn({
  name,
  description,
  options = [],
}: RESTPostAPIChatInputApplicationCommandsJSONBody): number {
  const lengths = (options as APIApplicationCommandBasicOption[]).map((option) => {
    const choices = ('choices' in option && option.choices) || []
    return choices.reduce(
      (sum, choice) => sum + choice.name.length + String(choice.value).length,
      option.name.length + option.description.length,
    )
  })
  return lengths.reduce((sum, length) => sum + length, name.length + description.length)
}
