import { DAY, type EpochMs, instantOf } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import { quoted, UserError } from '../kit/user-error.ts'
import type { Post, PostState } from '../posts/post.ts'
import { revisionOf } from '../posts/revision.ts'
import type { Series } from '../posts/series.ts'
import { nextRuns, type Recurrence } from '../schedule/recurrence.ts'
import { postNews } from '../views/post-card.ts'
import { counted } from '../views/words.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { actorOf } from './actor.ts'
import { announce, tell } from './announce.ts'
import { missingForSeries } from './approvers.ts'
import { mustBeComplete } from './completeness.ts'
import { createDeliveries, enterReview } from './enter-review.ts'
import { record } from './record.ts'
import { chooseReviewChannel, type ReviewPlace } from './review-channel.ts'
import type { WorkspaceStores } from './stores.ts'
import { fullDay } from './within-plan.ts'
import type { Workbench } from './workbench.ts'
import { cancelPost } from './write-posts.ts'

/**
 * Begins a series and plans its first post, or does neither: what can't be submitted begins nothing.
 *
 * @throws UserError naming what is missing, or that the rule has no run to come
 */
export async function beginSeries(
  actor: Actor,
  series: Pick<Series, 'rule' | 'phrase' | 'content' | 'accountIds'>,
  reviewIn?: ReviewPlace,
): Promise<Post> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  const [first] = nextRuns(series.rule as Recurrence, instantOf(at), 1)
  if (!first) throw new UserError(`${quoted(series.phrase)} has no run in the future`, { field: 'when' })
  const until = first.epochMilliseconds
  const begun: Series = {
    id: newId(at),
    authorId: member.id,
    approvedRevision: null,
    plannedUntil: until,
    endedAt: null,
    createdAt: at,
    ...series,
  }
  return bench.stores.transaction(workspace.id, async (stores) => {
    await stores.series.create(begun)
    await record(stores, {
      by: member.id,
      at,
      verb: 'series.begun',
      subject: `series:${begun.id}`,
      details: { phrase: series.phrase },
    })
    await chooseReviewChannel(stores, actor, reviewIn)
    const post = await nextPost(stores, { ...actor, stores }, begun, until, at)
    await mustBeComplete(stores, actor, post)
    await announce(stores, bench, post)
    return post
  })
}

/** Runs missed by more than this are told about, and not made up for one by one. */
const MAKE_UP_FOR = DAY

/**
 * Makes the post of a series' next run, once the one before it is due: so there is always one ahead to see, edit and approve.
 * What was approved for the series goes straight to the schedule; anything else is reviewed.
 *
 * @returns undefined where there is nothing to plan yet, or another machine was faster
 */
export async function planNext(
  bench: Workbench,
  workspace: Workspace,
  series: Series,
): Promise<Post | undefined> {
  const now = bench.clock.now()
  if (series.endedAt !== null || (series.plannedUntil !== null && series.plannedUntil > now)) return undefined
  const after = Math.max(series.plannedUntil ?? series.createdAt, now - MAKE_UP_FOR)
  const [next] = nextRuns(series.rule as Recurrence, instantOf(after), 1)
  return bench.stores.transaction(workspace.id, async (stores) => {
    if (!next) {
      await stores.series.change(series.id, { endedAt: now })
      return undefined
    }
    const at = next.epochMilliseconds
    if (!(await stores.series.plan(series.id, series.plannedUntil, at))) return undefined
    const author = await stores.workspace.member(series.authorId)
    if (!author) return undefined
    const actor = { ...actorOf(bench, workspace, author), stores }
    const post = await nextPost(stores, actor, series, at, now)
    const missed = missedRuns(series, after)
    await announce(
      stores,
      bench,
      post,
      missed > 0
        ? {
            thread: postNews(
              post,
              `${counted(missed, 'run')} of this series were missed while Crier was not running`,
            ),
          }
        : {},
    )
    return post
  })
}

async function nextPost(
  stores: WorkspaceStores,
  actor: Actor,
  series: Series,
  at: EpochMs,
  now: EpochMs,
): Promise<Post> {
  const revision = revisionOf(series.content, series.accountIds)
  const draft = await stores.posts.create({
    id: newId(now),
    authorId: series.authorId,
    state: 'draft',
    content: series.content,
    revision,
    accountIds: series.accountIds,
    when: { at, zone: zoneOf(series.rule, actor.zone), phrase: series.phrase },
    round: 0,
    edited: null,
    seriesId: series.id,
    createdAt: now,
    updatedAt: now,
  })
  const full = await fullDay(stores, actor.bench, at)
  if (full) {
    const said = postNews(
      draft,
      `of your series stays a draft: the plan's ${counted(full.limit, 'post')} of ${full.day.name} are taken`,
    )
    await tell(stores, await stores.workspace.chats(), series.authorId, said, now)
    return draft
  }
  const approved = series.approvedRevision === revision && (await missingForSeries(stores, series)) === 0
  if (!approved) return enterReview(stores, actor, draft)
  const moved = await stores.posts.move(draft.id, 'schedule', { at: now, revision, round: 1 })
  if (!moved) return draft
  await createDeliveries(stores, [moved], now)
  return moved
}

/** What would go out otherwise. A run that failed stays, so that it can be tried again. */
const WAITING: readonly PostState[] = ['draft', 'in_review', 'scheduled']

/** What came of a series that was ended: its posts that were taken back, and those that were going out already. */
export interface EndedSeries {
  cancelled: Post[]
  goingOut: Post[]
}

/** Ends a series, and takes back every post of it that is not out yet. */
export async function endSeries(actor: Actor, seriesId: string): Promise<EndedSeries> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  await bench.stores.transaction(workspace.id, async (stores) => {
    await stores.series.change(seriesId, { endedAt: at })
    await record(stores, { by: member.id, at, verb: 'series.ended', subject: `series:${seriesId}` })
  })
  const { posts } = bench.stores.workspace(workspace.id)
  const ended: EndedSeries = { cancelled: [], goingOut: [] }
  for (const post of await posts.list({ seriesId, states: WAITING }))
    try {
      ended.cancelled.push(await cancelPost(actor, post.number))
    } catch (error) {
      // Its time came meanwhile; the others are taken back all the same.
      if (!(error instanceof UserError)) throw error
      ended.goingOut.push(post)
    }
  return ended
}

/** The runs between the last one planned and the earliest one that is made up for. */
function missedRuns(series: Series, after: EpochMs): number {
  if (series.plannedUntil === null || after <= series.plannedUntil) return 0
  return nextRuns(series.rule as Recurrence, instantOf(series.plannedUntil), MOST_COUNTED).filter(
    (run) => run.epochMilliseconds <= after,
  ).length
}
const MOST_COUNTED = 100

const zoneOf = (rule: unknown, otherwise: string): string => {
  const zone = (rule as Partial<Recurrence> | null)?.zone
  return typeof zone === 'string' ? zone : otherwise
}
