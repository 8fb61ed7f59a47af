import type { Io, MediaItem } from '../../../src/platforms/contract/platform.ts'
import type { Next } from '../../../src/platforms/contract/publish-error.ts'
import type { Received, Reply } from '../fault-server.ts'

/** What the contract suite has to know of a platform besides its file: how it answers when it is well, and what differs. */
export interface Recorded {
  /** For a server at `url`. Every string in it is a secret, but those in `open`. */
  credentials(url: string): Record<string, unknown>
  account?: Partial<Io<unknown>['account']>
  /** What a post there needs at the least, where a text alone is none. */
  media?: readonly MediaItem[]
  options?: Record<string, string>
  client?: { id: string; secret: string }
  /** Has the platform a `prepare` that calls out where an image is attached? */
  uploads: boolean
  /** The one irreversible request. */
  isPublish(request: Received): boolean
  /** A platform that is well, and keeps what was published as the real one does. */
  well(): { reply(request: Received): Reply; posts(): number }
  /** It offers a look, but none that helps where the very answer to the commit was lost. */
  blind?: true
  /** How it refuses, where the status is not all that counts. */
  refusals?: Partial<Record<'refused' | 'signedOut' | 'busy' | 'limited', { status: number; json: unknown }>>
  /** UTC ms at which a limit ends that the platform does not tell, where that is known. */
  limitedUntil?: number
  /** Verdicts that differ from the suite's, with the reason in a comment beside them. */
  verdicts?: Partial<Record<'redirected' | 'nonsense' | 'cut', Next['do'] | 'published'>>
}
