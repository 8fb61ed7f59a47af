import type { APIAttachment } from 'discord.js'
import type { IncomingFile } from '../../app/surface.ts'
import { UserError } from '../../kit/user-error.ts'

/** The largest file that Discord takes from anybody (server boosts and Nitro): discord-api-docs, "Uploading files". */
const INCOMING_BYTES = 500 * 1024 * 1024
/** A text of 63,000 characters has at most four bytes for each. */
const TEXT_FILE_BYTES = 1024 * 1024
const FETCH_MS = 60_000

/** A file as Discord hands it over: an address that lives for about a day. */
export interface DiscordFile extends IncomingFile {
  /** Can it be the text of a post, rather than media? */
  isText: boolean
  /** As Discord told of it. */
  attachment: APIAttachment
}

/** Bytes are fetched on the first call and kept for the next. */
export function incomingFile(attachment: APIAttachment): DiscordFile {
  let fetched: Promise<Uint8Array> | undefined
  return {
    name: attachment.filename,
    isText: isTextFile(attachment),
    attachment,
    ...(attachment.description && { alt: attachment.description }),
    bytes: () => {
      fetched ??= fetchBytes(attachment)
      return fetched
    },
    open: () => openAttachment(attachment),
  }
}

/** The words in a text file, as UTF-8. @throws UserError where it is no such text */
export async function wordsIn(file: IncomingFile): Promise<string> {
  const bytes = await file.bytes()
  if (bytes.length > TEXT_FILE_BYTES) {
    throw new UserError(`${file.name} is too long for a text (${Math.ceil(bytes.length / 1024)} kB).`, {
      wayOut: 'Attach at most 1 MB.',
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n')
  } catch (cause) {
    throw new UserError(`${file.name} is not plain text.`, {
      wayOut: 'Save it as UTF-8 text and attach it again.',
      cause,
    })
  }
}

const isTextFile = ({ filename, content_type: type }: APIAttachment): boolean =>
  /\.(txt|text|md|markdown)$/i.test(filename) || (type ?? '').startsWith('text/plain')

const fetchBytes = async (attachment: APIAttachment): Promise<Uint8Array> =>
  Buffer.concat(await Array.fromAsync(await openAttachment(attachment)))

async function openAttachment({ url, filename, size }: APIAttachment): Promise<AsyncIterable<Uint8Array>> {
  if (size > INCOMING_BYTES) {
    throw new UserError(`${filename} is too large.`, { wayOut: 'Attach at most 500 MB.' })
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) }).catch((cause: unknown) => {
    throw new UserError(`${filename} could not be fetched from Discord.`, {
      wayOut: 'Attach it again.',
      cause,
    })
  })
  if (!response.ok || !response.body) {
    throw new UserError(`${filename} could not be fetched from Discord (${response.status}).`, {
      wayOut: 'Attach it again.',
    })
  }
  return atMost(response.body, filename)
}

async function* atMost(body: AsyncIterable<Uint8Array>, filename: string): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > INCOMING_BYTES) {
      throw new UserError(`${filename} is too large.`, { wayOut: 'Attach at most 500 MB.' })
    }
    yield chunk
  }
}
