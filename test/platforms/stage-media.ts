import type { MediaItem } from '../../src/platforms/contract/platform.ts'

/** A JPEG of one pixel. */
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)

export const jpeg = (changes: Partial<MediaItem> = {}): MediaItem => {
  const mediaId = changes.mediaId ?? 'media-1'
  return {
    mediaId,
    type: 'image/jpeg',
    size: JPEG.byteLength,
    width: 1080,
    height: 1080,
    duration: null,
    alt: 'A blue kettle',
    filename: `${mediaId}.jpg`,
    bytes: async (part) => JPEG.subarray(part?.from, part?.to),
    publicUrl: () => `https://crier.example/media/${mediaId}.jpg`,
    ...changes,
  }
}

/** A video as far as its facts and the number of its bytes go. */
export const video = (changes: Partial<MediaItem> & { size?: number } = {}): MediaItem => {
  const mediaId = changes.mediaId ?? 'film-1'
  const size = changes.size ?? 2_000
  return {
    mediaId,
    type: 'video/mp4',
    size,
    width: 1080,
    height: 1920,
    duration: 12_000,
    alt: '',
    filename: `${mediaId}.mp4`,
    bytes: async (part) => Buffer.alloc(size, 'v').subarray(part?.from, part?.to),
    publicUrl: () => `https://crier.example/media/${mediaId}.mp4`,
    ...changes,
  }
}
