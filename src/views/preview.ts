import type { Account } from '../accounts/account.ts'
import {
  type Block,
  bold,
  button,
  buttons,
  heading,
  list,
  type Message,
  message,
  note,
  type Span,
} from '../message/message.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import type { Scene } from './pictures/scene.ts'
import { findingLines } from './post-checks.ts'
import type { PostSheet } from './post-sheet.ts'
import { counted, excerpt } from './words.ts'

/** How a post will look for the readers of one account: in a picture where it could be drawn, and as facts. */
export interface Preview {
  account: Account
  platform: Platform
  scene: Scene
  png: Uint8Array | undefined
}

export interface Previews {
  each: readonly Preview[]
  /** All of them beside one another, where there are several. */
  together: Uint8Array | undefined
  /** How many characters no font at hand could draw. */
  undrawn: number
}

/** The pictures, and what is in them in words: the differences between the platforms are read from its list. */
export function previewMessage(sheet: PostSheet, { each, together, undrawn }: Previews): Message {
  const { post } = sheet
  const findings = findingLines(sheet)
  return message(
    heading(`How #${post.number} will look`),
    together && {
      type: 'image',
      image: { png: together, name: `post-${post.number}-side-by-side.png` },
      alt: `#${post.number} side by side on ${each.map(({ platform }) => platform.label).join(', ')}`,
    },
    ...each.map(pictureOf(sheet)),
    list(each.map((one) => factsOf(sheet, one))),
    ...(findings.length > 0 ? [list(findings)] : []),
    note(
      'Drawn by Crier; each app has its own fonts and its colours.',
      ...(undrawn > 0
        ? [
            ` ${counted(undrawn, 'character')} could not be drawn and stand as □ here; they go out as they were written.`,
          ]
        : []),
      ...(each.some(({ png }) => !png)
        ? [' A picture could not be drawn; the facts hold all the same.']
        : []),
    ),
    buttons(button('Back to the post', `show ${post.number}`)),
  )
}

const pictureOf =
  ({ post }: PostSheet) =>
  ({ scene, platform, png }: Preview, index: number): Block | undefined =>
    png && {
      type: 'image',
      image: {
        png,
        name: `post-${post.number}-${index + 1}-${platform.name}.png`,
      },
      alt: `#${post.number} on ${scene.label} as ${scene.handle}: ${excerpt(textOf(scene), 120) || 'no text'}`,
    }

function factsOf({ post }: PostSheet, { platform, scene }: Preview): Span[] {
  const facts = [
    `${scene.count}${scene.tooLong ? ', too long' : ''}`,
    platform.name in post.content.variants && 'its own text',
    scene.parts.length > 1 && `a thread of ${scene.parts.length}`,
    marks(scene),
    scene.title && `titled “${scene.title}”`,
    ...mediaFacts(scene),
    scene.linkCard && 'a card of the page it links to',
    scene.face?.folds !== undefined &&
      `readers see ${counted(scene.face.folds, 'line')} before they tap for more`,
  ].filter((fact) => typeof fact === 'string' && fact !== '')
  return [bold(`${scene.label}, ${scene.handle}`), { type: 'plain', text: `: ${facts.join('; ')}` }]
}

const textOf = (scene: Scene): string =>
  scene.parts.map((part) => part.map(({ text }) => text).join('')).join('\n')

const marks = (scene: Scene): string => {
  const count = scene.parts.flat().filter(({ marked }) => marked).length
  return count === 0 ? '' : `${counted(count, 'link, mention or hashtag', 'links, mentions and hashtags')}`
}

function mediaFacts({ media, face }: Scene): string[] {
  const images = media.filter(({ kind }) => kind === 'image')
  const films = media.filter(({ kind }) => kind === 'video')
  const bare = images.filter(({ described }) => !described).length
  const single = face?.single
  const [first] = media
  const cut = (ratio: number): boolean =>
    single !== undefined && (ratio < single.min - 0.01 || ratio > single.max + 0.01)
  const facts: string[] = []
  if (images.length > 0) {
    facts.push(`${counted(images.length, 'picture')}${bare > 0 ? ` (${bare} without alt text)` : ''}`)
  }
  if (films.length > 0) facts.push(counted(films.length, 'video'))
  if (media.length > 1 && face?.several === 'mosaic') facts.push('parts of one frame, each cropped to fit')
  if (media.length > 1 && face?.several === 'pages') facts.push('one behind the other')
  if (media.length > 1 && face?.several === 'strip') facts.push('one beside the other')
  if (
    first &&
    first.kind !== 'file' &&
    cut(first.ratio) &&
    (media.length === 1 || face?.several === 'pages')
  ) {
    facts.push(`the ${first.kind === 'image' ? 'picture' : 'video'} is cropped in the feed`)
  }
  return facts
}
