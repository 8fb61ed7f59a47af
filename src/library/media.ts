import type { EpochMs } from '../kit/clock.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'

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
  /** By its name in the file (`avc`, `hevc`, `vp9`); null where there is none, or none is known. */
  videoCodec: string | null
  /** `aac`, `opus`. */
  audioCodec: string | null
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

/** Where the bytes are: a folder, or S3-compatible storage. Both use the same names, so that one is copied to the other as it is. */
export interface Blobs {
  /** In words: `the folder /data/media`, `the bucket media at https://…`. */
  place: string
  /** One workspace's own; another's can't be reached through it. */
  of(workspaceId: WorkspaceId): Shelf
  /** Writes, reads and removes a trial, for `crier doctor`. Never throws. */
  check(): Promise<BlobsHealth>
  close(): Promise<void>
}

export interface BlobsHealth {
  ok: boolean
  /** What is wrong with the place, or that nothing is. */
  sentence: string
  wayOut?: string
}

/** The bytes of one workspace, each under its SHA-256 in hex. Every method throws BlobError where they can't be had or kept. */
export interface Shelf {
  /** Appears whole or not at all. What is there already stays. */
  put(sha256: string, content: Content, type: string): Promise<void>
  get(sha256: string, part?: Part): Promise<Uint8Array>
  /** The bytes as they come. That they can't be had is thrown here; an end before their end breaks the stream. */
  open(sha256: string, part?: Part): Promise<ReadableStream<Uint8Array>>
}

/** Bytes in memory, or a file that need not be. */
export type Content = Uint8Array | { path: string; size: number }

/** From the byte `from` to before the byte `to`. */
export interface Part {
  from: number
  to: number
}
