import { MINUTE, SECOND } from '../../kit/clock.ts'
import { META_MENTION } from '../contract/graph.ts'
import { checkLength, checkMedia, checkReachable, error, warning } from '../contract/media.ts'
import { listed } from '../contract/options.ts'
import type { AccountFacts, Draft, Finding, MediaRules } from '../contract/platform.ts'
import { type Entity, entitiesOf, graphemes, HASHTAG } from '../contract/text.ts'

/** https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media */
export const CAPTION = 2_200

const HASHTAGS = 30

const MENTIONS = 20

export const COLLABORATORS = 3

const NARROWEST = 4 / 5

const WIDEST = 1.91

const REEL = { shortest: 3 * SECOND, longest: 15 * MINUTE }

const STORY_VIDEO = { shortest: 3 * SECOND, longest: 60 * SECOND, maxBytes: 100_000_000 }

const VIDEO_TYPES = ['video/mp4', 'video/quicktime']

export const MEDIA: MediaRules = {
  images: {
    max: 10,
    types: ['image/jpeg'],
    maxBytes: 8_000_000,
    maxAlt: 1_000,
    aspect: { min: NARROWEST, max: WIDEST },
  },
  videos: {
    max: 10,
    types: VIDEO_TYPES,
    maxBytes: 300_000_000,
    maxDuration: REEL.longest,
    codecs: { video: ['avc', 'hevc'], audio: ['aac'] },
  },
  together: 10,
  pulls: true,
}

/** A story may have any shape. */
export function mediaFor(draft: Pick<Draft, 'media' | 'options'>): MediaRules {
  if (kindOf(draft) !== 'story') return MEDIA
  const { aspect: _any, ...images } = MEDIA.images
  return { ...MEDIA, images }
}

type Kind = 'image' | 'reel' | 'story' | 'carousel'

export function kindOf({ media, options }: Pick<Draft, 'media' | 'options'>): Kind {
  if (options.as === 'story') return 'story'
  if (media.length > 1) return 'carousel'
  return media[0]?.type.startsWith('video/') ? 'reel' : 'image'
}

export const isVideo = ({ type }: { type: string }): boolean => type.startsWith('video/')

export const mayPush = (via: unknown, item: { type: string }): boolean => via === 'facebook' && isVideo(item)

function checkKind(draft: Draft): Finding[] {
  const findings: Finding[] = []
  const kind = kindOf(draft)
  const { media, text } = draft
  if (kind === 'story') {
    if (media.length > 1) findings.push(error('A story on Instagram takes one image or video'))
    if (text.trim() !== '') findings.push(warning('A story on Instagram shows no text beside its picture'))
  }
  const limits = kind === 'story' ? STORY_VIDEO : REEL
  for (const item of media) {
    if (!isVideo(item)) {
      const ratio = (item.width ?? 0) / (item.height ?? 0)
      if (kind !== 'story' && (ratio < NARROWEST || ratio > WIDEST)) {
        findings.push(
          error(
            `${item.filename} is ${item.width} × ${item.height}; Instagram takes 4:5 to 1.91:1 in width to height`,
          ),
        )
      }
      continue
    }
    if (item.duration !== null && item.duration < limits.shortest) {
      findings.push(error(`${item.filename} is shorter than Instagram's ${limits.shortest / SECOND} s`))
    }
    if (kind === 'story' && item.duration !== null && item.duration > STORY_VIDEO.longest) {
      findings.push(error(`${item.filename} is longer than the 60 s of a story on Instagram`))
    }
    if (kind === 'story' && item.size > STORY_VIDEO.maxBytes) {
      findings.push(error(`${item.filename} is larger than the 100 MB of a story on Instagram`))
    }
  }
  return findings
}

function checkOptions({ options }: Draft): Finding[] {
  const findings: Finding[] = []
  const collaborators = listed(options.collaborators).length
  if (collaborators > COLLABORATORS) {
    findings.push(error(`${collaborators} collaborators are named; Instagram takes ${COLLABORATORS}`))
  }
  if (options.cover && !/^\d+(\.\d+)?$/.test(options.cover)) {
    findings.push(error(`“${options.cover}” is not a second of the video, such as 1.5`))
  }
  return findings
}

function checkFetched(draft: Draft, facts: AccountFacts): Finding[] {
  const pushed = kindOf(draft) === 'carousel' ? [] : draft.media.filter((item) => mayPush(facts.via, item))
  return checkReachable(
    'Instagram',
    draft.media.filter((item) => !pushed.includes(item)),
    facts,
  )
}

export const entities = (text: string): Entity[] =>
  entitiesOf(text, { bareLinks: false, mention: META_MENTION, hashtag: HASHTAG })

/** Links in a caption are not links on Instagram. */
export function hrefOf({ kind, value }: Entity): string | undefined {
  if (kind === 'link') return undefined
  return kind === 'mention'
    ? `https://www.instagram.com/${value}/`
    : `https://www.instagram.com/explore/tags/${encodeURIComponent(value)}/`
}

export function checkDraft(draft: Draft, facts: AccountFacts): Finding[] {
  const tags = entities(draft.text)
  const count = (kind: Entity['kind']): number => tags.filter((one) => one.kind === kind).length
  const findings = [
    ...checkLength('Instagram', graphemes(draft.text), CAPTION, 'characters'),
    ...checkLength('Instagram', count('hashtag'), HASHTAGS, 'hashtags'),
    ...checkLength('Instagram', count('mention'), MENTIONS, 'mentions'),
    ...checkMedia('Instagram', draft.media, MEDIA),
  ]
  if (draft.media.length === 0) findings.push(error('A post on Instagram needs an image or a video'))
  return [...findings, ...checkKind(draft), ...checkOptions(draft), ...checkFetched(draft, facts)]
}
