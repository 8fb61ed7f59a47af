import { type EpochMs, MINUTE } from '../kit/clock.ts'
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

/** Bound to one workspace. Media that are on their way out are not there any more, but for `take`. */
export interface MediaStore {
  /** @param originalId the picture that it was made from: it stays for as long as that one is needed */
  add(media: Media, originalId?: string): Promise<void>
  get(id: string): Promise<Media | undefined>
  getMany(ids: readonly string[]): Promise<Media[]>
  /**
   * What is kept already, to be used from now on: whatever was counted against it and what was made of it is forgotten.
   * `leaving`: its bytes may be removed at this moment, so nothing under their hash can be relied on. What began to leave
   * longer ago than `GONE_WITHIN` never went, and is taken.
   */
  take(which: { sha256: string } | { id: string; originalId: string }, now: EpochMs): Promise<Taken>
  /** Its bytes were lost and made anew: what is known of them now. False where somebody else has said so since. */
  remade(
    id: string,
    seen: Pick<Media, 'sha256'>,
    now: Pick<Media, 'sha256' | 'size' | 'width' | 'height'>,
  ): Promise<boolean>
  /** How many bytes are kept, each file once. */
  bytes(): Promise<number>
}

export type Taken = Media | 'leaving' | undefined

/**
 * From when on (ms) a removal that has not ended never will: whoever began it has died, or is refused by the storage (S3
 * takes no request that was signed a quarter of an hour ago).
 */
export const GONE_WITHIN = 20 * MINUTE

/** Media that are being removed. */
export type Leaving = Pick<Media, 'id' | 'sha256' | 'filename'>

/** A row as the sweep looks at it. */
export interface Counted {
  id: string
  originalId: string | null
  /** Since when (UTC ms) nothing has referred to it, as far as was looked; null where something did. */
  unusedSince: EpochMs | null
}

/** Where a count goes on. Whoever hands it back gets the next page. */
export interface ReferenceCursor {
  in: 'posts' | 'series' | 'feed'
  after: string
}

/**
 * Finding media that nothing refers to, and removing them: first the row begins to leave, then the bytes go, then the row
 * does. As long as it leaves, nobody can attach the same bytes and rely on them. Bound to one workspace.
 */
export interface MediaSweep {
  /** All that are kept, a page at a time, in the order of their ids. */
  page(after: string): Promise<Counted[]>
  /**
   * The ids that posts (as they are, and as they were before their last edit), series and the feed refer to, a page at a
   * time. Forms name no media: a file that came with one is attached, and young.
   */
  references(from?: ReferenceCursor): Promise<{ ids: string[]; next: ReferenceCursor | undefined }>
  /** Counts from `now` on, where it was not counted before. */
  countUnused(ids: readonly string[], now: EpochMs): Promise<void>
  countUsed(ids: readonly string[]): Promise<void>
  /** Those of them that have been unused since `unusedBefore` begin to leave. */
  begin(ids: readonly string[], unusedBefore: EpochMs, now: EpochMs): Promise<Leaving[]>
  /** Those that began to leave, and of which nobody saw the end for `GONE_WITHIN`, begin anew: at most `limit`. */
  beginAgain(now: EpochMs, limit: number): Promise<Leaving[]>
  /** Are there others with the same bytes, which stay? */
  isShared(sha256: string): Promise<boolean>
  /** The row goes. False where it does not leave since `begun` any more: then somebody relies on it. */
  end(id: string, begun: EpochMs): Promise<boolean>
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
  /**
   * Done as well where it is not there. Tried once: a repeat could come late, when the same bytes have been put again. What
   * was kept before media were kept by workspace stays, since it may be another's too.
   */
  remove(sha256: string): Promise<void>
}

/** Bytes in memory, or a file that need not be. */
export type Content = Uint8Array | { path: string; size: number }

/** From the byte `from` to before the byte `to`. */
export interface Part {
  from: number
  to: number
}
