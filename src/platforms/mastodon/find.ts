import { z } from 'zod'
import { MINUTE } from '../../kit/clock.ts'
import type { Io, Progress, Publication, Published } from '../contract/platform.ts'
import { threadParts } from '../contract/text.ts'
import type { Credentials } from './connect.ts'
import { published, Status, signedIn } from './status.ts'

const ListedStatus = Status.extend({ created_at: z.string(), content: z.string() })
const Source = z.object({ text: z.string(), spoiler_text: z.string().optional() })

const LISTED = 40
/** How far a server's clock may be off when its list is searched by time. */
const CLOCK_SKEW = 2 * MINUTE

/** Reads the account's own posts since the commit and compares what was written, not how it is drawn. */
export async function findStatus(
  { text, options }: Publication,
  io: Io<Credentials>,
  _progress: Progress,
  part: number,
  committedAt: number,
): Promise<Published | 'absent' | 'unknown'> {
  const { server, accountId } = io.credentials
  const said = threadParts(text)[part] ?? ''
  const mayNot = ({ status }: { status: number }): boolean => status === 403
  const listed = await io.http.find({
    ...signedIn(io, 'list statuses'),
    phase: 'look',
    url: `${server}/api/v1/accounts/${encodeURIComponent(accountId)}/statuses`,
    query: { limit: LISTED, exclude_reblogs: true },
    answer: z.array(ListedStatus),
    absent: mayNot,
  })
  if (!listed) return 'unknown'
  const since = committedAt - CLOCK_SKEW
  const recent = listed.data.filter(({ created_at }) => Date.parse(created_at) >= since)
  for (const status of recent) {
    const source = await io.http.find({
      ...signedIn(io, 'read status source'),
      phase: 'look',
      url: `${server}/api/v1/statuses/${encodeURIComponent(status.id)}/source`,
      answer: Source,
      absent: mayNot,
    })
    // Servers before 3.5 and other software have no source: then what is drawn has to do.
    const same = source
      ? tidy(source.data.text) === tidy(said) &&
        (source.data.spoiler_text ?? '') === (options.contentWarning ?? '')
      : letters(withoutMarkup(status.content)) === letters(said)
    if (same) return published(status)
  }
  const whole = recent.length < listed.data.length || listed.data.length < LISTED
  return whole ? 'absent' : 'unknown'
}

const tidy = (text: string): string => text.replace(/\r\n?/g, '\n').trim()
const withoutMarkup = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#0?39;/g, "'")
    .replace(/&amp;/g, '&')
/** What is left of a text when its drawing is taken away: line breaks are tags there, and servers are left out of mentions. */
const letters = (text: string): string =>
  text.replace(/(@[\p{L}\p{N}_.-]+)@[\p{L}\p{N}.-]+/gu, '$1').replace(/\s+/g, '')
