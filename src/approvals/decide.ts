import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import { shortRevision } from '../posts/revision.ts'
import { type Member, mayAct, type Settings } from '../workspaces/workspace.ts'
import type { Decision } from './decision.ts'

/**
 * May this member decide on this post? Nobody approves their own post, unless they are the only member or the
 * workspace says so.
 *
 * @param others members besides the one who decides
 * @throws UserError saying why not, and the way out
 */
export function mayDecide(post: Post, member: Member, settings: Settings, others: readonly Member[]): void {
  if (!mayAct(member.role, 'approver') && others.length > 0) {
    throw new UserError(`Deciding needs the role of approver; you are ${articled(member.role)}`, {
      wayOut: 'An admin can change that with `roles`.',
    })
  }
  if (post.authorId === member.id && others.length > 0 && !settings.selfApproval) {
    throw new UserError('You cannot approve your own post', {
      wayOut: 'Somebody else has to, or an admin turns `settings self-approval on`.',
    })
  }
}

/**
 * Words that a member has put into somebody else's post are their own: they don't approve them while another could.
 * Whoever alone may decide keeps the right to polish and approve: an author stands behind the post besides them.
 *
 * @param others members besides the one who approves
 * @throws UserError saying why not, and the way out
 */
export function notOwnEdit(post: Post, member: Member, settings: Settings, others: readonly Member[]): void {
  if (post.edited?.memberId !== member.id || post.authorId === member.id || settings.selfApproval) return
  const another = others.find((one) => one.id !== post.authorId && mayAct(one.role, 'approver'))
  if (!another) return
  throw new UserError('You cannot approve your own edit', {
    wayOut: `Somebody else has to, such as ${another.name}, or an admin turns \`settings self-approval on\`.`,
  })
}

/** The decisions that count: of this revision, in this round. */
export const standing = (post: Post, decisions: readonly Decision[]): Decision[] =>
  decisions.filter((one) => one.revision === post.revision && one.round === post.round)

/**
 * How many more members must approve before the post may go out; 0 when it may.
 *
 * @param counts may this member still approve? What others approved while they might does not count any more
 */
export function approvalsMissing(
  post: Post,
  decisions: readonly Decision[],
  settings: Settings,
  counts: (memberId: string) => boolean,
): number {
  const approvals = standing(post, decisions).filter(
    ({ kind, memberId }) => kind === 'approve' && counts(memberId),
  ).length
  return Math.max(0, settings.approvals - approvals)
}

/**
 * @param seen the revision on the card that somebody acts on, whole: its first digits say nothing, since who writes a post
 *   can write another text that begins alike
 * @throws UserError where it is not the post's any more, or not whole
 */
export function checkSeen(post: Post, seen: string | undefined): void {
  if (seen === undefined || post.revision === seen) return
  const offers = [{ label: 'Show the post', line: `show ${post.number}` }]
  if (post.revision.startsWith(seen))
    throw new UserError(`@${seen} is only the beginning of a revision, and another text can begin alike`, {
      wayOut: "Press the button of the post's card, or leave it out.",
      offers,
    })
  throw new UserError(
    `#${post.number} has changed since: this card shows @${shortRevision(seen)}, the post is now @${shortRevision(post.revision)}`,
    { wayOut: 'Look at it again before you decide.', offers },
  )
}

const articled = (role: string): string => (/^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`)
