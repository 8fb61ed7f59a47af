import type { Block, Message, Span } from './message.ts'

/** The message as it may be kept: secrets that are shown once are gone from it. The same object where it holds none. */
export function withoutSecrets(message: Message): Message {
  const blocks = message.blocks.map(blockWithout)
  return blocks.every((block, index) => block === message.blocks[index]) ? message : { ...message, blocks }
}

function blockWithout(block: Block): Block {
  switch (block.type) {
    case 'text':
    case 'note':
      return block.spans.some(isSecret) ? { ...block, spans: block.spans.map(spanWithout) } : block
    case 'facts':
      return block.facts.some((fact) => fact.value.some(isSecret))
        ? { ...block, facts: block.facts.map((fact) => ({ ...fact, value: fact.value.map(spanWithout) })) }
        : block
    case 'list':
      return block.items.some((item) => item.some(isSecret))
        ? { ...block, items: block.items.map((item) => item.map(spanWithout)) }
        : block
    case 'heading':
    case 'quote':
    case 'image':
    case 'divider':
    case 'buttons':
    case 'select':
      return block
    default:
      return block satisfies never
  }
}

const isSecret = (span: Span): boolean => span.type === 'code' && span.once === true
const spanWithout = (span: Span): Span => (isSecret(span) ? { type: 'italic', text: 'shown once' } : span)
