import type { AccountFacts, Draft, Finding, MediaItem, MediaRules } from './platform.ts'
import { PublishError } from './publish-error.ts'
import { graphemes } from './text.ts'

/**
 * What is wrong with a draft's media, in words with numbers.
 *
 * @param platform its label
 * @param rules as they hold for the account: a server's own limits are already in them
 */
export function checkMedia(platform: string, media: Draft['media'], rules: MediaRules): Finding[] {
  const images = media.filter(isImage)
  const videos = media.filter((item) => item.type.startsWith('video/'))
  const others = media.filter((item) => !isImage(item) && !item.type.startsWith('video/'))
  return [
    ...checkDocuments(platform, others, images.length + videos.length, rules.documents),
    ...checkImages(platform, images, rules.images),
    ...checkVideos(platform, videos, rules.videos),
    ...checkTogether(platform, images.length, videos.length, rules.together),
  ]
}

/** What is wrong with a text's length, in words with numbers: none, or one error. */
export function checkLength(platform: string, count: number, limit: number, unit: string): Finding[] {
  if (count <= limit) return []
  const over = count - limit
  return [error(`It is ${number(over)} ${one(unit, over)} over ${platform}'s ${number(limit)}`)]
}

/**
 * What keeps a platform that fetches media itself from fetching these: an install without a public address, which the app
 * tells by the fact `publicAddress: false`.
 */
export function checkReachable(platform: string, media: Draft['media'], facts: AccountFacts): Finding[] {
  if (media.length === 0 || facts.publicAddress !== false) return []
  return [
    error(
      `${platform} fetches ${media.length === 1 ? media[0]?.filename : 'files'} itself, and this Crier has no public address: its operator sets PUBLIC_URL`,
    ),
  ]
}

/** A file's bytes, or those of one piece, which may end past its end. That they can't be read proves that nothing was sent, so it is never a reason to look. @throws PublishError */
export async function bytesOf(
  platform: string,
  item: MediaItem,
  piece?: { from: number; to: number },
): Promise<Uint8Array> {
  try {
    return await item.bytes(piece && { from: piece.from, to: Math.min(piece.to, item.size) })
  } catch (cause) {
    if (cause instanceof PublishError) throw cause
    throw new PublishError(platform, { do: 'retry' }, `${item.filename} can't be read`, {
      code: 'NO_BYTES',
      cause,
    })
  }
}

export const error = (message: string): Finding => ({ severity: 'error', message })
export const warning = (message: string): Finding => ({ severity: 'warning', message })

type Item = Draft['media'][number]
const isImage = (item: Item): boolean => item.type.startsWith('image/')

function checkDocuments(
  platform: string,
  documents: Item[],
  besides: number,
  rules: MediaRules['documents'],
): Finding[] {
  const foreign = documents.filter(({ type }) => !rules || !takes(rules.types, type))
  const findings = foreign.map((item) =>
    error(`${item.filename} is ${item.type}, which ${platform} does not take`),
  )
  if (!rules || documents.length === foreign.length) return findings
  if (documents.length > rules.max) {
    findings.push(error(`${documents.length} documents are attached; ${platform} takes at most ${rules.max}`))
  }
  if (besides > 0) findings.push(error(`${platform} takes a document or other files, not both in one post`))
  return [
    ...findings,
    ...documents.flatMap((item) => (foreign.includes(item) ? [] : checkFile(platform, item, rules))),
  ]
}

function checkTogether(
  platform: string,
  images: number,
  videos: number,
  together: number | undefined,
): Finding[] {
  if (images === 0 || videos === 0) return []
  if (together === undefined) return [error(`${platform} takes images or a video, not both in one post`)]
  if (images + videos <= together) return []
  return [error(`${images + videos} files are attached; ${platform} takes at most ${together}`)]
}

function checkImages(platform: string, images: Item[], rules: MediaRules['images']): Finding[] {
  const findings: Finding[] = []
  if (images.length > rules.max) {
    findings.push(
      error(
        `${images.length} images are attached; ${platform} takes ${rules.max === 0 ? 'none' : `at most ${rules.max}`}`,
      ),
    )
  }
  for (const image of images) {
    findings.push(...checkFile(platform, image, rules))
    const altLength = graphemes(image.alt)
    if (rules.maxAlt !== undefined && altLength > rules.maxAlt) {
      findings.push(
        error(
          `The description of ${image.filename} has ${number(altLength)} characters; ${platform} takes ${number(rules.maxAlt)}`,
        ),
      )
    }
    if (image.alt.trim() === '') {
      findings.push(warning(`${image.filename} has no description for people who can't see it`))
    }
  }
  return findings
}

function checkVideos(platform: string, videos: Item[], rules: MediaRules['videos']): Finding[] {
  if (!rules)
    return videos.map((video) =>
      error(`${video.filename} is a video, which Crier can't publish to ${platform}`),
    )
  const findings: Finding[] = []
  if (videos.length > rules.max) {
    findings.push(error(`${videos.length} videos are attached; ${platform} takes at most ${rules.max}`))
  }
  for (const video of videos) {
    const wrong = checkFile(platform, video, rules)
    findings.push(...wrong.map(({ message }) => error(`${message}. Crier does not convert videos`)))
    findings.push(...checkCodecs(platform, video, rules.codecs))
    if (rules.maxDuration !== undefined && video.duration !== null && video.duration > rules.maxDuration) {
      findings.push(
        error(
          `${video.filename} lasts ${seconds(video.duration)}; ${platform} takes ${seconds(rules.maxDuration)}`,
        ),
      )
    }
  }
  return findings
}

/** What would be uploaded whole, worked on for minutes and then refused. */
export function checkCodecs(
  platform: string,
  { filename, videoCodec, audioCodec }: Item,
  codecs: { video: readonly string[]; audio: readonly string[] } | undefined,
): Finding[] {
  if (!codecs) return []
  return [
    { what: 'pictures', found: videoCodec, taken: codecs.video },
    { what: 'sound', found: audioCodec, taken: codecs.audio },
  ].flatMap(({ what, found, taken }) =>
    found && !taken.includes(found)
      ? [
          error(
            `${filename} has its ${what} as ${codecName(found)}; ${platform} takes ${taken.map(codecName).join(', ')}. Crier does not convert videos`,
          ),
        ]
      : [],
  )
}

/** As people know them. */
const CODEC_NAMES: Readonly<Record<string, string>> = {
  avc: 'H.264',
  hevc: 'H.265',
  prores: 'ProRes',
}
const codecName = (codec: string): string => CODEC_NAMES[codec] ?? codec.toUpperCase()

function checkFile(
  platform: string,
  item: Item,
  rules: { types: readonly string[]; maxBytes: number },
): Finding[] {
  const findings: Finding[] = []
  if (!takes(rules.types, item.type)) {
    findings.push(error(`${item.filename} is ${item.type}; ${platform} takes ${rules.types.join(', ')}`))
  }
  if (item.size > rules.maxBytes) {
    findings.push(
      error(`${item.filename} has ${bytes(item.size)}; ${platform} takes ${bytes(rules.maxBytes)}`),
    )
  }
  return findings
}

/** `image/*` stands for every image. */
const takes = (types: readonly string[], type: string): boolean =>
  types.some((one) => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))

const number = (value: number): string => value.toLocaleString('en-US')
const seconds = (ms: number): string => `${number(Math.round(ms / 100) / 10)} s`

/** `1.9 MB`, as the platforms count: a MB is a million bytes. */
function bytes(size: number): string {
  if (size < 1_000) return `${size} bytes`
  if (size < 1_000_000) return `${number(Math.round(size / 100) / 10)} kB`
  return `${number(Math.round(size / 10_000) / 100)} MB`
}

const one = (unit: string, count: number): string => (count === 1 ? unit.replace(/s$/, '') : unit)
