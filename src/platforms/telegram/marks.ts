/** https://core.telegram.org/bots/api#messageentity: `offset` and `length` in UTF-16 code units, as strings have them. */
export interface MessageEntity {
  type: 'bold' | 'italic' | 'strikethrough' | 'spoiler' | 'code' | 'text_link'
  offset: number
  length: number
  url?: string
}

/**
 * Text with light marks as a text and its entities: `**bold**`, `__italic__`, `~~struck~~`, `||hidden||`, `` `code` `` and
 * `[words](https://…)`. A mark without its other half stays what it is, so nothing needs escaping.
 */
export function readMarks(marked: string): { text: string; entities: MessageEntity[] } {
  const entities: MessageEntity[] = []
  return { text: unmark(marked, 0, entities), entities: entities.sort((a, b) => a.offset - b.offset) }
}

const MARK = new RegExp(
  [
    String.raw`\*\*(?<bold>\S(?:.*?\S)?)\*\*`,
    String.raw`__(?<italic>\S(?:.*?\S)?)__`,
    String.raw`~~(?<strikethrough>\S(?:.*?\S)?)~~`,
    String.raw`\|\|(?<spoiler>\S(?:.*?\S)?)\|\|`,
    '`(?<code>[^`\n]+)`',
    String.raw`\[(?<words>[^\]\n]+)\]\((?<url>https?://[^\s)]+)\)`,
  ].join('|'),
  'gsu',
)
const NESTING = ['bold', 'italic', 'strikethrough', 'spoiler'] as const

function unmark(marked: string, before: number, entities: MessageEntity[]): string {
  let text = ''
  let rest = 0
  for (const match of marked.matchAll(MARK)) {
    text += marked.slice(rest, match.index)
    rest = match.index + match[0].length
    const { code, words, url, ...found } = match.groups ?? {}
    const offset = before + text.length
    const add = (inner: string, entity: Pick<MessageEntity, 'type' | 'url'>): void => {
      if (inner !== '') entities.push({ ...entity, offset, length: inner.length })
      text += inner
    }
    if (code !== undefined) add(code, { type: 'code' })
    else if (words !== undefined && url !== undefined)
      add(unmark(words, offset, entities), { type: 'text_link', url })
    else {
      const type = NESTING.find((one) => found[one] !== undefined)
      if (type) add(unmark(found[type] ?? '', offset, entities), { type })
    }
  }
  return text + marked.slice(rest)
}
