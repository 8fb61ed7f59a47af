import type { Progress, Publication } from '../contract/platform.ts'

export interface Upload {
  id: string
  /** Worked through by the server, so that a post may name it. */
  ready: boolean
}

export const mediaStep = (mediaId: string): string => `media:${mediaId}`

/** Ids of the files at the server. */
export const uploadsOf = ({ media }: Pick<Publication, 'media'>, progress: Progress): string[] =>
  media.flatMap(({ mediaId }) => progress.get<Upload | null>(mediaStep(mediaId))?.id ?? [])
