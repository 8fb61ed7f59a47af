/** Slack's three control characters; with them written out, no text can become a link, a mention or a broadcast. */
export const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Line breaks as `\n`, without control characters and halves of characters, which Slack's API refuses. */
export const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what is left out
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The last place at or before `max` (UTF-16 units) where a text can be cut without splitting what people see as one sign. */
export function cutPoint(text: string, max: number): number {
  if (text.length <= max) return text.length
  const at = graphemes.segment(text).containing(max)?.index ?? max
  if (at > 0) return at
  // One sign longer than the limit (a letter under thousands of accents): only its halves of characters stay together.
  return max > 1 && text.codePointAt(max - 1) !== text.charCodeAt(max - 1) ? max - 1 : max
}

/** At most `max` characters; what is cut ends in "…". */
export const shorten = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, cutPoint(text, max - 1))}…`

/** Escaped, and at most `max` characters so: an entity is never cut in half. */
export function shortenEscaped(text: string, max: number): string {
  const whole = escapeSlack(text)
  if (whole.length <= max) return whole
  let low = 0
  let high = Math.min(text.length, max)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (escapeSlack(text.slice(0, middle)).length <= max - 1) low = middle
    else high = middle - 1
  }
  return `${escapeSlack(text.slice(0, cutPoint(text, low)))}…`
}

/** How people and channels that were mentioned are written. */
export interface ReadAs {
  /** The words for `<@U…>`. */
  person(id: string): string
  /** The words for `<#C…|name>`. */
  channel(id: string, name: string): string
}

/** What a person typed, as they meant it: Slack's entities, links, mentions and channels as words. */
export function readSlackText(text: string, as: ReadAs): string {
  return text
    .replace(/<([^<>]*)>/g, (_, inner: string) => {
      const bar = inner.indexOf('|')
      const target = bar < 0 ? inner : inner.slice(0, bar)
      const label = bar < 0 ? '' : inner.slice(bar + 1)
      if (target.startsWith('@')) return as.person(target.slice(1))
      if (target.startsWith('#')) return as.channel(target.slice(1), label)
      if (target.startsWith('!')) return label || `@${target.slice(1).replace(/\^.*/, '')}`
      const typed = target.replace(/^(mailto|tel):/, '')
      // Slack writes a typed `example.com` as `<http://example.com|example.com>`: what was typed is the label.
      if (label === '' || label === typed) return typed
      return target.replace(/^https?:\/\//, '').replace(/\/$/, '') === label ? label : `${label} (${typed})`
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
