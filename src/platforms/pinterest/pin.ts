import { MINUTE } from '../../kit/clock.ts'
import { bytesOf, checkLength, checkMedia, error } from '../contract/media.ts'
import type { Draft, Finding, MediaItem, MediaRules, Progress, Publication } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { graphemes, linksOf } from '../contract/text.ts'
import { type Upload, uploadStep } from './media.ts'

/** https://developers.pinterest.com/docs/api/v5/pins-create */
export const DESCRIPTION = 800
const TITLE = 100
const LINK = 2048
const ALT = 500
const SHORTEST = 4_000

export const MEDIA: MediaRules = {
  images: { max: 5, types: ['image/jpeg', 'image/png'], maxBytes: 20_000_000, maxAlt: ALT },
  videos: {
    max: 1,
    types: ['video/mp4', 'video/quicktime'],
    maxBytes: 2_000_000_000,
    maxDuration: 15 * MINUTE,
  },
  // An image beside a video is its cover.
  together: 2,
}

/** Larger images are named by their address where there is one, since bytes in JSON grow by a third. */
const LARGEST_INLINE = 10_000_000

type Words = Pick<Draft, 'text' | 'options'>

export const isVideo = ({ type }: Pick<MediaItem, 'type'>): boolean => type.startsWith('video/')

/** Where a Pin leads: what was chosen, else the first link of the text. */
export const linkOf = ({ text, options }: Words): string | undefined =>
  options.link || linksOf(text, false)[0]?.value

/** The body of `POST /pins`. @throws PublishError */
export async function pinOf(
  publication: Publication,
  boardId: string,
  progress: Progress,
): Promise<Record<string, unknown>> {
  const { text, options, media } = publication
  const link = linkOf(publication)
  const [first] = media
  return {
    board_id: boardId,
    ...(options.section ? { board_section_id: options.section } : {}),
    ...(options.title ? { title: options.title } : {}),
    ...(text === '' ? {} : { description: text }),
    ...(link ? { link } : {}),
    ...(first?.alt ? { alt_text: first.alt } : {}),
    media_source: await sourceOf(publication, progress),
  }
}

async function sourceOf(
  { media, options }: Publication,
  progress: Progress,
): Promise<Record<string, unknown>> {
  const video = media.find(isVideo)
  const [first, ...others] = media.filter((item) => !isVideo(item))
  if (video) {
    const id = progress.get<Upload | null>(uploadStep(video.mediaId))?.id
    if (id === undefined) {
      throw new PublishError('pinterest', { do: 'retry' }, `${video.filename} is not on Pinterest yet`)
    }
    const cover = first
      ? { cover_image_content_type: first.type, cover_image_data: await base64(first) }
      : { cover_image_key_frame_time: Math.trunc(Number(options.cover || 0)) }
    return { source_type: 'video_id', media_id: id, ...cover }
  }
  if (!first) throw new PublishError('pinterest', { do: 'edit' }, 'A Pin needs an image or a video')
  if (others.length > 0) {
    const items = await Promise.all(
      [first, ...others].map(async (item) => ({ content_type: item.type, data: await base64(item) })),
    )
    return { source_type: 'multiple_image_base64', items, index: 0 }
  }
  const url = first.size > LARGEST_INLINE ? first.publicUrl() : undefined
  return url === undefined
    ? { source_type: 'image_base64', content_type: first.type, data: await base64(first) }
    : { source_type: 'image_url', url }
}

const base64 = async (item: MediaItem): Promise<string> =>
  Buffer.from(await bytesOf('pinterest', item)).toString('base64')

/** What is wrong with a draft, in words. */
export function checkPin(draft: Draft): Finding[] {
  const { text, media, options } = draft
  const findings: Finding[] = [
    ...checkLength('Pinterest', graphemes(text), DESCRIPTION, 'characters'),
    ...checkMedia('Pinterest', media, MEDIA),
    ...checkLength("a Pin's title", graphemes(options.title ?? ''), TITLE, 'characters'),
  ]
  const video = media.find(isVideo)
  if (media.length === 0) findings.push(error('A Pin needs an image or a video'))
  if (video && video.duration !== null && video.duration < SHORTEST) {
    findings.push(error(`${video.filename} lasts less than Pinterest's 4 s`))
  }
  const link = linkOf(draft)
  if (link !== undefined) {
    if (!URL.canParse(link) || !/^https?:/.test(link)) findings.push(error('“Link” is not a web address'))
    findings.push(...checkLength("a Pin's link", link.length, LINK, 'characters'))
  }
  if (options.section && !/^\d+$/.test(options.section)) findings.push(error('“Board section” is its number'))
  if (options.cover && !/^\d+$/.test(options.cover)) findings.push(error('“Cover” is a number of seconds'))
  return findings
}
