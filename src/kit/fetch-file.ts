import { type Agent, fetch } from 'undici'
import { SECOND } from './clock.ts'
import { PrivateAddressError } from './public-network.ts'
import { UserError } from './user-error.ts'

/** A file behind a link. */
export interface FetchedFile {
  /** As the link or the server calls it. */
  name: string
  /** As it comes. @throws UserError as the link itself does */
  body: AsyncIterable<Uint8Array>
}

export interface FetchFileOptions {
  /** Connects to public addresses only. */
  agent: Agent
  /** Bytes that are read at most. */
  largest: number
  /** Milliseconds for all of it. */
  within?: number
}

const REDIRECTS = 5

/**
 * Fetches what is behind a link that a person typed. Redirects are followed one by one, each through the agent, so none
 * leads into a private network.
 *
 * @throws UserError with what is wrong with the link, in words
 */
export async function fetchFile(
  link: string,
  { agent, largest, within = 60 * SECOND }: FetchFileOptions,
): Promise<FetchedFile> {
  const signal = AbortSignal.timeout(within)
  const inWords = (error: unknown): UserError => {
    if (error instanceof UserError) return error
    const cause = error instanceof Error ? error.cause : undefined
    if (cause instanceof PrivateAddressError) return refusal(link, 'is not on the public internet', error)
    return refusal(
      link,
      signal.aborted ? `did not answer within ${within / SECOND} s` : 'can’t be reached',
      error,
    )
  }
  let url = readLink(link, link)
  try {
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      const answer = await fetch(url, {
        headers: { accept: 'image/*, video/*, application/pdf, */*;q=0.5' },
        redirect: 'manual',
        signal,
        dispatcher: agent,
      })
      const onward = answer.headers.get('location')
      if (answer.status >= 300 && answer.status < 400 && onward !== null) {
        await answer.body?.cancel()
        url = readLink(new URL(onward, url).href, link)
        continue
      }
      if (!answer.ok) {
        await answer.body?.cancel()
        throw refusal(link, `answers ${answer.status}`)
      }
      return {
        name: nameOf(answer.headers.get('content-disposition'), url),
        body: atMost(answer.body, largest, link, inWords),
      }
    }
    throw refusal(link, 'leads from one address to another without an end')
  } catch (error) {
    throw inWords(error)
  }
}

function readLink(address: string, link: string): URL {
  const url = URL.parse(address)
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw refusal(link, 'is no link to a file')
  }
  return url
}

async function* atMost(
  body: AsyncIterable<Uint8Array> | null,
  largest: number,
  link: string,
  inWords: (error: unknown) => UserError,
): AsyncGenerator<Uint8Array> {
  let size = 0
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength
      // Leaving the loop ends the answer.
      if (size > largest) throw refusal(link, `is larger than ${Math.floor(largest / 1024 ** 2)} MB`)
      yield chunk
    }
  } catch (error) {
    throw inWords(error)
  }
}

function nameOf(disposition: string | null, url: URL): string {
  const said = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1]
  const last = url.pathname.split('/').findLast((part) => part !== '') ?? url.hostname
  return (said ?? decoded(last)).replace(/[\p{Cc}/\\]/gu, '').slice(0, 120) || url.hostname
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    // A name with a stray percent sign is a name all the same.
    if (error instanceof URIError) return part
    throw error
  }
}

const refusal = (link: string, what: string, cause?: unknown): UserError =>
  new UserError(`${link.length > SHOWN ? `${link.slice(0, SHOWN)}…` : link} ${what}`, {
    wayOut: 'Attach the file itself.',
    cause,
  })

/** Of a longer link no more is repeated. */
const SHOWN = 200
