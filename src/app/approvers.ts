import { approvalsMissing } from '../approvals/decide.ts'
import type { Post } from '../posts/post.ts'
import type { Series } from '../posts/series.ts'
import { cameFromAChat, type Member, mayAct, type Settings } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import type { WorkspaceStores } from './stores.ts'

/**
 * Everybody else who belongs to the team. The two members a new install starts with are there to try it out: for somebody
 * who comes from a chat they are nobody.
 */
export function othersOf({ member }: { member: Member }, members: readonly Member[]): Member[] {
  const tryingOut = !cameFromAChat(member)
  return members.filter((one) => one.id !== member.id && (tryingOut || cameFromAChat(one)))
}

/** Whose approvals count: who has lost the role, or left, decides no more, and neither do the approvals they gave. */
export const stillApproves =
  (members: readonly Member[]) =>
  (memberId: string): boolean => {
    const member = members.find((one) => one.id === memberId)
    if (!member) return false
    return mayAct(member.role, 'approver') || othersOf({ member }, members).length === 0
  }

/** How many approvals a post still lacks, by the team's members and settings as they are now. */
export async function missingNow(stores: WorkspaceStores, post: Post): Promise<number> {
  const { settings } = await stores.workspace.get()
  const counts = stillApproves(await stores.workspace.members())
  return approvalsMissing(post, await stores.decisions.ofPost(post.id), settings, counts)
}

/**
 * How many approvals a series lacks for its next run, by the team's members and settings as they are now: whoever approved
 * one of its runs, as the series stands, approved the series. So a team that asks for more approvals than before, or whose
 * approver has lost the role, sees the next run in review.
 */
export async function missingForSeries(
  stores: WorkspaceStores,
  { id, approvedRevision }: Pick<Series, 'id' | 'approvedRevision'>,
): Promise<number> {
  const { settings } = await stores.workspace.get()
  if (approvedRevision === null) return settings.approvals
  const counts = stillApproves(await stores.workspace.members())
  const approvers = await stores.decisions.approversOfSeries(id, approvedRevision)
  return Math.max(0, settings.approvals - approvers.filter(counts).length)
}

/** Is this a run of a series that has enough approvals as this run stands? */
export async function coveredBySeries(stores: WorkspaceStores, post: Post): Promise<boolean> {
  const series = post.seriesId === null ? undefined : await stores.series.get(post.seriesId)
  return series?.approvedRevision === post.revision && (await missingForSeries(stores, series)) === 0
}

/** Does a post in review lack nothing any more? Its series' approvals count for a run that nobody sent back. */
export const isApproved = async (stores: WorkspaceStores, post: Post): Promise<boolean> =>
  (await missingNow(stores, post)) === 0 || (post.round === 1 && (await coveredBySeries(stores, post)))

/** The member who decides, the team and its settings as they are now: roles may have changed since they were asked in. */
export async function deciderNow(
  stores: WorkspaceStores,
  actor: Actor,
): Promise<{ member: Member; settings: Settings; others: Member[] }> {
  const { settings } = await stores.workspace.get()
  const members = await stores.workspace.members()
  const member = members.find(({ id }) => id === actor.member.id) ?? actor.member
  return { member, settings, others: othersOf({ member }, members) }
}
