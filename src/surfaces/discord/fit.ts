import { BUTTONS_IN_ROW, COMPONENTS, TEXT_IN_ALL } from './message-limits.ts'
import { asChoice, type Part, selects, type TextPart } from './parts.ts'

/** Beside the parts stand their container, the sign that something was shortened, and the file with everything. */
const ROOM = COMPONENTS - 3

const cost = (part: Part): number =>
  part.kind === 'buttons'
    ? part.buttons.length + Math.ceil(part.buttons.length / BUTTONS_IN_ROW)
    : part.kind === 'select'
      ? 2
      : 1

const costOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + cost(part), 0)

/** Makes parts fit into the number of components: rows become menus, then all menus one, then texts grow together. */
export function fitted(parts: Part[]): { kept: Part[]; left: boolean } {
  let kept = parts
  const widest = () =>
    kept
      .filter((part) => part.kind === 'buttons' && part.buttons.length > 1)
      .sort((a, b) => cost(b) - cost(a))[0]
  for (let row = widest(); costOf(kept) > ROOM && row; row = widest()) {
    const wide = row
    kept = kept.flatMap((part) =>
      part === wide && part.kind === 'buttons' ? selects('What to do…', part.buttons.map(asChoice)) : [part],
    )
  }
  if (costOf(kept) > ROOM) {
    const choices = kept.flatMap((part) =>
      part.kind === 'buttons' ? part.buttons.map(asChoice) : part.kind === 'select' ? part.options : [],
    )
    kept = [
      ...kept.filter(({ kind }) => kind !== 'buttons' && kind !== 'select'),
      ...selects('What to do…', choices),
    ]
  }
  if (costOf(kept) > ROOM) kept = grownTogether(kept.filter(({ kind }) => kind !== 'divider'))
  if (costOf(kept) <= ROOM) return { kept, left: false }

  const isControl = ({ kind }: Part) => kind === 'select' || kind === 'buttons'
  const controls = kept.filter(isControl).slice(0, MOST_MENUS)
  const others = kept.filter((part) => !isControl(part)).slice(0, ROOM - costOf(controls))
  return { kept: [...others, ...controls], left: true }
}

/** Eight menus offer two hundred choices; who needs more needs words. */
const MOST_MENUS = 8

/** Neighbouring texts as one. A quote runs to its text's end, so it closes what it is in. */
function grownTogether(parts: readonly Part[]): Part[] {
  const together: Part[] = []
  for (const part of parts) {
    const last = together.at(-1)
    if (
      part.kind !== 'text' ||
      last?.kind !== 'text' ||
      last.draw(Number.MAX_SAFE_INTEGER).text.includes('>>> ')
    ) {
      together.push(part)
      continue
    }
    together[together.length - 1] = {
      kind: 'text',
      length: last.length + 1 + part.length,
      draw: (max) => {
        const half = Math.floor((max - 1) / 2)
        const first = last.draw(Math.max(half, max - 1 - part.length))
        const second = part.draw(max - 1 - first.text.length)
        return { text: `${first.text}\n${second.text}`, cut: first.cut || second.cut }
      },
    }
  }
  return together
}

/** Deals the room out: short texts stay whole, the long ones share what is left. `kept` characters stay free. */
export function drawTexts(parts: readonly Part[], kept: number): { texts: Map<Part, string>; cut: boolean } {
  const texts = parts.filter((part): part is TextPart => part.kind === 'text')
  const room = TEXT_IN_ALL - kept
  let share = Number.MAX_SAFE_INTEGER
  if (texts.reduce((sum, { length }) => sum + length, 0) > room) {
    let left = room
    const byLength = [...texts].sort((a, b) => a.length - b.length)
    share = 0
    for (const [index, { length }] of byLength.entries()) {
      share = Math.floor(left / (byLength.length - index))
      if (length > share) break
      left -= length
    }
  }
  const drawn = texts.map((part) => [part, part.draw(Math.max(share, 1))] as const)
  return {
    texts: new Map(drawn.map(([part, { text }]) => [part, text])),
    cut: drawn.some(([, { cut }]) => cut),
  }
}
