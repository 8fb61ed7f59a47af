/** A button's or select's id: 1 to 100 characters (discord/discord-api-spec, specs/openapi.json, `custom_id`). */
export const CUSTOM_ID = 100

/**
 * The line is the id, readable as it is. What must be told besides stands in characters for private use, which nobody
 * types: the line's first space becomes one that counts (ids must be unique in a message), or that asks first.
 */
const COUNTED = 0xe000
const ASKED = 0xe100
const COPIES = 0x100
const CHAT = '\ue3fd'
const OWN = '\ue3fe'
const MARKED = /[\ue000-\ue3ff]/
/** What an id cannot be trusted to bring back as it was. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the ones
const UNFIT = /[\u0000-\u001f\u007f-\u009f\ue000-\ue3ff]/

export interface Pressed {
  line: string
  /** Must the person confirm before the line is said? */
  confirm: boolean
  /** The guild that the message was about, where it was sent as a direct message. */
  chat: string | undefined
}

/** Can an id carry this line, whichever copy of it, with or without a question first? */
export const carries = (line: string): boolean =>
  isOwn(line)
    ? line.length <= CUSTOM_ID
    : line.trim() !== '' &&
      !UNFIT.test(line) &&
      line.isWellFormed() &&
      line.length <= (line.includes(' ') ? CUSTOM_ID : CUSTOM_ID - 1)

/**
 * @param copy the how-manieth id with this line in its message, from 0
 * @param chat a guild's id, for direct messages; left out where there is no room (then the person's home guild counts)
 */
export function lineToId(
  line: string,
  { copy = 0, confirm = false, chat }: { copy?: number; confirm?: boolean; chat?: string | undefined } = {},
): string {
  if (isOwn(line)) return line
  const counted = copy === 0 && !confirm ? line : mark(line, (confirm ? ASKED : COUNTED) + (copy % COPIES))
  const suffix = chat === undefined || !/^\d+$/.test(chat) ? '' : CHAT + BigInt(chat).toString(36)
  return counted.length + suffix.length <= CUSTOM_ID ? counted + suffix : counted
}

/** What `lineToId` wrote. */
export function idToLine(id: string): Pressed {
  const [counted = '', guild] = id.split(CHAT)
  const at = counted.search(MARKED)
  const chat = guild === undefined ? undefined : fromBase36(guild)
  if (at < 0) return { line: counted, confirm: false, chat }
  const confirm = counted.charCodeAt(at) >= ASKED
  const line =
    at === counted.length - 1 ? counted.slice(0, -1) : `${counted.slice(0, at)} ${counted.slice(at + 1)}`
  return { line, confirm, chat }
}

/** Ids that the surface answers itself, without the front desk: `open k3m9px`. */
export const ownId = (...words: readonly string[]): string => OWN + words.join(' ')
export const isOwn = (id: string): boolean => id.startsWith(OWN)
export const ownWords = (id: string): string[] => id.slice(OWN.length).split(' ')

function mark(line: string, code: number): string {
  const character = String.fromCharCode(code)
  const space = line.indexOf(' ')
  return space < 0 ? line + character : line.slice(0, space) + character + line.slice(space + 1)
}

const fromBase36 = (digits: string): string =>
  [...digits].reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36) || 0), 0n).toString()
