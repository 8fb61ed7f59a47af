import { MINUTE } from '../../kit/clock.ts'
import { META_MENTION } from '../contract/graph.ts'
import { checkLength, checkMedia, checkReachable, error } from '../contract/media.ts'
import type { AccountFacts, Draft, Finding, MediaRules } from '../contract/platform.ts'
import { type Entity, entitiesOf, HASHTAG, linksOf, threadParts, utf8Bytes } from '../contract/text.ts'

/** https://developers.facebook.com/docs/threads/overview#limitations */
export const CHARACTERS = 500
const LINKS = 5
const FLATTEST = 10

export const MEDIA: MediaRules = {
  images: {
    max: 20,
    types: ['image/jpeg', 'image/png'],
    maxBytes: 8_000_000,
    aspect: { min: 1 / FLATTEST, max: FLATTEST },
  },
  videos: {
    max: 20,
    types: ['video/mp4', 'video/quicktime'],
    maxBytes: 1_000_000_000,
    maxDuration: 5 * MINUTE,
    codecs: { video: ['avc', 'hevc'], audio: ['aac'] },
  },
  together: 20,
  pulls: true,
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

/** Characters, of which each emoji counts as many as it has bytes in UTF-8. */
function lengthOf(text: string): number {
  let length = 0
  for (const { segment } of segmenter.segment(text)) {
    length += EMOJI.test(segment) ? utf8Bytes(segment) : [...segment].length
  }
  return length
}

/** The longest part of a thread is what counts. */
export const count = (text: string): number => Math.max(...threadParts(text).map(lengthOf))

export const isVideo = ({ type }: { type: string }): boolean => type.startsWith('video/')

export const entities = (text: string): Entity[] =>
  entitiesOf(text, { bareLinks: true, mention: META_MENTION, hashtag: HASHTAG })

export function checkDraft({ text, media }: Draft, facts: AccountFacts): Finding[] {
  const parts = threadParts(text)
  const findings = parts.flatMap((part, index) => {
    const links = new Set(linksOf(part, true).map(({ value }) => value)).size
    const where = parts.length === 1 ? 'It' : `Part ${index + 1}`
    return [
      ...checkLength('Threads', lengthOf(part), CHARACTERS, 'characters').map((finding) => ({
        ...finding,
        message: finding.message.replace(/^It\b/, where),
      })),
      ...(links > LINKS ? [error(`${where} has ${links} links; Threads takes ${LINKS}`)] : []),
    ]
  })
  findings.push(...checkMedia('Threads', media, MEDIA))
  if (text.trim() === '' && media.length === 0) {
    findings.push(error('A post on Threads needs a text, an image or a video'))
  }
  for (const { width, height, filename, type } of media) {
    if (isVideo({ type }) || !width || !height) continue
    if (Math.max(width / height, height / width) > FLATTEST) {
      findings.push(error(`${filename} is ${width} × ${height}; Threads takes up to 10:1`))
    }
  }
  return [...findings, ...checkReachable('Threads', media, facts)]
}
