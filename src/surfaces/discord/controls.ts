import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIComponentInContainer,
  APIStringSelectComponent,
} from 'discord.js'
import type { Button } from '../../message/message.ts'
import { lineToId, ownId } from './custom-id.ts'
import { CUT, onOneLine, shortened } from './markdown.ts'
import { BUTTON_LABEL, BUTTONS_IN_ROW, OPTION_LABEL, PLACEHOLDER } from './message-limits.ts'
import type { Part, TextPart } from './parts.ts'

/** Discord's own numbers (discord-api-types), so that drawing a message needs none of its library's code. */
const ROW = 1
const BUTTON = 2
const SELECT = 3
const GALLERY = 12
const SEPARATOR = 14
const STYLES = { primary: 1, secondary: 2, danger: 4 } as const

/** Everything that is no text: as Discord's components. */
export function drawPart(
  part: Exclude<Part, TextPart>,
  ids: Copies,
  chat: string | undefined,
): APIComponentInContainer[] {
  switch (part.kind) {
    case 'divider':
      return [{ type: SEPARATOR, divider: true, spacing: 1 }]
    case 'gallery':
      return [{ type: GALLERY, items: part.items }]
    case 'buttons':
      return rowsOf(part.buttons).map((row) => ({
        type: ROW,
        components: row.map((one) => drawButton(one, ids, chat)),
      }))
    case 'select':
      return [drawSelect(part, ids, chat)]
    default:
      return part satisfies never
  }
}

const rowsOf = (buttons: readonly Button[]): Button[][] =>
  Array.from({ length: Math.ceil(buttons.length / BUTTONS_IN_ROW) }, (_, row) =>
    buttons.slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW),
  )

function drawButton(
  { label, line, style, confirm }: Button,
  ids: Copies,
  chat: string | undefined,
): APIButtonComponentWithCustomId {
  return {
    type: BUTTON,
    style: STYLES[style ?? 'secondary'],
    label: labelOf(label, line, BUTTON_LABEL),
    custom_id: lineToId(line, { copy: ids.next(line), confirm: confirm !== undefined, chat }),
  }
}

function drawSelect(
  { placeholder, options }: Extract<Part, { kind: 'select' }>,
  ids: Copies,
  chat: string | undefined,
): APIActionRowComponent<APIStringSelectComponent> {
  const values = new Copies()
  return {
    type: ROW,
    components: [
      {
        type: SELECT,
        custom_id: ownId('select', String(ids.next(ownId('select')))),
        placeholder: labelOf(placeholder, 'Choose…', PLACEHOLDER),
        options: options.map(({ label, line, confirm = false, description }) => ({
          label: labelOf(label, line, OPTION_LABEL),
          value: lineToId(line, { copy: values.next(line), confirm, chat }),
          ...(description &&
            description !== label && { description: labelOf(description, line, OPTION_LABEL) }),
        })),
      },
    ],
  }
}

const labelOf = (label: string, otherwise: string, max: number): string =>
  shortened(onOneLine(label) || onOneLine(otherwise) || CUT, max)

/** How often something was drawn already: ids must differ within a message. */
export class Copies {
  readonly #seen = new Map<string, number>()
  next(line: string): number {
    const copy = this.#seen.get(line) ?? 0
    this.#seen.set(line, copy + 1)
    return copy
  }
}
