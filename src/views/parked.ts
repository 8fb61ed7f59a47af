import type { Account } from '../accounts/account.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'

/** What a post's accounts without a login mean for it: said before its time, while there is time to connect them. */
export function parkedLines({
  post,
  accounts,
  platforms,
}: {
  post: Pick<Post, 'state'>
  accounts: readonly Account[]
  platforms: ReadonlyMap<string, Platform>
}): string[] {
  if (post.state !== 'draft' && post.state !== 'in_review' && post.state !== 'scheduled') return []
  return accounts
    .filter(({ state }) => state !== 'connected')
    .map(({ handle, platform }) => {
      const label = platforms.get(platform)?.label ?? platform
      return `⚠️ ${handle} on ${label} must be connected again: what is due there waits until it is`
    })
}
