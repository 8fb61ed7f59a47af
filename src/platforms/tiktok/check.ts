import { MINUTE, SECOND } from '../../kit/clock.ts'
import type { Field } from '../../message/form.ts'
import { checkLength, checkMedia, checkReachable, error, warning } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import type { AccountFacts, Draft, Finding, MediaRules } from '../contract/platform.ts'
import { graphemes } from '../contract/text.ts'
import { DIRECT } from './api.ts'

/** https://developers.tiktok.com/doc/content-posting-api-reference-direct-post: UTF-16 runes. */
export const VIDEO_TEXT = 2_200
const PHOTO_TITLE = 90
const PHOTO_TEXT = 4_000
const SIDE = { least: 360, most: 4_096 }

export const MEDIA: MediaRules = {
  images: { max: 35, types: ['image/jpeg', 'image/webp'], maxBytes: 20_000_000 },
  videos: {
    max: 1,
    types: ['video/mp4', 'video/quicktime', 'video/webm'],
    maxBytes: 4_000_000_000,
    maxDuration: 10 * MINUTE,
  },
}

const LEVELS = [
  { label: 'Everybody', value: 'PUBLIC_TO_EVERYONE' },
  { label: 'Followers', value: 'FOLLOWER_OF_CREATOR' },
  { label: 'Friends: followers who are followed back', value: 'MUTUAL_FOLLOW_FRIENDS' },
  { label: 'Only the account itself', value: 'SELF_ONLY' },
]

/**
 * TikTok binds how these are asked: who can see it without a default, all that others may do and all disclosure off
 * until somebody ticks it. https://developers.tiktok.com/doc/content-sharing-guidelines
 */
export const OPTIONS: readonly Field[] = [
  {
    kind: 'choice',
    name: 'privacy',
    label: 'Who can see it',
    hint: 'TikTok asks for this choice with each post; not for drafts',
    required: false,
    options: LEVELS,
  },
  { kind: 'flag', name: 'allowComments', label: 'Allow comments', required: false },
  { kind: 'flag', name: 'allowDuets', label: 'Allow duets', required: false },
  { kind: 'flag', name: 'allowStitches', label: 'Allow stitches', required: false },
  { kind: 'flag', name: 'ownBrand', label: 'Promotes your own brand', required: false },
  {
    kind: 'flag',
    name: 'paidPartnership',
    label: 'Promotes another brand (paid partnership)',
    required: false,
  },
  { kind: 'flag', name: 'aiGenerated', label: 'Made with AI', required: false },
  {
    kind: 'flag',
    name: 'draft',
    label: 'As a draft',
    hint: 'Goes to the inbox of the TikTok app, where somebody finishes and publishes it',
    required: false,
  },
  {
    kind: 'text',
    name: 'title',
    label: 'Title',
    hint: 'Of photos only; up to 90 characters',
    required: false,
  },
  {
    kind: 'text',
    name: 'cover',
    label: 'Cover of a video',
    hint: 'The second of the video whose picture is its cover',
    placeholder: '1.5',
    required: false,
  },
]

export const isVideo = ({ type }: { type: string }): boolean => type.startsWith('video/')
export const isDraft = ({ options }: Pick<Draft, 'options'>): boolean => ticked(options.draft)

export function checkDraft(draft: Draft, facts: AccountFacts): Finding[] {
  const { text, media, options } = draft
  const photos = media.filter((item) => !isVideo(item))
  const longest = typeof facts.maxDuration === 'number' ? facts.maxDuration : undefined
  const rules: MediaRules = {
    ...MEDIA,
    ...(MEDIA.videos && longest !== undefined ? { videos: { ...MEDIA.videos, maxDuration: longest } } : {}),
  }
  const findings = [
    ...checkLength('TikTok', text.length, photos.length > 0 ? PHOTO_TEXT : VIDEO_TEXT, 'characters'),
    ...checkMedia('TikTok', media, rules),
    ...checkReachable('TikTok', photos, facts),
  ]
  if (media.length === 0) findings.push(error('A post on TikTok needs a video or photos'))
  if ((options.title ?? '').length > PHOTO_TITLE) {
    findings.push(
      error(`The title has ${graphemes(options.title ?? '')} characters; TikTok takes ${PHOTO_TITLE}`),
    )
  }
  for (const { width, height, filename, type } of media) {
    if (!isVideo({ type }) || !width || !height) continue
    if (Math.min(width, height) < SIDE.least || Math.max(width, height) > SIDE.most) {
      findings.push(
        error(
          `${filename} is ${width} × ${height}; TikTok takes ${SIDE.least} to ${SIDE.most} pixels a side`,
        ),
      )
    }
  }
  if (options.cover && !/^\d+(\.\d+)?$/.test(options.cover)) {
    findings.push(error(`“${options.cover}” is not a second of the video, such as 1.5`))
  }
  return media.length === 0 || isDraft(draft) ? findings : [...findings, ...checkChoices(draft, facts)]
}

function checkChoices({ options }: Draft, facts: AccountFacts): Finding[] {
  const findings: Finding[] = []
  const offered = listOf(facts.privacyLevels)
  const scopes = listOf(facts.scopes)
  if (scopes && !scopes.includes(DIRECT)) {
    findings.push(error('This login may only send drafts to TikTok: tick “As a draft”'))
    return findings
  }
  if (!options.privacy) {
    findings.push(error('Choose who can see it on TikTok; there is no default'))
  } else if (!(offered ?? LEVELS.map(({ value }) => value)).includes(options.privacy)) {
    findings.push(error('This account on TikTok does not offer that choice of who can see a post'))
  }
  const off: [string | undefined, unknown, string][] = [
    [options.allowComments, facts.commentsOff, 'comments'],
    [options.allowDuets, facts.duetsOff, 'duets'],
    [options.allowStitches, facts.stitchesOff, 'stitches'],
  ]
  for (const [wanted, isOff, what] of off) {
    if (ticked(wanted) && isOff === true) {
      findings.push(warning(`The account has switched ${what} off on TikTok, so there will be none`))
    }
  }
  return findings
}

const listOf = (fact: unknown): string[] | undefined =>
  Array.isArray(fact) ? fact.filter((one) => typeof one === 'string') : undefined

export const coverAt = (seconds: string | undefined): number | undefined =>
  seconds ? Math.round(Number(seconds) * SECOND) : undefined
