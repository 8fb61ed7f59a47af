import type {
  APIComponentInLabel,
  APILabelComponent,
  APIModalInteractionResponseCallbackData,
  APITextDisplayComponent,
} from 'discord.js'
import type { Field, Form, FormValues, Option } from '../../message/form.ts'
import { CUSTOM_ID, ownId } from './custom-id.ts'
import type { DiscordFile } from './files.ts'
import { drawSpans, escapeMarkdown, onOneLine, shortened } from './markdown.ts'

/** discord-api-docs, "Modal"; OpenAPI, ModalInteractionCallbackRequestData (which would take forty components). */
const MODAL_TITLE = 45
export const MODAL_COMPONENTS = 5
/** OpenAPI, LabelComponentForModalRequest. */
const LABEL = 45
const LABEL_DESCRIPTION = 100
/** OpenAPI, TextInputComponentForModalRequest. */
export const TEXT_INPUT = 4000
const INPUT_PLACEHOLDER = 100
/** OpenAPI, StringSelectComponentForModalRequest and StringSelectOptionForRequest. */
const SELECT_OPTIONS = 25
const OPTION_TEXT = 100
/** OpenAPI, FileUploadComponentForModalRequest. */
const UPLOADS = 10
/** OpenAPI, TextDisplayComponentForModalRequest takes 4,000; people read less before a form. */
const INTRO = 1000

const TYPE = { select: 3, input: 4, text: 10, label: 18, upload: 19, checkbox: 23 } as const
const SHORT = 1
const PARAGRAPH = 2

/** A form that somebody has in front of them, or may open again. */
export interface OpenForm {
  id: string
  /** Discord's id of the person it belongs to. */
  person: string
  form: Form
  steps: Step[]
  /** Which of `steps` comes next. */
  at: number
  /** What was given so far, from the form itself and from the steps behind. */
  values: FormValues
  files: readonly DiscordFile[]
}

/** What one modal asks for. */
interface Step {
  fields: readonly Field[]
  intro: boolean
  /** The text that may come as a file instead: 63,000 characters do not fit into a modal's 4,000. */
  textFile: string | undefined
}

/**
 * What each component is, said by its own id, so that a modal which outlives a restart can still be read:
 * `t.text` is the text of the field `text`.
 */
export const KIND = {
  text: 't',
  secret: 's',
  choice: 'c',
  choices: 'm',
  /** One of so many options that it is typed. */
  typedChoice: 'o',
  typedChoices: 'p',
  flag: 'f',
  files: 'u',
  textFile: 'x',
} as const

/** @param again only the steps that hold mistakes are asked: the rest was given, and is kept */
export const openForm = (
  id: string,
  person: string,
  form: Form,
  { files = [], again = false }: { files?: readonly DiscordFile[]; again?: boolean } = {},
): OpenForm => {
  const steps = stepsOf(form)
  const mistaken = steps.filter(({ fields }) => fields.some(({ name }) => form.errors?.[name] !== undefined))
  const asked = again && mistaken.length > 0 && !form.errors?.[''] ? mistaken : steps
  return { id, person, form, steps: asked, at: 0, values: valuesOf(form), files }
}

/** The modal of the step that comes next. */
export function modalOf(open: OpenForm): APIModalInteractionResponseCallbackData {
  const { form, steps, at } = open
  const step = steps[at] ?? { fields: [], intro: true, textFile: undefined }
  const introduction = introOf(form)
  const asText = step.intro && introduction !== ''
  const folded = at === 0 && introduction !== '' && !step.intro ? introduction : undefined
  const numbered = steps.length > 1 ? ` (${at + 1}/${steps.length})` : ''
  const components: APIModalInteractionResponseCallbackData['components'] = [
    ...(asText ? [{ type: TYPE.text, content: introduction } as const] : []),
    ...step.fields.map((field, index) => drawField(field, open, step, index === 0 ? folded : undefined)),
    ...(step.textFile === undefined ? [] : [drawTextFile(step.textFile)]),
  ]
  return {
    custom_id: modalId(open),
    title: shortened(onOneLine(form.title) || 'Crier', MODAL_TITLE - numbered.length) + numbered,
    components: components.length > 0 ? components : [{ type: TYPE.text, content: introduction || 'Ready?' }],
  }
}

/** What a form holds before anybody touches it. Secrets are never kept. */
function valuesOf({ fields }: Form): FormValues {
  const values: FormValues = {}
  for (const field of fields) {
    switch (field.kind) {
      case 'text':
      case 'when':
      case 'choice':
        if (field.value !== undefined) values[field.name] = field.value
        break
      case 'choices':
        if (field.values !== undefined) values[field.name] = field.values
        break
      case 'flag':
        if (field.value !== undefined) values[field.name] = field.value
        break
      case 'secret':
      case 'files':
        break
      default:
        throw new TypeError(`No such field: ${JSON.stringify(field satisfies never)}`)
    }
  }
  return values
}

/**
 * The modal's own id. A form of one step carries its hidden values, where they fit: then it can be submitted even if
 * Crier was started anew in between.
 */
function modalId({ id, form, steps }: OpenForm): string {
  const bare = ownId('form', id, form.command)
  const tooLongToShow = form.fields.some((field) => isLong(field))
  if (steps.length !== 1 || tooLongToShow) return bare
  const whole = `${bare} ?${new URLSearchParams(form.hidden)}`
  return whole.length <= CUSTOM_ID ? whole : bare
}

function stepsOf(form: Form): Step[] {
  const count = Math.max(1, Math.ceil(form.fields.length / MODAL_COMPONENTS))
  const hasFiles = form.fields.some(({ kind }) => kind === 'files')
  const steps: Step[] = Array.from({ length: count }, (_, index) => ({
    fields: form.fields.slice(index * MODAL_COMPONENTS, (index + 1) * MODAL_COMPONENTS),
    intro: false,
    textFile: undefined,
  }))
  return steps.map((step, index) => {
    const long = step.fields.find((field) => field === mainText(form))
    const room = MODAL_COMPONENTS - step.fields.length
    const textFile = long && !hasFiles && room > 0 ? long.name : undefined
    return { ...step, textFile, intro: index === 0 && room - (textFile === undefined ? 0 : 1) > 0 }
  })
}

/** The text that may come as a file: the form's first long one. */
const mainText = ({ fields }: Form): Field | undefined =>
  fields.find((field) => field.kind === 'text' && field.multiline)

const introOf = ({ intro = [], errors }: Form): string => {
  const mistake = errors?.['']
  const words = drawSpans(intro, INTRO, new Map()).text
  return [
    ...(mistake ? [drawSpans([{ type: 'plain', text: mistake }], INTRO, new Map()).text] : []),
    ...(words.trim() ? [words] : []),
  ].join('\n')
}

function drawField(
  field: Field,
  open: OpenForm,
  step: Step,
  intro: string | undefined,
): APILabelComponent | APITextDisplayComponent {
  if ((field.kind === 'choice' || field.kind === 'choices') && field.options.length === 0) {
    return {
      type: TYPE.text,
      content: `**${escapeMarkdown(onOneLine(field.label))}**: nothing to choose from yet`,
    }
  }
  const mistake = open.form.errors?.[field.name]
  const hint = mistake
    ? `⚠ ${mistake}`
    : [field.hint ?? hintFor(field, open, step), intro].filter(Boolean).join(' ')
  return {
    type: TYPE.label,
    label: shortened(onOneLine(field.label) || field.name, LABEL),
    ...(onOneLine(hint) !== '' && { description: shortened(onOneLine(hint), LABEL_DESCRIPTION) }),
    component: drawInput(field, open, step),
  }
}

function hintFor(field: Field, { files }: OpenForm, step: Step): string {
  switch (field.kind) {
    case 'files':
      if (files.length > 0) return `${files.length} kept; attach only what is to replace them`
      return step.fields.some(({ kind }) => kind === 'text')
        ? 'Pictures or video; a .txt file becomes the text'
        : ''
    case 'secret':
      return 'Only Crier gets this'
    case 'choice':
    case 'choices':
      return selectable(field.options) ? '' : `One of: ${field.options.map(({ label }) => label).join(', ')}`
    case 'text':
      return isLong(field)
        ? 'Too long to show here; it stays as it is unless you write or attach another'
        : ''
    case 'when':
    case 'flag':
      return ''
    default:
      return field satisfies never
  }
}

function drawInput(field: Field, { form, files }: OpenForm, step: Step): APIComponentInLabel {
  const { required } = field
  switch (field.kind) {
    case 'text':
    case 'when': {
      const multiline = field.kind === 'text' && field.multiline
      const mayComeAsFile = field === mainText(form) && (step.textFile === field.name || hasUpload(step))
      return {
        type: TYPE.input,
        custom_id: `${KIND.text}.${field.name}`,
        style: multiline ? PARAGRAPH : SHORT,
        required: required && !mayComeAsFile && !isLong(field),
        max_length: TEXT_INPUT,
        ...(field.value && !isLong(field) && { value: field.value.toWellFormed() }),
        ...placeholderOf(field.placeholder),
      }
    }
    case 'secret':
      return {
        type: TYPE.input,
        custom_id: `${KIND.secret}.${field.name}`,
        style: SHORT,
        required,
        max_length: TEXT_INPUT,
      }
    case 'choice':
      return selectable(field.options)
        ? {
            type: TYPE.select,
            custom_id: `${KIND.choice}.${field.name}`,
            required,
            min_values: required ? 1 : 0,
            max_values: 1,
            options: optionsOf(field.options, new Set(field.value === undefined ? [] : [field.value])),
          }
        : typed(`${KIND.typedChoice}.${field.name}`, required, choiceWords(field))
    case 'choices':
      return selectable(field.options)
        ? {
            type: TYPE.select,
            custom_id: `${KIND.choices}.${field.name}`,
            required,
            min_values: required ? 1 : 0,
            max_values: field.options.length,
            options: optionsOf(field.options, new Set(field.values)),
          }
        : typed(`${KIND.typedChoices}.${field.name}`, required, choiceWords(field))
    case 'flag':
      return { type: TYPE.checkbox, custom_id: `${KIND.flag}.${field.name}`, default: field.value ?? false }
    case 'files':
      return {
        type: TYPE.upload,
        custom_id: `${KIND.files}.${field.name}`,
        required: required && files.length === 0,
        min_values: required && files.length === 0 ? 1 : 0,
        max_values: UPLOADS,
      }
    default:
      return field satisfies never
  }
}

const drawTextFile = (name: string): APILabelComponent => ({
  type: TYPE.label,
  label: 'More than 4,000 characters?',
  description: 'Attach the text as a .txt file instead of typing it',
  component: {
    type: TYPE.upload,
    custom_id: `${KIND.textFile}.${name}`,
    required: false,
    min_values: 0,
    max_values: 1,
  },
})

const hasUpload = ({ fields }: Step): boolean => fields.some(({ kind }) => kind === 'files')

/** Does a text not fit into a modal? Then it is neither shown nor lost. */
export const isLong = (field: Field): boolean =>
  (field.kind === 'text' || field.kind === 'when') && (field.value?.length ?? 0) > TEXT_INPUT

/** Can Discord list these options? Else they are typed. */
const selectable = (options: readonly Option[]): boolean =>
  options.length > 0 &&
  options.length <= SELECT_OPTIONS &&
  new Set(options.map(({ value }) => value)).size === options.length &&
  options.every(({ value }) => value.length > 0 && value.length <= OPTION_TEXT)

/** What is chosen, in the words that people know, where it is typed instead of picked. */
export function choiceWords(field: Extract<Field, { kind: 'choice' | 'choices' }>): string {
  const chosen =
    field.kind === 'choices' ? (field.values ?? []) : field.value === undefined ? [] : [field.value]
  return chosen
    .map((value) => onOneLine(field.options.find((option) => option.value === value)?.label ?? '') || value)
    .join(', ')
    .toWellFormed()
}

const optionsOf = (options: readonly Option[], chosen: ReadonlySet<string>) =>
  options.map(({ label, value, hint }) => ({
    label: shortened(onOneLine(label) || value, OPTION_TEXT),
    value,
    ...(hint && onOneLine(hint) && { description: shortened(onOneLine(hint), OPTION_TEXT) }),
    ...(chosen.has(value) && { default: true }),
  }))

const typed = (id: string, required: boolean, value: string): APIComponentInLabel => ({
  type: TYPE.input,
  custom_id: id,
  style: SHORT,
  required,
  max_length: TEXT_INPUT,
  ...(value && value.length <= TEXT_INPUT && { value }),
})

const placeholderOf = (words: string | undefined): { placeholder?: string } =>
  words && onOneLine(words) ? { placeholder: shortened(onOneLine(words), INPUT_PLACEHOLDER) } : {}
