import type { Delivery } from '../deliveries/delivery.ts'
import { UserError } from '../kit/user-error.ts'
import { movable, postMoves } from '../posts/moves.ts'
import type { Post, PostState } from '../posts/post.ts'
import { andList, postStateWords } from '../views/words.ts'
import { mayAct } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { postByNumber } from './sheets.ts'

/** Authors touch their own posts; approvers and admins everybody's. */
export function mayTouch({ member }: Actor, post: Post): void {
  if (post.authorId === member.id || mayAct(member.role, 'approver')) return
  throw new UserError(`#${post.number} is somebody else's post`, {
    wayOut: 'Its author or an approver can change it.',
  })
}

/**
 * Refuses at once, before a form is filled in, what the move itself would refuse.
 *
 * @throws UserError where the post's state, or whose it is, does not allow the move
 */
export async function mustStillTake(
  actor: Actor,
  number: number,
  move: 'edit' | 'reschedule',
): Promise<void> {
  const post = await postByNumber(actor.stores, number)
  mayTouch(actor, post)
  const states: readonly PostState[] = move === 'reschedule' ? movable : postMoves[move].from
  if (!states.includes(post.state)) throw refused(move, post)
}

/** The sentence for a move that the post's state does not allow. */
export function refused(move: keyof typeof postMoves | 'reschedule', post: Post): UserError {
  const refusal =
    move === 'reschedule' ? 'The time of this post can no longer change' : postMoves[move].refusal
  return new UserError(`${refusal}; #${post.number} is ${postStateWords[post.state]}`, {
    wayOut: `\`show ${post.number}\` tells what happened.`,
    offers: [{ label: 'Show the post', line: `show ${post.number}` }],
  })
}

/** So many addresses are read in one sentence. */
const MOST_LINKS = 5

/** Why a post can't be sent out now, by how far it has come already, and what can be done instead. */
export function refusedPublish(post: Post, deliveries: readonly Delivery[]): UserError {
  const { number, state } = post
  const links = deliveries.flatMap(({ published }) => published?.url ?? []).slice(0, MOST_LINKS)
  const where = links.length > 0 ? `: ${andList(links)}` : ''
  const show = { label: 'Show the post', line: `show ${number}` }
  const retry = { label: 'Retry', line: `retry ${number}` }
  const again = 'To say it once more, write a new post with `draft`.'
  switch (state) {
    case 'published':
      return new UserError(`#${number} is live already${where}`, { wayOut: again, offers: [show] })
    case 'partly_published':
      return new UserError(`#${number} is live in part already${where}`, {
        wayOut: `\`retry ${number}\` tries again what failed.`,
        offers: [retry, show],
      })
    case 'failed':
      return new UserError(`#${number} has failed`, {
        wayOut: `\`retry ${number}\` tries it again.`,
        offers: [retry, show],
      })
    case 'publishing':
      return new UserError(`#${number} is going out already${where}`, {
        wayOut: `\`cancel ${number}\` takes back what of it still waits.`,
        offers: [show],
      })
    case 'cancelled':
      return new UserError(`#${number} is cancelled`, { wayOut: again, offers: [show] })
    default:
      return refused('reschedule', post)
  }
}
