import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import { postNews } from '../views/post-card.ts'
import { counted } from '../views/words.ts'
import type { Member } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { announce } from './announce.ts'
import { coveredBySeries, missingNow } from './approvers.ts'
import { tellHooksOfPost } from './hooks-tell.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'

/**
 * Brings back to review what goes out on an approval of somebody who may approve no more. What a worker has begun goes on.
 *
 * @param member who lost the role, in the transaction in which they did
 * @returns the posts that wait again
 * @throws UserError where a worker was faster on one of them: then all of it is to be done again
 */
export async function recallApprovedBy(
  stores: WorkspaceStores,
  { bench, member: by }: Actor,
  member: Pick<Member, 'id' | 'name'>,
): Promise<Post[]> {
  const at = bench.clock.now()
  const recalled: Post[] = []
  for (const postId of await stores.decisions.scheduledBy(member.id)) {
    const post = await stores.posts.get(postId)
    if (post?.state !== 'scheduled' || (await standsWithout(stores, post))) continue
    if (await isUnderWay(stores, post)) continue
    await stores.deliveries.cancelOfPost(post.id, at)
    const back = await stores.posts.move(post.id, 'recall', { at, revision: post.revision })
    if (!back || (await isUnderWay(stores, post)))
      throw new UserError(`#${post.number} began to go out just now`, { wayOut: 'Say it again.' })
    await record(stores, {
      by: by.id,
      at,
      verb: 'post.recalled',
      subject: `post:${post.number}`,
      details: { revision: post.revision, approver: member.id },
    })
    await tellHooksOfPost(stores, back, 'post.submitted', at)
    const missing = counted(await missingNow(stores, back), 'approval')
    const said = postNews(back, `waits for ${missing} again: ${member.name} may not approve any more`)
    await announce(stores, bench, back, { thread: said, tell: { memberId: post.authorId, message: said } })
    recalled.push(back)
  }
  return recalled
}

const standsWithout = async (stores: WorkspaceStores, post: Post): Promise<boolean> =>
  (await missingNow(stores, post)) === 0 || (await coveredBySeries(stores, post))

const isUnderWay = async (stores: WorkspaceStores, post: Post): Promise<boolean> =>
  (await stores.deliveries.ofPosts([post.id])).some(
    ({ state }) => state === 'publishing' || state === 'unsure' || state === 'published',
  )
