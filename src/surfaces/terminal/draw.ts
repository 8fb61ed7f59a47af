import type { Block, Message } from '../../message/message.ts'
import { type PlainTextOptions, plainBlock, plainText } from '../../message/plain-text.ts'

/** Select Graphic Rendition (ECMA-48, 8.3.117): on and off. */
const SGR = { bold: [1, 22], dim: [2, 22], cyan: [36, 39], green: [32, 39], red: [31, 39] } as const
type Style = keyof typeof SGR

/**
 * A message for a terminal: plain text, with colour where the output is one. What people wrote is cleaned of control
 * characters before any of ours are put around it.
 */
export function drawMessage(message: Message, options: PlainTextOptions & { colour: boolean }): string {
  if (!options.colour) return plainText(message, options)
  return message.blocks
    .map((block, index) => `${block.type === 'heading' && index > 0 ? '\n' : ''}${drawBlock(block, options)}`)
    .join('\n')
}

function drawBlock(block: Block, options: PlainTextOptions): string {
  const plain = plainBlock(block, options)
  switch (block.type) {
    case 'heading':
      return paint('bold', plain)
    case 'note':
    case 'divider':
    case 'image':
      return paint('dim', plain)
    case 'quote':
      return lines(plain, (line) => line.replace(/^> ?/, `${paint('green', '┃')} `))
    case 'facts':
      return lines(plain, (line) => line.replace(/^[^ :][^:]*:/, (label) => paint('dim', label)))
    case 'buttons':
      return block.buttons
        .map((button) => {
          const [label, line] = [`[${button.label}]`, button.line].map((words) =>
            plainBlock({ type: 'heading', text: words }),
          )
          return `${paint(button.style === 'danger' ? 'red' : 'cyan', label ?? '')} ${paint('dim', line ?? '')}`
        })
        .join('\n')
    case 'text':
    case 'list':
    case 'select':
      return plain
    default:
      throw new TypeError(`No such block: ${JSON.stringify(block satisfies never)}`)
  }
}

export function paint(style: Style, text: string): string {
  const [on, off] = SGR[style]
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`
}

const lines = (text: string, change: (line: string) => string): string =>
  text.split('\n').map(change).join('\n')
