import type { Account } from '../accounts/account.ts'
import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import type { Series } from '../posts/series.ts'
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
  const [workspace, members, accounts, deliveries, decisions, media, series] = await Promise.all([
    stores.workspace.get(),
    stores.workspace.members(),
    stores.accounts.list(),
    stores.deliveries.ofPosts([post.id]),
    stores.decisions.ofPost(post.id),
    stores.media.getMany(post.content.media.map((one) => one.mediaId)),
    post.seriesId === null ? undefined : stores.series.get(post.seriesId),
  ])
  const mine = post.accountIds.flatMap((id) => accounts.find((account) => account.id === id) ?? [])
  const counts = stillApproves(members)
  const named = new Map(members.map((member) => [member.id, member]))
  const locale = reader?.locale ?? channelLocale(workspace.settings.locale, named.get(post.authorId))
  return {
    post,
    ...(series ? { repeats: repeatsOf(series, locale) } : {}),
    author: named.get(post.authorId) ?? { id: post.authorId, name: 'a former member' },
    members: named,
    accounts: mine,
    platforms: bench.platforms,
    publicAddress: bench.publicAddress,
    used: await usedToday(stores, bench, post, mine),
    deliveries: deliveries.filter((one) => one.state !== 'cancelled' || post.state !== 'scheduled'),
    // What still waits shows the approvals that count; what is over shows who approved it then.
    decisions: WAITING.has(post.state) ? decisions.filter((one) => counts(one.memberId)) : decisions,
    media,
    settings: workspace.settings,
    ...(reader ? { reader: reader.member } : {}),
    zone: reader?.zone ?? workspace.settings.zone,
    locale,
    now: bench.clock.now(),
  }
}

/** A channel reads the team's language; where that names no region, with the clock of the post's author. */
const channelLocale = (team: string, author: Member | undefined): string =>
  author?.locale?.startsWith(`${team}-`) ? author.locale : team

/** What a series was understood as, and what was said: whoever approves it approves the former. */
const repeatsOf = ({ rule, phrase }: Series, locale: string): string =>
  `${describeRule(rule as Recurrence, locale)} (“${phrase}”)`

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
  accounts: readonly Account[],
): Promise<Map<string, number>> {
  if (post.state !== 'draft' && post.state !== 'in_review') return new Map()
  const now = bench.clock.now()
  const used = await Promise.all(
    accounts.map(async ({ id, platform }): Promise<[string, number][]> => {
      const cap = dailyCap(bench.platforms.get(platform))
      return cap ? [[id, await stores.deliveries.countAttempts(id, now - cap.per)]] : []
    }),
  )
  return new Map(used.flat())
}
