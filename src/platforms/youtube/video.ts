import { HOUR, MINUTE } from '../../kit/clock.ts'
import type { Field } from '../../message/form.ts'
import { checkLength, checkMedia, error, warning } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import type { Draft, Finding, MediaItem, MediaRules } from '../contract/platform.ts'
import { graphemes, utf8Bytes } from '../contract/text.ts'

/** https://developers.google.com/youtube/v3/docs/videos#properties */
export const DESCRIPTION_BYTES = 5000
const TITLE = 100
const TAGS = 500
/** https://support.google.com/youtube/answer/15424877 */
const SHORT = 3 * MINUTE

export const MEDIA: MediaRules = {
  // An image beside the video is its thumbnail.
  images: { max: 1, types: ['image/jpeg', 'image/png'], maxBytes: 50_000_000 },
  videos: { max: 1, types: ['video/*'], maxBytes: 256 * 1024 ** 3, maxDuration: 12 * HOUR },
  together: 2,
}

/** https://developers.google.com/youtube/v3/docs/videoCategories: those that exist everywhere. */
const CATEGORIES: Record<string, string> = {
  22: 'People & blogs',
  1: 'Film & animation',
  2: 'Autos & vehicles',
  10: 'Music',
  15: 'Pets & animals',
  17: 'Sports',
  19: 'Travel & events',
  20: 'Gaming',
  23: 'Comedy',
  24: 'Entertainment',
  25: 'News & politics',
  26: 'How-to & style',
  27: 'Education',
  28: 'Science & technology',
  29: 'Non-profits & activism',
}
const USUAL_CATEGORY = '22'

export const OPTIONS: readonly Field[] = [
  {
    kind: 'text',
    name: 'title',
    label: 'Title',
    hint: 'At most 100 characters; without one, the first line of the text is the title',
    required: false,
  },
  {
    kind: 'choice',
    name: 'privacy',
    label: 'Who can see it',
    required: false,
    options: [
      { label: 'Everybody', value: 'public' },
      { label: 'Who has the link', value: 'unlisted' },
      { label: 'Nobody but the channel', value: 'private' },
    ],
  },
  {
    kind: 'choice',
    name: 'madeForKids',
    label: 'Made for kids',
    hint: 'YouTube has to be told, by law',
    required: false,
    options: [
      { label: 'No', value: 'no' },
      { label: 'Yes', value: 'yes' },
    ],
  },
  {
    kind: 'choice',
    name: 'kind',
    label: 'Kind',
    required: false,
    options: [
      { label: 'Video', value: 'video' },
      { label: 'Short (upright or square, at most 3 minutes)', value: 'short' },
    ],
  },
  { kind: 'text', name: 'tags', label: 'Tags', placeholder: 'kettle, tea', required: false },
  {
    kind: 'choice',
    name: 'category',
    label: 'Category',
    required: false,
    options: Object.entries(CATEGORIES).map(([value, label]) => ({ label, value })),
  },
  {
    kind: 'flag',
    name: 'synthetic',
    label: 'Altered or synthetic',
    hint: 'It looks real and was made or changed by AI',
    required: false,
  },
  { kind: 'flag', name: 'quiet', label: 'Don’t notify subscribers', required: false },
]

type Words = Pick<Draft, 'text' | 'options'>

export const isVideo = ({ type }: Pick<MediaItem, 'type'>): boolean => type.startsWith('video/')

const titleOf = ({ text, options }: Words): string => (options.title || text.split('\n')[0] || '').trim()

const tagsOf = ({ options }: Words): string[] =>
  (options.tags ?? '')
    .split(/[,\n]/)
    .map((tag) => tag.trim().replace(/^#/, ''))
    .filter((tag) => tag !== '')

/** What YouTube is told of a video, the same in every attempt. */
export function metadataOf(words: Words): Record<string, unknown> {
  const { text, options } = words
  const tags = tagsOf(words)
  return {
    snippet: {
      title: titleOf(words),
      description: text,
      categoryId: options.category || USUAL_CATEGORY,
      ...(tags.length > 0 ? { tags } : {}),
    },
    status: {
      privacyStatus: options.privacy || 'public',
      selfDeclaredMadeForKids: options.madeForKids === 'yes',
      ...(ticked(options.synthetic) ? { containsSyntheticMedia: true } : {}),
    },
  }
}

/** What is wrong with a draft, in words. */
export function checkVideo(draft: Draft): Finding[] {
  const { text, media, options } = draft
  const found = checkMedia('YouTube', media, MEDIA)
  const video = media.find(isVideo)
  if (!video) return [...found, error('A post on YouTube needs a video')]
  const findings = [
    ...checkLength('YouTube', utf8Bytes(text), DESCRIPTION_BYTES, 'bytes'),
    // A thumbnail shows nothing that the video does not.
    ...found.filter(({ severity }) => severity === 'error'),
    ...checkTitle(draft),
    ...checkShort(video, options.kind === 'short'),
  ]
  if (/[<>]/.test(text)) findings.push(error('YouTube takes no < or > in a description'))
  // Tags with a space are counted with the quotation marks they get: https://developers.google.com/youtube/v3/docs/videos#snippet.tags[]
  const tags = tagsOf(draft)
  const length =
    tags.reduce((sum, tag) => sum + graphemes(tag) + (/\s/.test(tag) ? 2 : 0), 0) +
    Math.max(0, tags.length - 1)
  findings.push(...checkLength('the tags on YouTube', length, TAGS, 'characters'))
  return findings
}

function checkTitle(draft: Draft): Finding[] {
  const title = titleOf(draft)
  if (title === '') return [error('A video on YouTube needs a title')]
  const findings: Finding[] = []
  if (/[<>]/.test(title)) findings.push(error('YouTube takes no < or > in a title'))
  if (graphemes(title) > TITLE) {
    findings.push(
      draft.options.title
        ? error(`The title has ${graphemes(title)} characters; YouTube takes ${TITLE}`)
        : error(
            `A video on YouTube needs a title; the first line has ${graphemes(title)} characters, more than the ${TITLE} of one`,
          ),
    )
  }
  return findings
}

/** YouTube has no switch for a Short: what is upright or square and at most three minutes long is one. */
function checkShort(
  { width, height, duration, filename }: Draft['media'][number],
  asked: boolean,
): Finding[] {
  if (!width || !height || duration === null) return []
  const upright = height >= width
  const brief = duration <= SHORT
  if (!asked) {
    return upright && brief
      ? [warning(`YouTube will show ${filename} as a Short: it is upright and at most 3 minutes long`)]
      : []
  }
  return [
    ...(upright ? [] : [error(`${filename} is wider than high; a Short is upright or square`)]),
    ...(brief
      ? []
      : [error(`${filename} lasts ${Math.round(duration / 1000)} s; a Short lasts at most 180 s`)]),
  ]
}
