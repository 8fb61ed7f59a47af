import { MINUTE } from '../../kit/clock.ts'
import { checkLength, checkMedia, error } from '../contract/media.ts'
import { ticked } from '../contract/options.ts'
import type { AccountFacts, Draft, Finding, MediaRules, Progress, Publication } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { kindOf, type Upload, uploadStep } from './media.ts'
import { littleText } from './text.ts'

export const CHARACTERS = 3000
/** An image has fewer. */
const PIXELS = 36_152_320

/** https://learn.microsoft.com/linkedin/marketing/community-management/shares/images-api and its neighbours. */
export const MEDIA: MediaRules = {
  images: {
    max: 20,
    types: ['image/jpeg', 'image/png', 'image/gif'],
    maxBytes: 5_000_000,
    maxAlt: 4086,
    maxPixels: PIXELS - 1,
  },
  videos: { max: 1, types: ['video/mp4'], maxBytes: 500_000_000, maxDuration: 30 * MINUTE },
  documents: {
    max: 1,
    types: [
      'application/pdf',
      'application/msword',
      'application/vnd.ms-powerpoint',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    ],
    maxBytes: 100_000_000,
  },
}
const SHORTEST = 3_000
const RATIO = 2.4
const ARTICLE_TITLE = 400
const ARTICLE_DESCRIPTION = 4086

/** The body of `POST /rest/posts`: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api */
export function postOf(
  publication: Publication,
  author: string,
  progress: Progress,
): Record<string, unknown> {
  const { text, options } = publication
  const content = contentOf(publication, progress)
  return {
    author,
    commentary: littleText(text),
    visibility: options.visibility || 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
    ...(content ? { content } : {}),
    lifecycleState: 'PUBLISHED',
    isReshareDisabledByAuthor: ticked(options.noReshare),
  }
}

function contentOf({ media, options }: Publication, progress: Progress): Record<string, unknown> | undefined {
  const files = media.map((item) => {
    const id = progress.get<Upload>(uploadStep(item.mediaId))?.urn
    if (id === undefined) {
      throw new PublishError('linkedin', { do: 'retry' }, `${item.filename} is not on LinkedIn yet`)
    }
    return { id, item }
  })
  const [first] = files
  if (options.article) {
    return {
      article: {
        source: options.article,
        title: options.articleTitle ?? '',
        ...(options.articleDescription ? { description: options.articleDescription } : {}),
        ...(first ? { thumbnail: first.id } : {}),
      },
    }
  }
  if (!first) return undefined
  if (files.length > 1) {
    return { multiImage: { images: files.map(({ id, item }) => ({ id, ...altOf(item.alt) })) } }
  }
  const { id, item } = first
  return { media: { id, ...(kindOf(item) === 'images' ? altOf(item.alt) : { title: item.filename }) } }
}

/** What of a post's content is named in a list as it was when it was sent: its files, its article. */
export const showsOf = ({ media, options }: Publication, progress: Progress): string[] => [
  ...media.flatMap(({ mediaId }) => progress.get<Upload>(uploadStep(mediaId))?.urn ?? []),
  ...(options.article ? [options.article] : []),
]

const altOf = (alt: string): { altText?: string } => (alt === '' ? {} : { altText: alt })

/** What is wrong with a draft, in words. */
export function checkPost(draft: Draft, facts: AccountFacts): Finding[] {
  const { text, media, options } = draft
  const findings: Finding[] = [
    // Before escaping: what people wrote, not what it takes to send it.
    ...checkLength('LinkedIn', text.length, CHARACTERS, 'characters'),
    ...checkMedia('LinkedIn', media, MEDIA),
    ...media.flatMap(checkShape),
    ...(options.article ? checkArticle(draft) : []),
  ]
  if (text.trim() === '' && media.length === 0 && !options.article) {
    findings.push(error('A post on LinkedIn needs a text or a file'))
  }
  if (options.visibility === 'CONNECTIONS' && facts.kind === 'organisation') {
    findings.push(error('An organisation has no connections on LinkedIn; its posts are for everybody'))
  }
  return findings
}

function checkShape({ type, width, height, duration, filename }: Draft['media'][number]): Finding[] {
  if (!width || !height) return []
  if (type.startsWith('image/')) {
    if (width * height < PIXELS) return []
    return [
      error(
        `${filename} has ${(width * height).toLocaleString('en-US')} pixels; LinkedIn takes fewer than ${PIXELS.toLocaleString('en-US')}`,
      ),
    ]
  }
  if (!type.startsWith('video/')) return []
  const findings: Finding[] = []
  if (duration !== null && duration < SHORTEST)
    findings.push(error(`${filename} lasts less than LinkedIn's 3 s`))
  if (Math.max(width / height, height / width) > RATIO) {
    findings.push(
      error(`${filename} is more than ${RATIO} times as long as wide, which LinkedIn does not take`),
    )
  }
  return findings
}

/** LinkedIn reads nothing from the address itself, so its card has to be written. */
function checkArticle({ options, media }: Draft): Finding[] {
  const findings: Finding[] = []
  const { article = '', articleTitle = '', articleDescription = '' } = options
  if (!URL.canParse(article) || !/^https?:/.test(article))
    findings.push(error('“Article” is not a web address'))
  if (articleTitle.trim() === '')
    findings.push(error('An article on LinkedIn needs a title, since LinkedIn reads none from the page'))
  findings.push(
    ...checkLength("the title of LinkedIn's article", articleTitle.length, ARTICLE_TITLE, 'characters'),
    ...checkLength(
      "the description of LinkedIn's article",
      articleDescription.length,
      ARTICLE_DESCRIPTION,
      'characters',
    ),
  )
  if (media.length > 1 || media.some((item) => kindOf(item) !== 'images')) {
    findings.push(error('An article on LinkedIn has one image at most, which is its thumbnail'))
  }
  return findings
}
