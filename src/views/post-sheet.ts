import type { Account } from '../accounts/account.ts'
import type { Decision } from '../approvals/decision.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import type { EpochMs } from '../kit/clock.ts'
import type { Media } from '../library/media.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'
import type { Member, Settings } from '../workspaces/workspace.ts'

/** Everything a card shows of one post. */
export interface PostSheet {
  post: Post
  /** The rule of its series, where it is a run of one, in words. */
  repeats?: string
  author: Pick<Member, 'id' | 'name'>
  members: ReadonlyMap<string, Pick<Member, 'id' | 'name'>>
  accounts: readonly Account[]
  platforms: ReadonlyMap<string, Platform>
  /** Can platforms fetch media from this install? */
  publicAddress: boolean
  /** How many posts of its daily cap each account has used, by its id. */
  used: ReadonlyMap<string, number>
  deliveries: readonly Delivery[]
  decisions: readonly Decision[]
  media: readonly Media[]
  settings: Settings
  /** Who reads it, where one person does: buttons they may not press are left out. */
  reader?: Pick<Member, 'id' | 'role'>
  /** The zone of plain-text readings (IANA). */
  zone: string
  /** The language of plain-text readings, and so their clock (BCP 47). */
  locale: string
  now: EpochMs
}
