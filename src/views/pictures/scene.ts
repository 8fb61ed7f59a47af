import type { Face } from '../../platforms/contract/platform.ts'

/** One post as one platform's readers will see it: all that a picture of it needs, and plain data throughout. */
export interface Scene {
  /** The platform's. */
  label: string
  handle: string
  /** A plain card where the platform says nothing of its looks. */
  face?: Face
  /** What a title option says, where the platform has one. */
  title?: string
  /** The parts of a thread; one where it is none. */
  parts: SceneText[][]
  media: SceneMedia[]
  /** The first link of a post without media: the platform makes a card of the page behind it. */
  linkCard?: string
  /** `42 of 300 graphemes`. */
  count: string
  tooLong: boolean
  /** `Sat 21 Nov, 09:00`, or `Draft`. */
  when: string
}

/** A piece of the text; `marked` is what the platform shows as a link, a mention or a hashtag. */
export interface SceneText {
  text: string
  marked: boolean
}

export interface SceneMedia {
  kind: 'image' | 'video' | 'file'
  /** A small JPEG, as it will be sent: padded or cropped already. Absent for films and files. */
  jpeg?: Uint8Array
  /** Width to height. */
  ratio: number
  described: boolean
  filename: string
  /** `0:12` */
  length?: string
}
