import { createHash } from 'node:crypto'
import type { Delivery, DeliveryState } from '../deliveries/delivery.ts'
import { DAY, type EpochMs, instantOf } from '../kit/clock.ts'
import { newId, shortCode } from '../kit/ids.ts'
import type { Hook, HookEvent, NewHookCall } from '../outbox/hook.ts'
import { type Post, textFor } from '../posts/post.ts'
import type { WorkspaceStores } from './stores.ts'

type Told = Pick<WorkspaceStores, 'hooks' | 'accounts' | 'deliveries' | 'posts' | 'workspace'>

/**
 * What is sent, documented here and checked by the tests. `timestamp` is when it happened (ISO, UTC). A hook that is
 * limited to platforms is told of those accounts and deliveries only. There are no secrets in it.
 *
 *     { "type": "delivery.published", "timestamp": "2026-11-21T08:00:01Z",
 *       "data": {
 *         "post": { "id": "…", "number": 42, "state": "publishing", "revision": "9f3c…", "text": "We ship",
 *                   "author": "Ada", "scheduledFor": "2026-11-21T08:00:00Z", "zone": "Europe/Berlin",
 *                   "accounts": [{ "platform": "linkedin", "account": "Acme" }] },
 *         "delivery": { "id": "…", "name": "42.1", "platform": "linkedin", "account": "Acme", "state": "published",
 *                       "text": "We ship", "url": "https://…", "publishedAt": "…", "problem": null } } }
 *
 * Events of a post have `deliveries` (a list of the same) instead of `delivery`. `hook.test` has `data: { "hook": 1 }`.
 */
export interface HookPayload {
  type: HookEvent
  timestamp: string
  data: { post: PostFacts } & ({ deliveries: DeliveryFacts[] } | { delivery: DeliveryFacts })
}

interface PostFacts {
  id: string
  number: number
  state: Post['state']
  revision: string
  text: string
  author: string
  scheduledFor: string | null
  zone: string | null
  accounts: { platform: string; account: string }[]
}

export interface DeliveryFacts {
  id: string
  name: string
  platform: string
  account: string
  state: DeliveryState
  text: string
  url: string | null
  publishedAt: string | null
  problem: string | null
}

export type PostEvent = Extract<HookEvent, `post.${string}`>

/**
 * Writes what happened to a post for every hook that wants it, in the transaction of what happened.
 *
 * @param nonce tells this happening from another of the same kind: what was written before is not written again
 */
export async function tellHooksOfPost(
  stores: Told,
  post: Post,
  event: PostEvent,
  at: EpochMs,
  nonce: string | number = at,
): Promise<void> {
  const listening = (await stores.hooks.list()).filter((hook) => wants(hook, event))
  if (listening.length === 0) return
  const facts = await factsOf(stores, post)
  const calls = listening.flatMap((hook): NewHookCall[] => {
    const seen = facts.accounts.filter(({ platform }) => within(hook, platform))
    if (hook.platforms.length > 0 && seen.length === 0) return []
    return [
      callOf(hook, {
        event,
        subject: `#${post.number}`,
        messageId: messageIdOf(event, post.id, nonce),
        at,
        payload: {
          type: event,
          timestamp: instantOf(at).toString(),
          data: {
            post: { ...facts.post, accounts: seen },
            deliveries: facts.deliveries.filter(({ platform }) => within(hook, platform)),
          },
        },
      }),
    ]
  })
  await stores.hooks.addCalls(calls)
}

/** What reached its state longer ago than this (ms) was told then: the log of that may be forgotten already. */
const TOLD_WITHIN = 7 * DAY

/**
 * Writes, for every hook that wants it, which deliveries of a post are live, failed or unsure. It may be called as often
 * as one likes: a delivery's state is told once to each hook, by an id that follows from the state.
 */
export async function tellHooksOfDeliveries(
  stores: Told,
  deliveries: readonly Delivery[],
  now: EpochMs,
): Promise<void> {
  const hooks = (await stores.hooks.list()).filter((hook) => hook.state === 'active')
  const news = deliveries.flatMap((delivery) => {
    const event = EVENT_OF[delivery.state]
    return event && hooks.some((hook) => wants(hook, event)) && delivery.updatedAt > now - TOLD_WITHIN
      ? [{ delivery, event }]
      : []
  })
  for (const [postId, ofPost] of Map.groupBy(news, ({ delivery }) => delivery.postId)) {
    const post = await stores.posts.get(postId)
    if (!post) continue
    const facts = await factsOf(stores, post)
    await stores.hooks.addCalls(
      ofPost.flatMap(({ delivery, event }): NewHookCall[] => {
        const said = facts.deliveries.find(({ id }) => id === delivery.id)
        const at = delivery.updatedAt
        const listening = hooks.filter(
          (hook) => wants(hook, event) && within(hook, delivery.platform) && at >= hook.createdAt,
        )
        if (!said) return []
        return listening.map((hook) =>
          callOf(hook, {
            event,
            subject: `#${said.name} to ${said.account}`,
            messageId: messageIdOf(event, delivery.id, nonceOf(delivery)),
            at: now,
            payload: {
              type: event,
              timestamp: instantOf(at).toString(),
              data: {
                post: {
                  ...facts.post,
                  accounts: facts.accounts.filter(({ platform }) => within(hook, platform)),
                },
                delivery: said,
              },
            },
          }),
        )
      }),
    )
  }
}

const EVENT_OF: Partial<Record<DeliveryState, HookEvent>> = {
  published: 'delivery.published',
  failed: 'delivery.failed',
  unsure: 'delivery.unsure',
}

/** Published is an end; it can fail again after a retry, and be unsure once per attempt. */
function nonceOf({ state, attempts, updatedAt }: Delivery): string | number {
  if (state === 'published') return 'published'
  return state === 'unsure' ? `attempt ${attempts}` : updatedAt
}

const wants = (hook: Hook, event: HookEvent): boolean =>
  hook.state === 'active' && (hook.events.length === 0 || hook.events.includes(event))

const within = (hook: Hook, platform: string): boolean =>
  hook.platforms.length === 0 || hook.platforms.includes(platform)

/** No full stop in it: the signature puts one behind it. */
const messageIdOf = (event: HookEvent, about: string, nonce: string | number): string =>
  `evt_${createHash('sha256').update(`${event} ${about} ${nonce}`).digest('base64url').slice(0, 27)}`

const callOf = (
  hook: Hook,
  {
    event,
    subject,
    messageId,
    at,
    payload,
  }: { event: HookEvent; subject: string; messageId: string; at: EpochMs; payload: HookPayload },
): NewHookCall => ({
  id: newId(at),
  code: shortCode(),
  hookId: hook.id,
  messageId,
  round: 0,
  event,
  subject,
  body: JSON.stringify(payload),
  createdAt: at,
})

async function factsOf(
  stores: Told,
  post: Post,
): Promise<{
  post: Omit<PostFacts, 'accounts'>
  accounts: PostFacts['accounts']
  deliveries: DeliveryFacts[]
}> {
  const accounts = await stores.accounts.list()
  const author = await stores.workspace.member(post.authorId)
  const deliveries = await stores.deliveries.ofPosts([post.id])
  return {
    post: {
      id: post.id,
      number: post.number,
      state: post.state,
      revision: post.revision,
      text: post.content.text,
      author: author?.name ?? 'a former member',
      scheduledFor: iso(post.when?.at ?? null),
      zone: post.when?.zone ?? null,
    },
    accounts: post.accountIds.flatMap((id) => {
      const account = accounts.find((one) => one.id === id)
      return account ? [{ platform: account.platform, account: account.handle }] : []
    }),
    deliveries: deliveries.map((one, place) => ({
      id: one.id,
      name: `${post.number}.${place + 1}`,
      platform: one.platform,
      account: accounts.find(({ id }) => id === one.accountId)?.handle ?? one.platform,
      state: one.state,
      text: textFor(post.content, one.platform),
      url: one.published?.url ?? null,
      publishedAt: iso(one.publishedAt),
      problem: one.problem?.message ?? null,
    })),
  }
}

const iso = (at: EpochMs | null): string | null => (at === null ? null : instantOf(at).toString())
