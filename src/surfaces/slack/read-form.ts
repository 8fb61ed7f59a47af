import type { InputBlock, KnownBlock, ModalView } from '@slack/types'
import type { Form, FormValues } from '../../message/form.ts'
import { continuation } from './draw-form.ts'
import { plainElement } from './draw-message.ts'
import { withEmoji } from './emoji.ts'
import type { SentFile } from './files.ts'
import { type FieldId, isMistake, type Metadata, readBlockId, readingId, readMetadata } from './form-ids.ts'
import { BLOCK_TEXT, VIEW_BLOCKS } from './limits.ts'

/** A view as Slack sends it back. */
export interface SentView {
  id: string
  callback_id: string
  private_metadata: string
  title: ModalView['title']
  submit?: ModalView['submit'] | null
  close?: ModalView['close'] | null
  blocks: KnownBlock[]
  state?: { values: Record<string, Record<string, InputState>> }
}

/** What stands in one input. */
interface InputState {
  type?: string
  value?: string | null
  selected_option?: { value: string } | null
  selected_options?: { value: string }[] | null
  files?: SentFile[] | null
}

export interface Submitted extends Metadata {
  /** The hidden values too. */
  values: FormValues
  /** The files that were attached, and those that came with the message. */
  files: SentFile[]
}

/** What somebody submitted, as the command's arguments. @throws Error for a view that is no form of ours. */
export function readForm(view: SentView): Submitted {
  const { command, hidden, place } = readMetadata(view.private_metadata)
  const values: FormValues = { ...hidden }
  const files: SentFile[] = (place.files ?? []).map((id) => ({ id }))
  const kinds = new Map<string, string>()
  for (const { field, state, kind } of inputsOf(view)) {
    kinds.set(field.name, kind)
    switch (kind) {
      case 'files':
        files.push(...(state.files ?? []))
        break
      case 'flag':
        values[field.name] = (state.selected_options ?? []).length > 0
        break
      case 'choices':
        values[field.name] = (state.selected_options ?? []).map(({ value }) => value)
        break
      case 'choice':
        values[field.name] = state.selected_option?.value ?? ''
        break
      default:
        values[field.name] = joined(values[field.name], field, state.value ?? '')
    }
  }
  for (const [name, kind] of kinds) if (kind === 'text') values[name] = withEmoji(String(values[name] ?? ''))
  return { command, hidden, place, values, files }
}

function inputsOf(view: SentView): { field: FieldId; kind: string; state: InputState }[] {
  return Object.entries(view.state?.values ?? {})
    .flatMap(([id, actions]) => {
      const field = readBlockId(id)
      const [action] = Object.entries(actions)
      return field && action ? [{ field, kind: action[0], state: action[1] }] : []
    })
    .sort((one, other) => one.field.part - other.field.part)
}

const joined = (before: FormValues[string] | undefined, field: FieldId, value: string): string => {
  if (field.part === 0) return value
  return value === '' ? String(before ?? '') : `${String(before ?? '')}${field.between}${value}`
}

/**
 * The mistakes of a refused form as Slack shows them beside the inputs, with everything typed left as it is.
 * Undefined where they cannot stand there: a mistake of the whole form, a field without an input, another form.
 */
export function errorsBeside(form: Form, view: SentView): Record<string, string> | undefined {
  const ids = new Map(
    view.blocks.flatMap((block) => {
      const field = block.type === 'input' && block.block_id ? readBlockId(block.block_id) : undefined
      return field?.part === 0 ? [[field.name, block.block_id as string] as const] : []
    }),
  )
  const { command, hidden } = readMetadata(view.private_metadata)
  const known = form.fields.filter(({ name }) => ids.has(name)).length
  const same =
    form.command === command &&
    known === ids.size &&
    JSON.stringify(Object.entries(form.hidden).sort()) === JSON.stringify(Object.entries(hidden).sort())
  const mistakes = Object.entries(form.errors ?? {})
  if (!same || mistakes.length === 0 || mistakes.some(([name]) => !ids.has(name))) return undefined
  // A mistake that an earlier answer drew into the view would stay there beside the new one.
  if (view.blocks.some(({ block_id }) => isMistake(block_id))) return undefined
  return Object.fromEntries(mistakes.map(([name, mistake]) => [ids.get(name) ?? name, mistake]))
}

/** The view with one more box for a text, keeping what was typed; undefined where a view holds no more. */
export function withMoreRoom(view: SentView, name: string): ModalView | undefined {
  const at = view.blocks.findLastIndex(({ block_id }) => block_id && readBlockId(block_id)?.name === name)
  const last = view.blocks[at]
  if (last?.type !== 'input' || !last.block_id || view.blocks.length >= VIEW_BLOCKS) return undefined
  const part = (readBlockId(last.block_id)?.part ?? 0) + 1
  const box = continuation({ name, label: last.label.text }, part, '\n')
  return updated(view, view.blocks.map((block) => asTyped(block, view)).toSpliced(at + 1, 0, box))
}

/** The view with a quiet line under a field: how a time was read while it was typed. Undefined takes the line away. */
export function withReading(view: SentView, name: string, reading: string | undefined): ModalView {
  const id = readingId(name)
  const others = view.blocks.filter(({ block_id }) => block_id !== id).map((block) => asTyped(block, view))
  const at = others.findLastIndex(({ block_id }) => block_id && readBlockId(block_id)?.name === name)
  if (reading === undefined) return updated(view, others)
  const line: KnownBlock = {
    type: 'context',
    block_id: id,
    elements: [plainElement(reading, BLOCK_TEXT)],
  }
  return updated(view, others.toSpliced(at + 1, 0, line))
}

const updated = (view: SentView, blocks: KnownBlock[]): ModalView => ({
  type: 'modal',
  callback_id: view.callback_id,
  private_metadata: view.private_metadata,
  title: view.title,
  ...(view.submit ? { submit: view.submit } : {}),
  ...(view.close ? { close: view.close } : {}),
  blocks,
})

/** Slack keeps what was typed where ids stay the same; written as initial values too, it survives any other client. */
function asTyped(block: KnownBlock, view: SentView): KnownBlock {
  if (block.type !== 'input' || !block.block_id) return block
  const [state] = Object.values(view.state?.values[block.block_id] ?? {})
  return state ? { ...block, element: withState(block.element, state) } : block
}

function withState(element: InputBlock['element'], state: InputState): InputBlock['element'] {
  switch (element.type) {
    case 'plain_text_input': {
      const { initial_value: _, ...rest } = element
      return element.action_id === 'secret' || !state.value ? rest : { ...rest, initial_value: state.value }
    }
    case 'radio_buttons': {
      const chosen = element.options.find(({ value }) => value === state.selected_option?.value)
      return chosen ? { ...element, initial_option: chosen } : element
    }
    case 'checkboxes': {
      const { initial_options: _, ...rest } = element
      const values = (state.selected_options ?? []).map(({ value }) => value)
      const chosen = element.options.filter(({ value }) => value !== undefined && values.includes(value))
      return chosen.length > 0 ? { ...rest, initial_options: chosen } : rest
    }
    default:
      return element
  }
}

/** The form's first text of several lines, filled with `words`: a message that somebody turns into a post. */
export function prefilled(form: Form, words: string): Form {
  const first = form.fields.find((field) => field.kind === 'text' && field.multiline)
  return {
    ...form,
    fields: form.fields.map((field) =>
      field === first && field.kind === 'text' ? { ...field, value: words } : field,
    ),
  }
}
