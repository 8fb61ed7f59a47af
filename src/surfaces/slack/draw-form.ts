import type {
  Checkboxes,
  InputBlock,
  KnownBlock,
  ModalView,
  MultiStaticSelect,
  PlainTextElement,
  PlainTextInput,
  PlainTextOption,
  RadioButtons,
  RichTextElement,
  StaticSelect,
} from '@slack/types'
import type { Field, Form, Option } from '../../message/form.ts'
import { type Message, message, text } from '../../message/message.ts'
import { type DrawOptions, drawMessage, plainElement } from './draw-message.ts'
import { blockId, mistakeId, type Place, partId, roomId, writeMetadata } from './form-ids.ts'
import {
  BLOCK_TEXT,
  FILES,
  GROUP_LABEL,
  HINT,
  INPUT_TEXT,
  LABEL,
  OPTION_GROUPS,
  OPTION_HINT,
  OPTION_TEXT,
  OPTION_VALUE,
  OPTIONS,
  PLACEHOLDER,
  TICKS,
  VIEW_BLOCKS,
  VIEW_TITLE,
} from './limits.ts'
import { parts, run, spanElements } from './rich-text.ts'
import { cutPoint, tidy } from './slack-text.ts'

/** The views' `callback_id`s: a form that can be submitted, and a message shown in a modal. */
export const FORM_VIEW = 'form'
const SHOWN_VIEW = 'shown'
/** The `action_id` of the button that adds a continuation to a text. */
export const ROOM_ACTION = 'room'

/** Boxes of 3,000 characters that all texts of a form may fill: what a view's 100 blocks leave beside a form's other fields. */
const MOST_PARTS = 60

/**
 * A form as a modal. Mistakes stand under their fields, so that a form which is opened or updated shows them too.
 * A text longer than one input holds goes on in more inputs (`Text (continued)`), which `readForm` joins again exactly.
 */
export function drawForm(form: Form, place: Place): ModalView {
  // One field grows, the one that people paste into; a button under each would be in the way.
  const longest = form.fields.find((field) => field.kind === 'text' && field.multiline)
  const fields = form.fields.flatMap((field) => [
    ...fieldBlocks(field, form.errors?.[field.name]),
    ...(field === longest ? [roomButton(field)] : []),
  ])
  const blocks = [
    ...titleInFull(form.title),
    ...(form.errors?.['']
      ? said(`⚠️ ${form.errors['']}`).map((block, index) =>
          index === 0 ? { ...block, block_id: mistakeId('') } : block,
        )
      : []),
    ...(form.intro ? rich(spanElements(form.intro, undefined)) : []),
    ...fields,
  ]
  const boxes = blocks.filter(({ type }) => type === 'input').length
  if (boxes > MOST_PARTS || blocks.length > VIEW_BLOCKS) return tooLong(form, place)
  return {
    ...modal(form.title, FORM_VIEW, writeMetadata({ command: form.command, hidden: form.hidden, place })),
    submit: plainElement(form.submit, VIEW_TITLE),
    close: plainElement('Cancel', VIEW_TITLE),
    blocks,
  }
}

/** A message in a modal, for answers that have no channel to stand in. */
export const drawShown = (shown: Message, place: Place, options: DrawOptions = {}): ModalView => ({
  ...modal('Crier', SHOWN_VIEW, writeMetadata({ command: '', hidden: {}, place })),
  close: plainElement('Close', VIEW_TITLE),
  blocks: atLeastOne(drawMessage(shown, { ...options, maxBlocks: VIEW_BLOCKS }).blocks),
})

/** Opened at once where the answer takes longer than a trigger lives. */
export const drawWaiting = (place: Place): ModalView =>
  drawShown(message(text('One moment: working on it…')), place)

const modal = (title: string, callbackId: string, metadata: string) => ({
  type: 'modal' as const,
  callback_id: callbackId,
  private_metadata: metadata,
  title: plainElement(title, VIEW_TITLE),
})

const atLeastOne = (blocks: KnownBlock[]): KnownBlock[] => (blocks.length > 0 ? blocks : said('Done.'))

const tooLong = (form: Form, place: Place): ModalView => {
  const length = form.fields.reduce(
    (sum, field) => sum + ('value' in field && typeof field.value === 'string' ? field.value.length : 0),
    0,
  )
  return drawShown(
    message(
      text(
        `“${form.title}” holds ${length.toLocaleString('en')} characters, and a form in Slack holds no more than ` +
          `${(MOST_PARTS * INPUT_TEXT).toLocaleString('en')}. Nothing was changed: use Crier’s page or its API for this one.`,
      ),
    ),
    place,
  )
}

/** A title that a modal's 24 characters would cut is said once more in full. */
const titleInFull = (title: string): KnownBlock[] =>
  tidy(title).length > VIEW_TITLE ? rich([run(title, { bold: true })]) : []

const rich = (elements: RichTextElement[]): KnownBlock[] =>
  parts(elements.filter((element) => element.type !== 'text' || element.text !== '')).map((part) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: part }],
  }))

const said = (words: string): KnownBlock[] => rich([run(words)])

function fieldBlocks(field: Field, error: string | undefined): KnownBlock[] {
  const mistake: KnownBlock[] =
    error === undefined
      ? []
      : [
          {
            type: 'context',
            block_id: mistakeId(field.name),
            elements: [plainElement(`⚠️ ${error}`, BLOCK_TEXT)],
          },
        ]
  return [...inputs(field), ...mistake]
}

function inputs(field: Field): KnownBlock[] {
  switch (field.kind) {
    case 'text':
      return field.multiline ? textParts(field) : longLine(field)
    case 'when':
      return [{ ...input(field, { ...textInput('when', field), ...WHILE_TYPING }), dispatch_action: true }]
    case 'secret':
      return [
        input(
          { ...field, hint: field.hint ?? 'Slack shows what you type here; Crier seals it.' },
          textInput('secret', {}),
        ),
      ]
    case 'choice':
      return field.options.length > 0
        ? [input(field, oneOf(field.options, field.value))]
        : nothingToChoose(field)
    case 'choices':
      return field.options.length > 0
        ? [input(field, someOf(field.options, field.values ?? []))]
        : nothingToChoose(field)
    case 'flag': {
      const ticked: PlainTextOption = { text: plainElement(field.label, OPTION_TEXT), value: 'yes' }
      const element: Checkboxes = {
        type: 'checkboxes',
        action_id: 'flag',
        options: [ticked],
        ...(field.value ? { initial_options: [ticked] } : {}),
      }
      return [input({ ...field, required: false }, element)]
    }
    case 'files':
      return [input(field, { type: 'file_input', action_id: 'files', max_files: FILES })]
    default:
      throw new TypeError(`No such field: ${JSON.stringify(field satisfies never)}`)
  }
}

/** Each sign typed is heard, so that a time's reading can be shown before the form is submitted. */
const WHILE_TYPING: Pick<PlainTextInput, 'dispatch_action_config'> = {
  dispatch_action_config: { trigger_actions_on: ['on_character_entered'] },
}

type Labelled = Pick<Field, 'name' | 'label' | 'hint' | 'required'>

const input = (field: Labelled, element: InputBlock['element'], id = blockId(field.name)): InputBlock => ({
  type: 'input',
  block_id: id,
  label: plainElement(field.label, LABEL),
  element,
  optional: !field.required,
  ...(field.hint ? { hint: plainElement(field.hint, HINT) } : {}),
})

function textInput(
  kind: 'text' | 'when' | 'secret',
  { value, multiline, placeholder }: { value?: string; multiline?: boolean; placeholder?: string },
): PlainTextInput {
  return {
    type: 'plain_text_input',
    action_id: kind,
    max_length: INPUT_TEXT,
    ...(multiline ? { multiline } : {}),
    ...(value ? { initial_value: tidy(value) } : {}),
    ...(placeholder ? { placeholder: plainElement(placeholder, PLACEHOLDER) } : {}),
  }
}

type TextField = Extract<Field, { kind: 'text' }>

/** One line, unless what stands in it is longer than an input holds. */
const longLine = (field: TextField): KnownBlock[] =>
  (field.value?.length ?? 0) > INPUT_TEXT ? textParts(field) : [input(field, textInput('text', field))]

function textParts(field: TextField): KnownBlock[] {
  return splitText(tidy(field.value ?? '')).map(({ value, between }, index) =>
    index === 0
      ? input(field, textInput('text', { ...field, value, multiline: true }))
      : continuation(field, index, between, value),
  )
}

/** A further box for a text. `between` is what stood where it was cut, and stands there again when the parts are joined. */
export const continuation = (
  field: Pick<Field, 'name' | 'label'>,
  index: number,
  between: string,
  value = '',
): InputBlock =>
  input(
    { name: field.name, label: `${field.label.replace(/ \(continued\)$/, '')} (continued)`, required: false },
    textInput('text', { value, multiline: true }),
    partId(field.name, index, between),
  )

const roomButton = (field: Labelled): KnownBlock => ({
  type: 'actions',
  block_id: roomId(field.name),
  elements: [
    {
      type: 'button',
      action_id: ROOM_ACTION,
      value: field.name,
      text: plainElement(`More room for “${field.label}”`, OPTION_TEXT),
    },
  ],
})

/** Cut at white space, which Slack would trim from an input: it is kept beside the part instead. */
export function splitText(whole: string): { between: string; value: string }[] {
  const all: { between: string; value: string }[] = []
  let rest = whole
  let between = ''
  while (rest.length > INPUT_TEXT) {
    const space = lastSpace(rest)
    const cut = space?.start ?? cutPoint(rest, INPUT_TEXT)
    all.push({ between, value: rest.slice(0, cut) })
    between = space ? rest.slice(space.start, space.end) : ''
    rest = rest.slice(space?.end ?? cut)
  }
  all.push({ between, value: rest })
  return all
}

/** White space carried in a block's id stays short. */
const MOST_SPACE = 40

function lastSpace(rest: string): { start: number; end: number } | undefined {
  const near = rest.slice(INPUT_TEXT / 2, INPUT_TEXT)
  const runs = [...near.matchAll(/(?<=\S)[ \n\t]+(?=\S)/g)]
  const best = runs.findLast(([space]) => space.includes('\n')) ?? runs.at(-1)
  if (!best || best[0].length > MOST_SPACE) return undefined
  const start = INPUT_TEXT / 2 + best.index
  return { start, end: start + best[0].length }
}

function oneOf(options: readonly Option[], value: string | undefined): RadioButtons | StaticSelect {
  const all = slackOptions(options)
  const chosen = all.find((option) => option.value === value)
  const initial = chosen ? { initial_option: chosen } : {}
  if (all.length <= TICKS) return { type: 'radio_buttons', action_id: 'choice', options: all, ...initial }
  return { type: 'static_select', action_id: 'choice', ...grouped(all), ...initial }
}

function someOf(options: readonly Option[], values: readonly string[]): Checkboxes | MultiStaticSelect {
  const all = slackOptions(options)
  const chosen = all.filter((option) => option.value !== undefined && values.includes(option.value))
  const initial = chosen.length > 0 ? { initial_options: chosen } : {}
  if (all.length <= TICKS) return { type: 'checkboxes', action_id: 'choices', options: all, ...initial }
  return { type: 'multi_static_select', action_id: 'choices', ...grouped(all), ...initial }
}

/** @throws Error for a value that an option cannot carry. */
function slackOptions(options: readonly Option[]): PlainTextOption[] {
  const byValue = new Map(options.map((option) => [option.value, option]))
  return [...byValue.values()].map(({ label, value, hint }) => {
    if (value.length > OPTION_VALUE)
      throw new Error(`An option's value has ${value.length} characters; ${OPTION_VALUE} fit`)
    return {
      text: plainElement(label, OPTION_TEXT),
      value,
      ...(hint ? { description: plainElement(hint, OPTION_HINT) } : {}),
    }
  })
}

/** A select takes 100 options, or 100 groups of 100. */
function grouped(
  all: PlainTextOption[],
):
  | { options: PlainTextOption[] }
  | { option_groups: { label: PlainTextElement; options: PlainTextOption[] }[] } {
  if (all.length <= OPTIONS) return { options: all }
  const groups = Array.from(
    { length: Math.min(OPTION_GROUPS, Math.ceil(all.length / OPTIONS)) },
    (_, index) => {
      const options = all.slice(index * OPTIONS, (index + 1) * OPTIONS)
      const ends = [options[0], options.at(-1)].map((option) => option?.text.text ?? '')
      return { label: plainElement(ends.join(' – '), GROUP_LABEL), options }
    },
  )
  return { option_groups: groups }
}

const nothingToChoose = (field: Labelled): KnownBlock[] => [
  ...rich([run(`${field.label}: `, { bold: true }), run('there is nothing to choose from yet.')]),
  ...(field.hint ? said(field.hint) : []),
]
