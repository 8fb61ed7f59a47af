import { HOUR, SECOND } from '../../kit/clock.ts'
import { checkCodecs, checkLength, checkMedia, error, warning } from '../contract/media.ts'
import type { Draft, Finding, MediaRules } from '../contract/platform.ts'
import { type Entity, entitiesOf, graphemes, HASHTAG, linksOf } from '../contract/text.ts'

/** No official page says so; publishers hold to it. */
export const CHARACTERS = 63_206
/** Documented as 10 MB, while the refusal 1366046 speaks of 4. */
const PHOTO = { maxBytes: 10_000_000, surely: 4_000_000 }
const VIDEO = { maxBytes: 10_000_000_000, longest: 4 * HOUR }
/** https://developers.facebook.com/docs/video-api/guides/reels-publishing */
const REEL = {
  shortest: 3 * SECOND,
  longest: 90 * SECOND,
  narrow: 540,
  high: 960,
  codecs: { video: ['avc', 'hevc'], audio: ['aac'] },
}
const STORY_LONGEST = 60 * SECOND
const PORTRAIT = 9 / 16

export const MEDIA: MediaRules = {
  // How many photos a post may hold is not documented.
  images: { max: 20, types: ['image/jpeg', 'image/png'], maxBytes: PHOTO.maxBytes, maxAlt: 1_000 },
  videos: {
    max: 1,
    types: ['video/mp4', 'video/quicktime'],
    maxBytes: VIDEO.maxBytes,
    maxDuration: VIDEO.longest,
  },
}

export type Kind = 'feed' | 'video' | 'reel' | 'photo story' | 'video story'

const isVideo = ({ type }: { type: string }): boolean => type.startsWith('video/')

export function kindOf({ media, options }: Pick<Draft, 'media' | 'options'>): Kind {
  const film = media.some(isVideo)
  if (options.as === 'story') return film ? 'video story' : 'photo story'
  if (options.as === 'reel') return 'reel'
  return film ? 'video' : 'feed'
}

/** The link whose preview is shown: what was asked for, else the first of the text. */
export const linkOf = ({ text, options }: Pick<Draft, 'text' | 'options'>): string | undefined =>
  options.link || linksOf(text, false)[0]?.value

export const entities = (text: string): Entity[] => entitiesOf(text, { bareLinks: true, hashtag: HASHTAG })

export function checkDraft(draft: Draft): Finding[] {
  const { text, media, options } = draft
  const findings = [
    ...checkLength('Facebook', graphemes(text), CHARACTERS, 'characters'),
    ...checkMedia('Facebook', media, MEDIA),
  ]
  if (text.trim() === '' && media.length === 0 && !options.link) {
    findings.push(error('A post on Facebook needs a text, a link, an image or a video'))
  }
  for (const item of media) {
    if (!isVideo(item) && item.size > PHOTO.surely && item.size <= PHOTO.maxBytes) {
      findings.push(warning(`${item.filename} is larger than 4 MB, which Facebook may refuse`))
    }
  }
  if (options.link && !URL.canParse(options.link)) {
    findings.push(error('“Link” is not a web address'))
  }
  if (linksOf(text, true).some(({ value }) => /^https?:\/\/([\w-]+\.)*facebook\.com([/?#]|$)/i.test(value))) {
    findings.push(warning('Facebook refuses some links to facebook.com itself'))
  }
  return [...findings, ...checkKind(draft)]
}

function checkKind(draft: Draft): Finding[] {
  const kind = kindOf(draft)
  const { media, text, options } = draft
  const [first] = media
  switch (kind) {
    case 'feed':
    case 'video':
      return options.link && media.length > 0
        ? [warning('Facebook shows no preview of a link beside images or a video')]
        : []
    case 'reel':
      return first && isVideo(first)
        ? checkReel(first, REEL.longest, 'a reel')
        : [error('A reel on Facebook needs a video')]
    case 'photo story':
    case 'video story':
      return [
        ...(media.length === 1 ? [] : [error('A story on Facebook takes one image or one video')]),
        ...(text.trim() === '' ? [] : [warning('A story on Facebook shows no text beside its picture')]),
        ...(first && isVideo(first) ? checkReel(first, STORY_LONGEST, 'a story') : []),
      ]
    default:
      return kind satisfies never
  }
}

function checkReel(item: Draft['media'][number], longest: number, what: string): Finding[] {
  const findings = checkCodecs(`${what} on Facebook`, item, REEL.codecs)
  const { width, height, duration, filename } = item
  if (duration !== null && (duration < REEL.shortest || duration > longest)) {
    const seconds = Math.round(duration / 100) / 10
    findings.push(
      error(
        `${filename} lasts ${seconds} s; ${what} on Facebook lasts ${REEL.shortest / SECOND} to ${longest / SECOND} s`,
      ),
    )
  }
  if (width === null || height === null) return findings
  if (width < REEL.narrow || height < REEL.high) {
    findings.push(error(`${filename} is ${width} × ${height}; ${what} on Facebook has at least 540 × 960`))
  }
  if (Math.abs(width / height - PORTRAIT) > 0.02) {
    findings.push(error(`${filename} is ${width} × ${height}; ${what} on Facebook is 9:16`))
  }
  return findings
}
