import { z } from 'zod'
import { type EpochMs, HOUR, MINUTE, SECOND } from '../kit/clock.ts'
import { API, BY_KEY, Credentials, PLATFORM, withKey } from './blotato/connect.ts'
import { checkDraft, count, limitOf, MEDIA, OPTIONS, partsOf, targetFields } from './blotato/targets.ts'
import {
  definePlatform,
  type Io,
  type MediaItem,
  type Progress,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { wordsOf } from './contract/refusal.ts'
import { scrub } from './contract/scrub.ts'
import { entitiesOf, spansWith } from './contract/text.ts'
import { untilDone, workingWaits } from './contract/working.ts'

/** A submission that takes longer than this is left to the look. */
const PATIENCE = 20 * SECOND
/** One that takes longer than this is for a person: Blotato says `in-progress` of ids it does not know, too. */
const LOOK_PATIENCE = HOUR

const Uploaded = z.object({ url: z.url() })
const Submitted = z.object({ postSubmissionId: z.string().min(1) })
const Status = z.object({
  status: z.string(),
  publicUrl: z.string().nullish(),
  errorMessage: z.string().nullish(),
})
type Status = z.infer<typeof Status>

/**
 * A gateway: publishes to nine platforms by its own apps, for those whose reviews an install can't pass itself. It is
 * never told a time, because Crier keeps the time: a post goes out when it is submitted.
 */
export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: limitOf, count, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'thread'],
  options: OPTIONS,
  rates: {
    account: [{ posts: 30, per: MINUTE }],
    source: 'https://help.blotato.com/rest-api-reference/publish-post',
  },
  setUp: {
    operator:
      'Nothing: each person brings the API key of their own Blotato subscription, which is paid. Videos need PUBLIC_URL, since Blotato fetches them.',
    source: 'https://help.blotato.com/rest-api-reference',
  },

  connect: [BY_KEY],
  credentials: Credentials,

  check: checkDraft,
  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: true }), ({ kind, value }) =>
      kind === 'link' ? value : undefined,
    ),

  async prepare({ media }, io, progress) {
    for (const [index, item] of media.entries()) {
      if (item.publicUrl() !== undefined || progress.get(mediaStep(index))) continue
      await progress.keep(mediaStep(index), await uploadImage(item, io))
    }
  },

  async commit(publication, io, progress) {
    const known = submissionOf(progress)?.id
    // A submission is never made twice: one that is known is only asked about.
    if (known !== undefined) return concluded(await settled(known, io), known, publication, progress)
    const [first = '', ...more] = partsOf(publication.text, io.account.facts)
    const { data } = await io.http.send({
      ...withKey(io.credentials.apiKey, 'submit post', io),
      phase: 'commit',
      url: `${io.apiUrl}/posts`,
      body: {
        json: {
          post: {
            accountId: io.credentials.accountId,
            content: {
              text: first,
              mediaUrls: mediaUrls(publication, progress),
              platform: io.account.facts.platform,
              ...(more.length > 0 ? { additionalPosts: more.map((text) => ({ text, mediaUrls: [] })) } : {}),
            },
            target: targetFields(publication, io.account.facts),
          },
        },
      },
      answer: Submitted,
    })
    await progress.keep(SUBMISSION, { id: data.postSubmissionId, at: io.now } satisfies Submission)
    return concluded(await settled(data.postSubmissionId, io), data.postSubmissionId, publication, progress)
  },

  look: {
    says: 'asks Blotato for the status of the submission; one whose answer was lost has no number to ask by',
    repeatableFor: 0,
    trustAfter: 15 * SECOND,
    async find(_publication, io, progress, _part, committedAt) {
      const submission = submissionOf(progress)
      if (!submission) return 'unknown'
      const { id, at = committedAt } = submission
      const status = await statusOf(id, io)
      if (status.status === 'published') return published(status, id)
      // Not live. The next try tells why, from what is kept, without sending it again.
      if (status.status === 'failed') return 'absent'
      if (io.now - at > LOOK_PATIENCE) return 'unknown'
      throw failure({ do: 'retry' }, 'Blotato is still working on it', 'STILL_WORKING')
    },
  },
})

const SUBMISSION = 'submission'

/** What Blotato has taken. `at` (UTC ms) is not known of those that were kept as a bare id once. */
interface Submission {
  id: string
  at?: EpochMs
}

function submissionOf(progress: Progress): Submission | undefined {
  const kept = progress.get<string | Submission | null>(SUBMISSION) ?? undefined
  return typeof kept === 'string' ? { id: kept } : kept
}

const mediaStep = (index: number): string => `media:${index}`

/** An image may be sent along as it is; anything else Blotato fetches. */
async function uploadImage(item: MediaItem, io: Io<Credentials>): Promise<string> {
  if (!item.type.startsWith('image/')) {
    throw failure(
      { do: 'edit' },
      `Blotato fetches ${item.filename} itself, and this Crier has no public address: its operator sets PUBLIC_URL`,
      'NO_PUBLIC_URL',
    )
  }
  const { data } = await io.http.send({
    ...withKey(io.credentials.apiKey, 'upload media', io),
    phase: 'prepare',
    url: `${io.apiUrl}/media`,
    body: { json: { url: `data:${item.type};base64,${Buffer.from(await item.bytes()).toString('base64')}` } },
    answer: Uploaded,
  })
  return data.url
}

const mediaUrls = ({ media }: Publication, progress: Progress): string[] =>
  media.map((item, index) => {
    const url = item.publicUrl() ?? progress.get<string>(mediaStep(index))
    if (url === undefined)
      throw failure({ do: 'retry' }, 'Blotato does not have the media yet', 'NOT_PREPARED')
    return url
  })

async function statusOf(submission: string, io: Io<Credentials>): Promise<Status> {
  const { data } = await io.http.send({
    ...withKey(io.credentials.apiKey, 'read status', io),
    phase: 'look',
    url: `${io.apiUrl}/posts/${encodeURIComponent(submission)}`,
    answer: Status,
  })
  return data
}

/** How it ended, or undefined where Blotato still works on it or can't be asked: the look finds out then. */
async function settled(submission: string, io: Io<Credentials>): Promise<Status | undefined> {
  const wait = workingWaits()
  try {
    return await untilDone(
      async () => {
        const status = await statusOf(submission, io)
        return status.status === 'published' || status.status === 'failed'
          ? { done: status }
          : { wait: wait() }
      },
      { platform: PLATFORM, what: 'the post', signal: io.signal, patience: PATIENCE },
    )
  } catch (unknown) {
    if (unknown instanceof PublishError) return undefined
    throw unknown
  }
}

async function concluded(
  status: Status | undefined,
  submission: string,
  { text }: Publication,
  progress: Progress,
): Promise<Published> {
  if (!status) throw failure({ do: 'check' }, 'Blotato has it and is still working on it', 'STILL_WORKING')
  if (status.status === 'published') return published(status, submission)
  // “Do not retry on failed”: a person changes something, and then it is a new submission.
  await progress.keep(SUBMISSION, null)
  const words = wordsOf(status.errorMessage ?? '')
  const told = words === undefined ? '' : `: ${scrub(words, [text])}`
  throw failure({ do: 'edit' }, `Blotato could not publish it${told}`, 'failed')
}

const published = ({ publicUrl }: Status, submission: string): Published => ({
  remoteId: submission,
  url: publicUrl && URL.canParse(publicUrl) ? publicUrl : null,
})

const failure = (next: PublishError['next'], message: string, code: string): PublishError =>
  new PublishError(PLATFORM.name, next, message, { code })
