import type { APIAttachment, APIModalSubmission } from 'discord.js'
import { UserError } from '../../kit/user-error.ts'
import type { Field, Form, FormValues, Option } from '../../message/form.ts'
import { type DiscordFile, incomingFile, wordsIn } from './files.ts'
import { choiceWords, isLong, KIND, type OpenForm, TEXT_INPUT } from './modal.ts'

/** What a submitted modal holds, together with what was given before. */
export interface Submission {
  values: FormValues
  files: readonly DiscordFile[]
  /** One sentence per field name. */
  mistakes: Record<string, string>
  /** What this modal alone held, by field: shown again where nothing else can be done with it. */
  typed: Record<string, string>
}

/**
 * Reads a submitted modal. `open` is the form it belongs to; undefined after a restart, when the components' own ids
 * say what they are.
 */
export async function readSubmission(
  data: APIModalSubmission,
  open: OpenForm | undefined,
): Promise<Submission> {
  const entries = componentsIn(data)
  const values: FormValues = { ...open?.values }
  const typed: Record<string, string> = {}
  const mistakes: Record<string, string> = {}
  const uploads: DiscordFile[] = []
  const textFiles = new Map<string, DiscordFile>()

  for (const { id, value } of entries) {
    const [kind, name] = [id.slice(0, 1), id.slice(2)]
    switch (kind) {
      case KIND.text: {
        const field = open?.form.fields.find((one) => one.name === name)
        const words = asText(value)
        if (words !== '') typed[name] = words
        // A text that was too long to be shown stays, unless another was written.
        if (!(words === '' && field && isLong(field))) values[name] = words
        break
      }
      case KIND.secret:
        values[name] = asText(value)
        break
      case KIND.choice:
        values[name] = Array.isArray(value) ? (value[0] ?? '') : asText(value)
        break
      case KIND.choices:
        values[name] = Array.isArray(value) ? value : []
        break
      case KIND.typedChoice:
        typed[name] = asText(value)
        values[name] = chosenByWords(asText(value), fieldOf(open?.form, name))[0] ?? ''
        break
      case KIND.typedChoices:
        typed[name] = asText(value)
        values[name] = chosenByWords(asText(value), fieldOf(open?.form, name))
        break
      case KIND.flag:
        values[name] = value === true
        break
      case KIND.files:
        uploads.push(...filesOf(value, data))
        break
      case KIND.textFile: {
        const [file] = filesOf(value, data)
        if (file) textFiles.set(name, file)
        break
      }
      default:
    }
  }

  const textName = mainText(open, entries)
  const asWords = uploads.find(({ isText }) => isText)
  if (textName !== undefined && asWords) textFiles.set(textName, asWords)
  for (const [name, file] of textFiles) {
    const shown = open?.values[name] ?? ''
    const said = typed[name] ?? ''
    if (said.trim() !== '' && said !== shown) {
      mistakes[name] = `Either write it here or attach ${file.name}, not both.`
    } else if (file.isText) {
      try {
        values[name] = await wordsIn(file)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        mistakes[name] = [error.message, error.wayOut].filter(Boolean).join(' ')
      }
    } else {
      mistakes[name] = `${file.name} is not a text file: attach a .txt file.`
    }
  }

  const media = uploads.filter((file) => textName === undefined || file !== asWords)
  return { values, typed, mistakes, files: media.length > 0 ? media : (open?.files ?? []) }
}

interface Entry {
  id: string
  value: string | string[] | boolean | null
}

/** Labels, and the rows of older clients. */
function componentsIn({ components }: APIModalSubmission): Entry[] {
  return components.flatMap((component) => {
    const inner =
      'component' in component ? [component.component] : 'components' in component ? component.components : []
    return inner.map((one) => ({ id: one.custom_id, value: 'values' in one ? one.values : one.value }))
  })
}

const asText = (value: Entry['value']): string =>
  typeof value === 'string' ? value.replace(/\r\n?/g, '\n') : Array.isArray(value) ? value.join(', ') : ''

function filesOf(value: Entry['value'], { resolved }: APIModalSubmission): DiscordFile[] {
  const attachments: Record<string, APIAttachment> = resolved?.attachments ?? {}
  return (Array.isArray(value) ? value : []).flatMap((id) => {
    const attachment = attachments[id]
    return attachment ? [incomingFile(attachment)] : []
  })
}

/** The text that an attached .txt file stands for: the form's first. */
function mainText(open: OpenForm | undefined, entries: readonly Entry[]): string | undefined {
  const texts = open
    ? open.form.fields.flatMap((field) => (field.kind === 'text' && field.multiline ? [field.name] : []))
    : entries.flatMap(({ id }) => (id === `${KIND.text}.text` ? ['text'] : []))
  return texts[0]
}

const fieldOf = (form: Form | undefined, name: string): Field | undefined =>
  form?.fields.find((one) => one.name === name)

/** Where there are too many options to list, one types their names; what stood there already means what it meant. */
function chosenByWords(typed: string, field: Field | undefined): string[] {
  if (field?.kind !== 'choice' && field?.kind !== 'choices') return [typed]
  const { options } = field
  const chosen =
    field.kind === 'choices' ? (field.values ?? []) : field.value === undefined ? [] : [field.value]
  const shown = choiceWords(field)
  if (typed === (shown.length > TEXT_INPUT ? '' : shown)) return chosen
  return (field.kind === 'choices' ? typed.split(',') : [typed])
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => optionFor(one, options))
}

function optionFor(typed: string, options: readonly Option[]): string {
  const wanted = typed.toLowerCase()
  const found =
    options.find(({ value }) => value.toLowerCase() === wanted) ??
    options.find(({ label }) => label.trim().toLowerCase() === wanted)
  return found?.value ?? typed
}
