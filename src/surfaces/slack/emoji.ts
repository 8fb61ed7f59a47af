import { EMOJI_NAMES } from './emoji-names.ts'

let byName: Map<string, string> | undefined

/** Slack's `:tada:` as 🎉. A team's own emoji, and what merely looks like one, stay as they are. */
export function withEmoji(text: string): string {
  if (!/:[a-z0-9_+'-]+:/.test(text)) return text
  byName ??= readNames()
  const known = byName
  return text.replace(
    /(?<!\w):([a-z0-9_+'-]+):(?::(skin-tone-[2-6]):)?(?!\w)/g,
    (whole, name: string, tone?: string) => {
      const emoji = known.get(name)
      if (emoji === undefined) return whole
      return tone ? toned(emoji, known.get(tone) ?? '') : emoji
    },
  )
}

/** Code points in hex, as Slack's rich text carries them: `1f44d-1f3fb`. */
export const emojiOf = (unicode: string): string =>
  String.fromCodePoint(...unicode.split('-').map((point) => Number.parseInt(point, 16)))

/** A skin tone stands behind the person or the hand, in the place of the sign that asks for colour. */
function toned(emoji: string, tone: string): string {
  const [first = '', ...rest] = [...emoji]
  return [first, tone, ...(rest[0] === '\ufe0f' ? rest.slice(1) : rest)].join('')
}

const readNames = (): Map<string, string> =>
  new Map(
    EMOJI_NAMES.replaceAll('\n', '')
      .split(';')
      .flatMap((row) => {
        const [unicode = '', ...names] = row.split(' ')
        return names.map((name) => [name, emojiOf(unicode)] as const)
      }),
  )
