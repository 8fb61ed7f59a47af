import { UserError } from '../kit/user-error.ts'
import { postMoves } from '../posts/moves.ts'
import type { Post } from '../posts/post.ts'
import { postStateWords } from '../views/words.ts'
import { mayAct } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'

/** Authors touch their own posts; approvers and admins everybody's. */
export function mayTouch({ member }: Actor, post: Post): void {
  if (post.authorId === member.id || mayAct(member.role, 'approver')) return
  throw new UserError(`#${post.number} is somebody else's post`, {
    wayOut: 'Its author or an approver can change it.',
  })
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
