import { z } from 'zod'
import { MINUTE } from '../../kit/clock.ts'
import { publishedIds, publishedPart } from '../contract/parts.ts'
import type { Io, Progress, Publication, Published } from '../contract/platform.ts'
import { threadParts } from '../contract/text.ts'
import type { Credentials } from './connect.ts'
import { uploadsOf } from './media.ts'
import { published, Status, signedIn } from './status.ts'

const ListedStatus = Status.extend({
  created_at: z.string(),
  content: z.string(),
  in_reply_to_id: z.string().nullish(),
  media_attachments: z
    .array(z.object({ id: z.string() }))
    .optional()
    .catch(undefined),
})
type ListedStatus = z.infer<typeof ListedStatus>
const Source = z.object({ text: z.string(), spoiler_text: z.string().optional() })

const LISTED = 40
const MOST_PAGES = 5
/** How far a server's clock may be off when its list is searched by time. */
const CLOCK_SKEW = 2 * MINUTE

/**
 * Reads the account's own posts since the first commit. Files are told by their ids, words by what was written, not by
 * how it is drawn; a part of a thread besides by the part that it answers.
 */
export async function findStatus(
  publication: Publication,
  io: Io<Credentials>,
  progress: Progress,
  part: number,
  committedAt: number,
): Promise<Published | 'absent' | 'unknown'> {
  const earlier = publishedIds(progress)
  const answers = part === 0 ? null : (publishedPart(progress, part - 1)?.remoteId ?? null)
  const files = part === 0 ? uploadsOf(publication, progress) : []
  let perhaps = false
  const listed = statusesSince(committedAt - CLOCK_SKEW, io)
  for (;;) {
    const { done, value } = await listed.next()
    if (done) return value && !perhaps ? 'absent' : 'unknown'
    // A server that does not tell what a post answers is believed to have told the right one.
    const elsewhere = value.in_reply_to_id !== undefined && value.in_reply_to_id !== answers
    if (earlier.includes(value.id) || elsewhere) continue
    if (value.media_attachments?.some(({ id }) => files.includes(id))) return published(value)
    const said = threadParts(publication.text)[part] ?? ''
    if (said.trim() === '') {
      // Without words a post may be it by files that have been uploaded anew since; a warning is drawn as its text.
      const drawn = letters(withoutMarkup(value.content))
      const silent = drawn === '' || drawn === letters(publication.options.contentWarning ?? '')
      perhaps ||= silent && value.media_attachments?.length !== 0
    } else if (await isSame(value, said, publication.options.contentWarning ?? '', io)) {
      return published(value)
    }
  }
}

/** The account's own posts since `since`, newest first. @returns whether these were all of them */
async function* statusesSince(
  since: number,
  io: Io<Credentials>,
): AsyncGenerator<ListedStatus, boolean, undefined> {
  const { server, accountId } = io.credentials
  let last: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await io.http.find({
      ...signedIn(io, 'list statuses'),
      phase: 'look',
      url: `${server}/api/v1/accounts/${encodeURIComponent(accountId)}/statuses`,
      query: { limit: LISTED, exclude_reblogs: true, max_id: last },
      answer: z.array(ListedStatus),
      absent: mayNot,
    })
    if (!listed) return false
    // A page may be short of what is left out of it, so only an empty one is the end.
    if (listed.data.length === 0) return true
    for (const status of listed.data) {
      if (Date.parse(status.created_at) < since) return true
      yield status
    }
    last = listed.data.at(-1)?.id
  }
  return false
}

async function isSame(
  { id, content }: ListedStatus,
  said: string,
  warning: string,
  io: Io<Credentials>,
): Promise<boolean> {
  const source = await io.http.find({
    ...signedIn(io, 'read status source'),
    phase: 'look',
    url: `${io.credentials.server}/api/v1/statuses/${encodeURIComponent(id)}/source`,
    answer: Source,
    absent: mayNot,
  })
  // Servers before 3.5 and other software have no source: then what is drawn has to do.
  return source
    ? tidy(source.data.text) === tidy(said) && (source.data.spoiler_text ?? '') === warning
    : letters(withoutMarkup(content)) === letters(said)
}

const mayNot = ({ status }: { status: number }): boolean => status === 403

const tidy = (text: string): string => text.normalize('NFC').replace(/\r\n?/g, '\n').trim()
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
