import { emojiOf } from './emoji.ts'
import type { ReadAs } from './slack-text.ts'

/** One node of the rich text that Slack adds to what people write. */
interface Node {
  type?: string
  text?: string
  url?: string
  name?: string
  unicode?: string
  user_id?: string
  channel_id?: string
  range?: string
  elements?: Node[]
}

/**
 * What somebody wrote, without the signs that only mean bold or a list in Slack. Undefined where there is no rich text:
 * then the text with its mark-up is all there is.
 */
export function richWords(blocks: unknown, as: ReadAs): string | undefined {
  if (!Array.isArray(blocks)) return undefined
  const rich = (blocks as Node[]).find(({ type }) => type === 'rich_text')
  const parts = (rich?.elements ?? []).map((part) => {
    if (part.type === 'rich_text_list')
      return (part.elements ?? []).map((item) => `• ${inline(item, as)}`).join('\n')
    return inline(part, as).replace(/\n$/, '')
  })
  return parts.length > 0 ? parts.join('\n') : undefined
}

const inline = (node: Node, as: ReadAs): string =>
  (node.elements ?? []).map((one) => wordsOf(one, as)).join('')

function wordsOf(node: Node, as: ReadAs): string {
  switch (node.type) {
    case 'link':
      return !node.text || node.url?.endsWith(node.text)
        ? (node.text ?? node.url ?? '')
        : `${node.text} (${node.url})`
    case 'emoji':
      return node.unicode ? emojiOf(node.unicode) : `:${node.name}:`
    case 'user':
      return as.person(node.user_id ?? '')
    case 'channel':
      return as.channel(node.channel_id ?? '', '')
    case 'broadcast':
      return `@${node.range}`
    default:
      return node.text ?? ''
  }
}
