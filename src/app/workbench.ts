import type { Sealer } from '../accounts/seal.ts'
import type { Clock } from '../kit/clock.ts'
import type { FetchedFile } from '../kit/fetch-file.ts'
import type { Log } from '../kit/log.ts'
import type { PublicFetch } from '../kit/public-network.ts'
import type { PublicPost } from '../kit/public-post.ts'
import type { Blobs } from '../library/media.ts'
import type { Http } from '../platforms/contract/http.ts'
import type { ConnectIo, Platform } from '../platforms/contract/platform.ts'
import type { Plan } from '../workspaces/plan.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Stores } from './stores.ts'

/** What every service works with: made once by `build.ts`, replaced in part by tests. */
export interface Workbench {
  stores: Stores
  platforms: ReadonlyMap<string, Platform>
  sealer: Sealer
  clock: Clock
  log: Log
  blobs: Blobs
  /** Days for which media stay that nothing refers to; 0: for ever. */
  mediaKeepDays: number
  /** The folder where large files wait while they are looked into. */
  incoming: string
  /** This process, on every lease and lock. */
  worker: string
  /** The way out to one platform. */
  httpOf(platform: Platform): Http
  /** The same way for a library that brings its own protocol. */
  fetchOf(platform: Platform): PublicFetch
  /** The way out to addresses that people named. */
  callOut: PublicPost
  /** Fetches what is behind a link that a person typed, from public addresses only. @throws UserError */
  fetchFile(link: string): Promise<FetchedFile>
  /** What the operator allows each workspace. */
  plan: Plan
  /** Its base address with the operator's override applied; '' where each account brings its own. */
  apiUrlOf(platform: Platform): string
  /** The operator's override of the version of its API. */
  apiVersionOf(platform: Platform): string | undefined
  /** The OAuth client the operator registered; for the rehearsal feed, the workspace's own key to it. */
  clientOf(platform: Platform, workspaceId: WorkspaceId): ConnectIo['client']
  /** The address under which browsers reach this install: PUBLIC_URL, or this machine's own. No trailing slash. */
  ownAddress(): string
  /** Can platforms fetch media from this install? */
  publicAddress: boolean
  /** What keeps platforms from fetching media from this install, in words that go behind "and …"; undefined where nothing does. */
  publicProblem(): Promise<string | undefined>
  /** A signed link under PUBLIC_URL to kept media; undefined where there is no public address. */
  publicMediaUrl(workspaceId: WorkspaceId, mediaId: string): string | undefined
}
