import { SECOND } from '../../kit/clock.ts'
import { checkLength, checkMedia, error } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import { publishedPart } from '../contract/parts.ts'
import type { Draft, Finding, MediaRules, Progress, Publication } from '../contract/platform.ts'
import { checkPoll, pollAnswers } from '../contract/poll.ts'
import { PublishError } from '../contract/publish-error.ts'
import { threadParts } from '../contract/text.ts'
import { type Upload, uploadStep } from './media.ts'
import { cashtagsOf, linksOfPost, weightedLength } from './text.ts'

export const CHARACTERS = 280
/** https://docs.x.com/x-api/media/quickstart/best-practices */
export const MEDIA: MediaRules = {
  images: {
    max: 4,
    types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
    maxBytes: 5_000_000,
    maxAlt: 1000,
  },
  videos: {
    max: 1,
    types: ['video/mp4', 'video/quicktime'],
    maxBytes: 512_000_000,
    maxDuration: 140 * SECOND,
    codecs: { video: ['avc'], audio: ['aac'] },
  },
}
const GIF_BYTES = 15_000_000
const POLL = { min: 2, max: 4, characters: 25 }
const POLL_MINUTES = { min: 5, max: 7 * 24 * 60, usual: 24 * 60 }
/** https://docs.x.com/x-api/getting-started/pricing, in thousandths of a dollar. */
const PRICE = { post: 15, postWithLink: 200, description: 5 }
const CASHTAGS = 1

/** What goes to `POST /2/tweets` for one part of a thread, or for the whole of a post. */
export function postOf(
  { text, options, media }: Publication,
  progress: Progress,
  part: number,
): Record<string, unknown> {
  const said = threadParts(text)[part] ?? ''
  const restriction = options.replies && options.replies !== 'everybody' ? options.replies : undefined
  const common = {
    text: said,
    ...(restriction ? { reply_settings: restriction } : {}),
    ...(ticked(options.madeWithAi) ? { made_with_ai: true } : {}),
    ...(ticked(options.paidPartnership) ? { paid_partnership: true } : {}),
  }
  if (part > 0) {
    const before = publishedPart(progress, part - 1)
    if (!before) {
      throw new PublishError(
        'x',
        { do: 'retry' },
        `Part ${part} of the thread is not live, so part ${part + 1} has to wait`,
      )
    }
    return { ...common, reply: { in_reply_to_tweet_id: before.remoteId } }
  }
  const ids = uploadsOf({ media }, progress)
  const answers = pollAnswers(options.poll)
  const quoted = quotedId(options.quote)
  return {
    ...common,
    ...(ids.length > 0 ? { media: { media_ids: ids } } : {}),
    ...(answers.length > 0 ? { poll: { options: answers, duration_minutes: pollMinutes(options) } } : {}),
    ...(quoted ? { quote_tweet_id: quoted } : {}),
  }
}

/** Ids of the files at X. */
export const uploadsOf = ({ media }: Pick<Publication, 'media'>, progress: Progress): string[] =>
  media.flatMap(({ mediaId }) => progress.get<Upload>(uploadStep(mediaId))?.id ?? [])

/** What is wrong with a draft, in words. */
export function checkPost(draft: Draft): Finding[] {
  const parts = threadParts(draft.text)
  const findings: Finding[] = parts.flatMap((part, index) =>
    checkLength(
      parts.length > 1 ? `X (part ${index + 1} of the thread)` : 'X',
      weightedLength(part),
      CHARACTERS,
      'characters',
    ),
  )
  // A moving image may be larger than a still one.
  findings.push(...checkMedia('X', draft.media.map(asStill), MEDIA), ...checkMix(draft))
  for (const part of parts) {
    const cashtags = cashtagsOf(part)
    if (cashtags.length > CASHTAGS) {
      findings.push(
        error(`It has ${cashtags.length} cashtags ($${cashtags.join(', $')}); X takes ${CASHTAGS} in a post`),
      )
    }
  }
  if (draft.text.trim() === '' && draft.media.length === 0) {
    findings.push(error('A post on X needs a text or an image'))
  }
  return [...findings, ...checkOptions(draft)]
}

/** `$0.200 (it has a link)`, `$0.230 (3 posts, 1 with a link)`. */
export function costOf(text: string, media: Draft['media']): string {
  const parts = threadParts(text)
  const linked = parts.filter((part) => linksOfPost(part).length > 0).length
  const described = media.filter(({ alt, type }) => alt !== '' && type.startsWith('image/')).length
  const price =
    linked * PRICE.postWithLink + (parts.length - linked) * PRICE.post + described * PRICE.description
  const why = [
    ...(parts.length > 1 ? [`${parts.length} posts`] : []),
    ...(linked > 0 ? [parts.length > 1 ? `${linked} with a link` : 'it has a link'] : []),
    ...(described > 0 ? [`${described} described ${described === 1 ? 'image' : 'images'}`] : []),
  ]
  const dollars = `$${(price / 1000).toFixed(3)}`
  return why.length > 0 ? `${dollars} (${why.join(', ')})` : dollars
}

const asStill = (item: Draft['media'][number]): Draft['media'][number] =>
  item.type === 'image/gif' && item.size <= GIF_BYTES
    ? { ...item, size: Math.min(item.size, MEDIA.images.maxBytes) }
    : item

function checkMix({ media, options }: Draft): Finding[] {
  const findings: Finding[] = []
  if (media.length > 1 && media.some(({ type }) => type === 'image/gif')) {
    findings.push(error('An animated image (GIF) goes alone on X, without other files'))
  }
  if (media.length > 0 && pollAnswers(options.poll).length > 0) {
    findings.push(error('A post on X has files or a poll, not both'))
  }
  return findings
}

function checkOptions({ options, media }: Draft): Finding[] {
  const findings = checkPoll('X', pollAnswers(options.poll), POLL)
  const minutes = pollMinutes(options)
  if (!(minutes >= POLL_MINUTES.min && minutes <= POLL_MINUTES.max)) {
    findings.push(error('A poll on X lasts from 5 minutes to 7 days'))
  }
  if (options.quote) {
    if (!quotedId(options.quote)) findings.push(error('“Quote” is not the address of a post on X'))
    if (media.length > 0) findings.push(error('A post on X has files or a quoted post, not both'))
  }
  return findings
}

const pollMinutes = ({ pollMinutes: said }: Draft['options']): number =>
  said ? Math.trunc(Number(said)) : POLL_MINUTES.usual

/** The id in a post's address, or the id itself. */
const quotedId = (said: string | undefined): string | undefined =>
  /^(?:https?:\/\/(?:www\.|mobile\.)?(?:x|twitter)\.com\/\w+\/status\/)?(\d{1,19})(?:[/?#].*)?$/.exec(
    said?.trim() ?? '',
  )?.[1]
