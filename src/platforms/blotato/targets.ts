import type { Field } from '../../message/form.ts'
import { checkLength, checkMedia, checkReachable, error } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import type { AccountFacts, Draft, Finding, MediaRules, Publication } from '../contract/platform.ts'
import { graphemes, linksOf, threadParts, withEntities } from '../contract/text.ts'

/** A platform that Blotato publishes to, as far as its own rules matter here. */
export interface Target {
  label: string
  characters: number
  /** A post of several parts becomes a thread. */
  threads?: true
  /** A page within the account: must or may be named; Pinterest has boards. */
  page?: 'must' | 'may' | 'board'
  needs?: 'media' | 'video'
}

/** https://help.blotato.com/platform-publishing/platforms */
export const TARGETS: Readonly<Record<string, Target>> = {
  twitter: { label: 'X', characters: 280, threads: true },
  bluesky: { label: 'Bluesky', characters: 300, threads: true },
  threads: { label: 'Threads', characters: 500, threads: true },
  linkedin: { label: 'LinkedIn', characters: 3_000, page: 'may' },
  facebook: { label: 'Facebook', characters: 63_206, page: 'must' },
  instagram: { label: 'Instagram', characters: 2_200, needs: 'media' },
  tiktok: { label: 'TikTok', characters: 2_200, needs: 'media' },
  youtube: { label: 'YouTube', characters: 5_000, needs: 'video' },
  pinterest: { label: 'Pinterest', characters: 800, page: 'board', needs: 'media' },
}
/** How a link counts at X. */
const X_LINK = 23
const MOST_MORE_POSTS = 10

export const targetOf = (platform: unknown): Target | undefined =>
  typeof platform === 'string' && Object.hasOwn(TARGETS, platform) ? TARGETS[platform] : undefined

const UNKNOWN: Target = { label: 'the platform behind it', characters: 63_206 }

export const MEDIA: MediaRules = {
  images: { max: 20, types: ['image/*'], maxBytes: 200_000_000 },
  videos: { max: 1, types: ['video/*'], maxBytes: 200_000_000 },
  together: 20,
}

export const OPTIONS: readonly Field[] = [
  {
    kind: 'text',
    name: 'title',
    label: 'Title',
    hint: 'For YouTube, Pinterest and photos on TikTok',
    required: false,
  },
  {
    kind: 'choice',
    name: 'mediaType',
    label: 'Publish as',
    hint: 'For Instagram and Facebook',
    required: false,
    options: [
      { label: 'A reel', value: 'reel' },
      { label: 'A story (Instagram)', value: 'story' },
      { label: 'A video (Facebook)', value: 'video' },
    ],
  },
  {
    kind: 'choice',
    name: 'privacy',
    label: 'Who can see it',
    hint: 'TikTok and YouTube ask for it; TikTok allows no default',
    required: false,
    options: [
      { label: 'TikTok: everybody', value: 'PUBLIC_TO_EVERYONE' },
      { label: 'TikTok: followers', value: 'FOLLOWER_OF_CREATOR' },
      { label: 'TikTok: friends', value: 'MUTUAL_FOLLOW_FRIENDS' },
      { label: 'TikTok: only the account itself', value: 'SELF_ONLY' },
      { label: 'YouTube: everybody', value: 'public' },
      { label: 'YouTube: who has the link', value: 'unlisted' },
      { label: 'YouTube: only the account itself', value: 'private' },
    ],
  },
  { kind: 'flag', name: 'allowComments', label: 'TikTok: allow comments', required: false },
  { kind: 'flag', name: 'allowDuets', label: 'TikTok: allow duets', required: false },
  { kind: 'flag', name: 'allowStitches', label: 'TikTok: allow stitches', required: false },
  { kind: 'flag', name: 'ownBrand', label: 'TikTok: promotes your own brand', required: false },
  { kind: 'flag', name: 'paidPartnership', label: 'TikTok: promotes another brand', required: false },
  { kind: 'flag', name: 'aiGenerated', label: 'Made with AI (TikTok, YouTube)', required: false },
  { kind: 'flag', name: 'notifySubscribers', label: 'YouTube: tell subscribers', required: false },
  { kind: 'flag', name: 'madeForKids', label: 'YouTube: made for children', required: false },
]

const PRIVACY: Readonly<Record<string, readonly string[]>> = {
  tiktok: ['PUBLIC_TO_EVERYONE', 'FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  youtube: ['public', 'unlisted', 'private'],
}

export const limitOf = (facts: AccountFacts): number => (targetOf(facts.platform) ?? UNKNOWN).characters

/** The longest post of a thread is what counts. */
export function count(text: string, facts: AccountFacts): number {
  return Math.max(...partsOf(text, facts).map((part) => lengthOf(part, facts.platform)))
}

const lengthOf = (text: string, platform: unknown): number =>
  graphemes(platform === 'twitter' ? withEntities(text, linksOf(text, true), () => 'x'.repeat(X_LINK)) : text)

export const partsOf = (text: string, facts: AccountFacts): string[] =>
  targetOf(facts.platform)?.threads ? threadParts(text) : [text]

export function checkDraft({ text, media, options }: Draft, facts: AccountFacts): Finding[] {
  const platform = typeof facts.platform === 'string' ? facts.platform : ''
  const target = targetOf(platform) ?? UNKNOWN
  const parts = partsOf(text, facts)
  const findings = [
    ...checkLength(target.label, count(text, facts), target.characters, 'characters'),
    ...checkMedia('Blotato', media, MEDIA),
    // An image can be sent along; a video is fetched.
    ...checkReachable(
      'Blotato',
      media.filter(({ type }) => type.startsWith('video/')),
      facts,
    ),
  ]
  if (parts.length - 1 > MOST_MORE_POSTS) {
    findings.push(error(`The thread has ${parts.length} parts; Blotato takes ${MOST_MORE_POSTS + 1}`))
  }
  const video = media.some(({ type }) => type.startsWith('video/'))
  if (target.needs === 'video' && !video) findings.push(error(`A post on ${target.label} needs a video`))
  else if (target.needs === 'media' && media.length === 0) {
    findings.push(error(`A post on ${target.label} needs an image or a video`))
  } else if (text.trim() === '' && media.length === 0) {
    findings.push(error('A post needs a text, an image or a video'))
  }
  const levels = PRIVACY[platform]
  if (levels && !levels.includes(options.privacy ?? '')) {
    findings.push(error(`Choose who can see it on ${target.label}`))
  }
  if (platform === 'youtube' && !options.title?.trim())
    findings.push(error('A video on YouTube needs a title'))
  return findings
}

/** https://help.blotato.com/platform-publishing/platforms: what each platform is told besides the text. */
export function targetFields({ options }: Publication, facts: AccountFacts): Record<string, unknown> {
  const targetType = String(facts.platform)
  const title = options.title || undefined
  switch (targetType) {
    case 'facebook':
      return { targetType, pageId: facts.pageId, mediaType: options.mediaType || undefined }
    case 'instagram':
      return { targetType, mediaType: options.mediaType || undefined }
    case 'linkedin':
      return { targetType, pageId: facts.pageId }
    case 'pinterest':
      return { targetType, boardId: facts.boardId, title }
    case 'tiktok':
      return {
        targetType,
        title,
        privacyLevel: options.privacy,
        disabledComments: !ticked(options.allowComments),
        disabledDuet: !ticked(options.allowDuets),
        disabledStitch: !ticked(options.allowStitches),
        isBrandedContent: ticked(options.paidPartnership),
        isYourBrand: ticked(options.ownBrand),
        isAiGenerated: ticked(options.aiGenerated),
      }
    case 'youtube':
      return {
        targetType,
        title,
        privacyStatus: options.privacy,
        shouldNotifySubscribers: ticked(options.notifySubscribers),
        isMadeForKids: ticked(options.madeForKids),
        containsSyntheticMedia: ticked(options.aiGenerated),
      }
    default:
      return { targetType }
  }
}
