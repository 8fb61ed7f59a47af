import type { EpochMs } from '../kit/clock.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import type { Post, PostState } from '../posts/post.ts'
import {
  type Day,
  dayAt,
  tooManyAccounts,
  tooManyMembers,
  tooManyPosts,
  tooMuchMedia,
} from '../workspaces/plan.ts'
import { cameFromAChat } from '../workspaces/workspace.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * The operator's limits. Each is checked inside the transaction of what it limits, after its line of the audit trail:
 * that line puts two at once in order, and the second one's refusal takes it all back.
 */

/** Posts that take a place of their day. */
const TAKES_A_PLACE: readonly PostState[] = [
  'in_review',
  'scheduled',
  'publishing',
  'published',
  'partly_published',
]

/** Is there a place for one more on the day of this instant? Undefined where there is, else the day and the limit. */
export async function fullDay(
  stores: Pick<WorkspaceStores, 'posts' | 'workspace'>,
  { plan }: Pick<Workbench, 'plan'>,
  at: EpochMs,
): Promise<{ day: Day; limit: number } | undefined> {
  const limit = plan.postsPerDay
  if (limit === undefined) return undefined
  const { settings } = await stores.workspace.get()
  const day = dayAt(at, settings.zone)
  const taken = await stores.posts.count({ states: TAKES_A_PLACE, from: day.from, until: day.until })
  return taken >= limit ? { day, limit } : undefined
}

/** @throws UserError where the post, which has taken its place already, is one too many of its day */
export async function mustFitDay(
  stores: Pick<WorkspaceStores, 'posts' | 'workspace'>,
  { plan }: Pick<Workbench, 'plan'>,
  { when, state }: Post,
): Promise<void> {
  if (plan.postsPerDay === undefined || !when || !TAKES_A_PLACE.includes(state)) return
  const full = await fullDay(stores, { plan: { ...plan, postsPerDay: plan.postsPerDay + 1 } }, when.at)
  if (full) throw tooManyPosts(plan.postsPerDay, full.day)
}

/** @throws UserError where more accounts are connected than the plan allows. What needs no login counts for nothing. */
export async function mustFitAccounts(
  stores: Pick<WorkspaceStores, 'accounts'>,
  { plan, platforms }: Pick<Workbench, 'plan' | 'platforms'>,
): Promise<void> {
  if (plan.accounts === undefined) return
  const connected = (await stores.accounts.list()).filter(
    ({ state, platform }) => state !== 'disconnected' && needsLogin(platforms.get(platform)),
  )
  if (connected.length > plan.accounts) throw tooManyAccounts(plan.accounts)
}

/** Whoever connects with nothing in their hands connects to Crier itself. */
const needsLogin = (platform: Platform | undefined): boolean =>
  platform?.connect.every((way) => way.by === 'oauth' || way.fields.some((field) => field.required)) ?? true

/** @throws UserError where more people came from chats than the plan allows */
export async function mustFitMembers(
  stores: Pick<WorkspaceStores, 'workspace'>,
  { plan }: Pick<Workbench, 'plan'>,
): Promise<void> {
  if (plan.members === undefined) return
  const members = (await stores.workspace.members()).filter(cameFromAChat)
  if (members.length > plan.members) throw tooManyMembers(plan.members)
}

/** @throws UserError where a file of `size` bytes would be too much. Two at once may both still fit. */
export async function mustFitMedia(
  stores: Pick<WorkspaceStores, 'media'>,
  { plan }: Pick<Workbench, 'plan'>,
  { filename, size }: { filename: string; size: number },
): Promise<void> {
  if (plan.mediaBytes === undefined) return
  const used = await stores.media.bytes()
  if (used + size > plan.mediaBytes) throw tooMuchMedia(plan.mediaBytes, used, filename, size)
}
