import type { IncomingFile } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import { UserError } from '../../kit/user-error.ts'
import type { Team } from './teams.ts'

/** A file as Slack names it in events and views; what is missing is asked for by its id. */
export interface SentFile {
  id?: string
  name?: string | null
  url_private_download?: string
  alt_txt?: string
  mimetype?: string
}

/** Larger files are refused before they fill the memory. */
const MOST_BYTES = 300 * 1024 * 1024
const FETCH_WITHIN = 120 * SECOND
const MOST_REDIRECTS = 3

export interface FileAccess {
  /** The API's own address: files may come from there too. */
  apiUrl?: string | undefined
  fetch: typeof fetch
}

/** Files to hand to the front desk; their bytes are fetched with the team's token when they are asked for. */
export const incomingFiles = (
  team: Team,
  files: readonly SentFile[],
  access: FileAccess,
): Promise<IncomingFile[]> =>
  Promise.all(
    files.map(async (sent) => {
      const file = sent.url_private_download && sent.name ? sent : await askFor(team, sent)
      return {
        name: file.name ?? 'file',
        bytes: async () => Buffer.concat(await Array.fromAsync(await download(team, file, access))),
        open: () => download(team, file, access),
        ...(file.alt_txt ? { alt: file.alt_txt } : {}),
      }
    }),
  )

/** In channels shared with another team, and in shortcuts, Slack sends no more than an id. */
async function askFor(team: Team, sent: SentFile): Promise<SentFile> {
  if (!sent.id) return sent
  const { file } = await team.client.files.info({ file: sent.id })
  return { ...sent, ...file } as SentFile
}

/** @throws UserError for what a person can put right: a file that is gone, too large, or not Crier's to read. */
async function download(
  team: Team,
  file: SentFile,
  { apiUrl, fetch }: FileAccess,
): Promise<AsyncIterable<Uint8Array>> {
  const name = file.name ?? 'The file'
  let url = file.url_private_download
  for (let hop = 0; url !== undefined && hop <= MOST_REDIRECTS; hop++) {
    if (!isSlacks(url, apiUrl))
      throw new UserError(`${name} is not kept by Slack.`, { wayOut: 'Attach the file itself.' })
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${team.token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(FETCH_WITHIN),
    })
    if (response.status >= 300 && response.status < 400) {
      url = new URL(response.headers.get('location') ?? '', url).href
      continue
    }
    // Without the scope, Slack answers with its sign-in page instead of an error.
    const signIn =
      response.headers.get('content-type')?.startsWith('text/html') && file.mimetype !== 'text/html'
    if (!response.ok || signIn) {
      throw new UserError(`Slack did not hand over ${name}.`, {
        wayOut:
          'Attach it again; if that does not help, an admin reinstalls Crier with the scope files:read.',
      })
    }
    return atMost(response, name)
  }
  throw new UserError(`Slack names no place to fetch ${name} from.`, { wayOut: 'Attach it again.' })
}

/** The token goes to Slack and to nobody else. */
export function isSlacks(url: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, origin } = new URL(url)
  if (apiUrl && origin === new URL(apiUrl).origin) return true
  return protocol === 'https:' && /(^|\.)(slack\.com|slack-files\.com|slack-edge\.com)$/.test(hostname)
}

async function* atMost(response: Response, name: string): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MOST_BYTES) {
      throw new UserError(`${name} is larger than ${MOST_BYTES / 1024 / 1024} MB.`, {
        wayOut: 'Attach a smaller one.',
      })
    }
    yield chunk
  }
}
