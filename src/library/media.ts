import type { EpochMs } from '../kit/clock.ts'

/** A picture, film or document, kept under the SHA-256 of its bytes. What is known of it is read from the bytes. */
export interface Media {
  id: string
  /** Hex. */
  sha256: string
  /** MIME type by content, not by name. */
  type: string
  /** Bytes. */
  size: number
  width: number | null
  height: number | null
  /** Milliseconds; null for what does not play. */
  duration: number | null
  /** As it was attached; shown to people, never used as a path. */
  filename: string
  createdAt: EpochMs
}

/** Bound to one workspace. */
export interface MediaStore {
  add(media: Media): Promise<void>
  get(id: string): Promise<Media | undefined>
  getMany(ids: readonly string[]): Promise<Media[]>
  bySha256(sha256: string): Promise<Media | undefined>
  /** How many bytes are kept, each file once. */
  bytes(): Promise<number>
}

/** Where the bytes are: a folder, or S3-compatible storage. Keys are SHA-256 in hex. */
export interface Blobs {
  put(sha256: string, bytes: Uint8Array): Promise<void>
  /** @throws Error if there is none. */
  get(sha256: string): Promise<Uint8Array>
}
