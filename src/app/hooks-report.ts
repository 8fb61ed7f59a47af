import { z } from 'zod'
import type { Delivery } from '../deliveries/delivery.ts'
import { deliveryMoves } from '../deliveries/moves.ts'
import { METRIC_NAMES, type Metrics } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'
import { deliveryWords } from '../views/words.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { hashOf } from './hooks.ts'
import { rollUp } from './post-outcome.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

const count = z.int('metrics are whole numbers').min(0, 'metrics are whole numbers from 0')

/** What an automation reports of a delivery: that it is live or not, where it is, and its numbers. */
export const Report = z
  .strictObject({
    /** As cards number it (`42.1`), or its id. */
    delivery: z
      .string('say which delivery, as its card numbers it, such as "42.1"')
      .regex(
        /^(#?\d{1,9}\.\d{1,3}|[0-9a-f-]{36})$/i,
        'a delivery is called by its card, such as "42.1", or by its id',
      ),
    state: z.enum(['published', 'failed'], { error: 'a state is "published" or "failed"' }).optional(),
    url: z
      .url({ protocol: /^https?$/, error: 'the url is no web address' })
      .max(2_000)
      .optional(),
    message: z.string().max(500, 'a message has 500 characters at most').optional(),
    metrics: z
      .partialRecord(z.enum(METRIC_NAMES, { error: `metrics are ${METRIC_NAMES.join(', ')}` }), count)
      .optional(),
  })
  .refine(({ state, metrics }) => state !== undefined || metrics !== undefined, {
    error: 'there is neither a state nor metrics in it',
  })
export type Report = z.infer<typeof Report>

/** What came of a report. `changed` is false where all of it was known: a report may be repeated. */
export type Reported =
  | { ok: true; delivery: string; state: Delivery['state']; changed: boolean }
  | { ok: false; status: 404 | 409; sentence: string }

/** Whose secret it is; undefined where it is nobody's (any more). */
export const reporterOf = (bench: Workbench, secret: string): Promise<Workspace | undefined> =>
  bench.stores.hookQueue.ofIncoming(hashOf(secret))

/** Takes a report, by the deliveries' own table of moves: what the table does not allow is refused. */
export async function takeReport(bench: Workbench, workspace: Workspace, report: Report): Promise<Reported> {
  return bench.stores.transaction(workspace.id, async (stores) => {
    const found = await deliveryOf(stores, report.delivery)
    if (!found)
      return {
        ok: false,
        status: 404,
        sentence: `There is no delivery ${report.delivery} in this workspace.`,
      }
    const { post, delivery, name } = found
    const at = bench.clock.now()
    const moved = report.state === undefined ? delivery : await movedBy(stores, report, delivery, at)
    if (!moved) return { ok: false, status: 409, sentence: refusalOf(name, report, delivery) }
    const merged = await mergedMetrics(stores, delivery, report.metrics)
    if (merged && moved.state !== 'published')
      return { ok: false, status: 409, sentence: `${name} is not live, so it has no metrics.` }
    if (merged) await stores.deliveries.addMetrics(delivery.id, at, merged)
    const changed = moved !== delivery || merged !== undefined
    if (changed)
      await record(stores, {
        by: null,
        at,
        verb: 'delivery.reported',
        subject: `post:${post.number}`,
        details: { delivery: delivery.id, state: report.state ?? null, metrics: Object.keys(merged ?? {}) },
      })
    if (moved !== delivery) await rollUp(stores, bench, post, { by: 'An automation' })
    return { ok: true, delivery: name, state: moved.state, changed }
  })
}

async function deliveryOf(
  stores: WorkspaceStores,
  said: string,
): Promise<{ post: Post; delivery: Delivery; name: string } | undefined> {
  const [, number, place] = /^#?(\d+)\.(\d+)$/.exec(said) ?? []
  const byId = number === undefined ? await stores.deliveries.get(said.toLowerCase()) : undefined
  const post = byId ? await stores.posts.get(byId.postId) : await stores.posts.byNumber(Number(number ?? 0))
  if (!post) return undefined
  const all = await stores.deliveries.ofPosts([post.id])
  const index = byId ? all.findIndex(({ id }) => id === byId.id) : Number(place) - 1
  const delivery = all[index]
  return delivery && { post, delivery, name: `${post.number}.${index + 1}` }
}

/** The delivery as it is then; itself, where nothing was new; undefined where the table has no such move. */
async function movedBy(
  stores: WorkspaceStores,
  { state, url, message }: Report,
  delivery: Delivery,
  at: number,
): Promise<Delivery | undefined> {
  switch (state) {
    case 'published':
      if (delivery.state !== 'published')
        return stores.deliveries.move(delivery.id, 'confirm', {
          at,
          publishedAt: at,
          published: { remoteId: delivery.published?.remoteId ?? '', url: url ?? null },
          problem: null,
        })
      if (url === undefined || delivery.published?.url === url) return delivery
      // Where a post stands is known once: whoever published it knows better than a later report.
      return delivery.published?.url ? undefined : stores.deliveries.locate(delivery.id, url)
    case 'failed':
      if (delivery.state === 'failed') return delivery
      return stores.deliveries.move(delivery.id, 'fail', {
        at,
        problem: {
          ask: 'retry',
          message: message?.trim() || 'An automation reported that it did not go out',
        },
      })
    case undefined:
      return delivery
    default:
      return state satisfies never
  }
}

function refusalOf(name: string, { state, url }: Report, delivery: Delivery): string {
  if (delivery.state === 'publishing')
    return `${name} is going out at this moment: report it again in a minute.`
  if (state === 'published' && delivery.state === 'published' && url)
    return `${name} has another address already, and keeps it.`
  const { refusal } = state === 'failed' ? deliveryMoves.fail : deliveryMoves.confirm
  return `${name} ${deliveryWords(delivery)}: ${refusal.charAt(0).toLowerCase()}${refusal.slice(1)}.`
}

/** What is known with what is reported on top; undefined where that is the same. */
async function mergedMetrics(
  stores: WorkspaceStores,
  { id }: Delivery,
  reported: Metrics | undefined,
): Promise<Metrics | undefined> {
  if (!reported || Object.keys(reported).length === 0) return undefined
  const known = (await stores.deliveries.latestMetrics([id])).get(id)?.metrics ?? {}
  const merged = { ...known, ...reported }
  return METRIC_NAMES.every((name) => merged[name] === known[name]) ? undefined : merged
}
