import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import { describeRule } from '../schedule/describe.ts'
import type { Recurrence } from '../schedule/recurrence.ts'
import { dailyCap } from '../views/post-card.ts'
import type { PostSheet } from '../views/post-sheet.ts'
import type { Member } from '../workspaces/workspace.ts'
import { stillApproves } from './approvers.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/** Gathers everything a card shows of a post, for one reader or for a channel. */
export async function sheetOf(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock' | 'publicAddress'>,
  post: Post,
  reader?: { zone: string; locale: string; member: Member },
): Promise<PostSheet> {
  const workspace = await stores.workspace.get()
  const members = await stores.workspace.members()
  const accounts = await stores.accounts.list()
  const deliveries = await stores.deliveries.ofPosts([post.id])
  const decisions = await stores.decisions.ofPost(post.id)
  const media = await stores.media.getMany(post.content.media.map((one) => one.mediaId))
  const counts = stillApproves(members)
  const named = new Map(members.map((member) => [member.id, member]))
  return {
    post,
    ...(await repeatsOf(stores, post, reader?.locale ?? workspace.settings.locale)),
    author: named.get(post.authorId) ?? { id: post.authorId, name: 'a former member' },
    members: named,
    accounts: post.accountIds.flatMap((id) => accounts.find((account) => account.id === id) ?? []),
    platforms: bench.platforms,
    publicAddress: bench.publicAddress,
    used: await usedToday(stores, bench, post),
    deliveries: deliveries.filter((one) => one.state !== 'cancelled' || post.state !== 'scheduled'),
    // What still waits shows the approvals that count; what is over shows who approved it then.
    decisions: WAITING.has(post.state) ? decisions.filter((one) => counts(one.memberId)) : decisions,
    media,
    settings: workspace.settings,
    ...(reader ? { reader: reader.member } : {}),
    zone: reader?.zone ?? workspace.settings.zone,
    now: bench.clock.now(),
  }
}

/** What a series was understood as, and what was said: whoever approves it approves the former. */
async function repeatsOf(
  { series }: Pick<WorkspaceStores, 'series'>,
  { seriesId }: Post,
  locale: string,
): Promise<{ repeats?: string }> {
  const found = seriesId === null ? undefined : await series.get(seriesId)
  if (!found) return {}
  return { repeats: `${describeRule(found.rule as Recurrence, locale)} (“${found.phrase}”)` }
}

const WAITING: ReadonlySet<Post['state']> = new Set(['in_review', 'scheduled'])

/** @throws UserError where there is no such post in this workspace */
export async function postByNumber(stores: Pick<WorkspaceStores, 'posts'>, number: number): Promise<Post> {
  const post = await stores.posts.byNumber(number)
  if (post) return post
  throw new UserError(`There is no post #${number}`, {
    wayOut: '`queue` lists what is planned.',
    offers: [{ label: 'Show the queue', line: 'queue' }],
  })
}

/** How much of its platform's daily cap each account of the post has used, while that still matters. */
async function usedToday(
  stores: WorkspaceStores,
  bench: Pick<Workbench, 'platforms' | 'clock'>,
  post: Post,
): Promise<Map<string, number>> {
  const used = new Map<string, number>()
  if (post.state !== 'draft' && post.state !== 'in_review') return used
  const accounts = await stores.accounts.list()
  for (const account of accounts.filter((one) => post.accountIds.includes(one.id))) {
    const cap = dailyCap(bench.platforms.get(account.platform))
    if (cap)
      used.set(account.id, await stores.deliveries.countAttempts(account.id, bench.clock.now() - cap.per))
  }
  return used
}
