import type { Message, Span } from './message.ts'

/** Every piece of running text in a message, in order: what is asked of it is whom it names. */
export const spansIn = ({ blocks }: Message): Span[] =>
  blocks.flatMap((block) => {
    switch (block.type) {
      case 'text':
      case 'note':
        return block.spans
      case 'facts':
        return block.facts.flatMap(({ value }) => value)
      case 'list':
        return block.items.flat()
      case 'heading':
      case 'quote':
      case 'image':
      case 'divider':
      case 'buttons':
      case 'select':
        return []
      default:
        return block satisfies never
    }
  })
