import { standstillOf } from '../../src/deliveries/bookkeeping.ts'
import { ASKED, type Attempt, type Delivery } from '../../src/deliveries/delivery.ts'
import type { EpochMs } from '../../src/kit/clock.ts'
import type { Post } from '../../src/posts/post.ts'
import { type Kind, type Ledger, type PlannedPost, partOf, partText } from './plan.ts'
import { externalIdOf, type Stage } from './stage.ts'

/** What was done to the processes, in the order of time. */
export interface Blow {
  /** UTC ms of the run's clock. */
  at: EpochMs
  who: string
  pid: number | undefined
  what: 'started' | 'killed while it started' | 'killed' | 'frozen' | 'woken'
  /** Deliveries it held then, where that was looked at. */
  held?: number
}

export interface Verdict {
  deliveries: number
  published: number
  unsure: number
  /** Unsure although the platform takes a key or can be looked at: only where that was lost again and again. */
  unsureButKnowable: number
  failed: number
  /** Answers that were lost after the platform had taken the post, and before. */
  lostAfter: number
  lostBefore: number
  tooMany: number
  repeatsByKey: number
  looks: number
  duplicates: number
  lost: number
  /** Sentences, each with the events of the post it is about. */
  violations: string[]
}

/** Compares what Crier believes with what the platforms hold. */
export async function judge(
  stage: Stage,
  planned: readonly PlannedPost[],
  ledger: Ledger,
  blows: readonly Blow[],
): Promise<Verdict> {
  const { storage, home } = stage.house
  const stores = storage.workspace(home.id)
  const posts = new Map((await stores.posts.list({})).map((post) => [post.id, post]))
  const deliveries = await stores.deliveries.list({})
  const accounts = new Map((await stores.accounts.list()).map((account) => [account.id, account]))
  const cards = await cardsOf(stage)
  const live = Map.groupBy(ledger.live, ({ kind, account, text }) => `${kind} ${account} ${text}`)
  const violations: string[] = []
  const counts = { published: 0, unsure: 0, unsureButKnowable: 0, failed: 0, duplicates: 0, lost: 0 }

  const blame = async (post: Post | undefined, sentence: string): Promise<void> => {
    const n = post && partOf(post.content.text)?.n
    const own = deliveries.filter(({ postId }) => postId === post?.id)
    const attempts = await Promise.all(own.map((one) => stores.deliveries.attempts(one.id)))
    violations.push([sentence, ...story(n ?? 0, own, attempts.flat(), ledger, blows)].join('\n    '))
  }

  for (const delivery of deliveries) {
    const post = posts.get(delivery.postId)
    const account = accounts.get(delivery.accountId)
    if (!post || !account || !partOf(post.content.text)) continue
    const kind = delivery.platform as Kind
    const name = `#${post.number} (${post.content.text.split('\n')[0]}) to ${account.handle}`
    // A thread is one message where the platform knows no threads.
    const texts = kind === 'telegram' ? [post.content.text] : post.content.text.split('\n---\n')
    const found = texts.map((text) => live.get(`${kind} ${account.externalId} ${text}`) ?? [])
    const twice = found.filter((copies) => copies.length > 1).length
    if (twice > 0) {
      counts.duplicates += twice
      await blame(post, `${name} is live ${found.map((copies) => copies.length).join(' and ')} times`)
    }
    const missing = found.some((copies) => copies.length === 0)
    switch (delivery.state) {
      case 'published':
        counts.published += 1
        if (missing) {
          counts.lost += 1
          await blame(post, `${name} is said to be published, and is not live`)
        } else if (delivery.published?.remoteId && found[0]?.[0]?.id !== delivery.published.remoteId)
          // Where a person said that it is live, nobody knows its id.
          await blame(
            post,
            `${name} is said to be ${delivery.published?.remoteId}, and is ${found[0]?.[0]?.id}`,
          )
        break
      case 'unsure': {
        counts.unsure += 1
        if (kind !== 'telegram') counts.unsureButKnowable += 1
        const place = deliveries.filter((one) => one.postId === post.id).indexOf(delivery) + 1
        const line = `settle ${post.number}.${place} live @${standstillOf(delivery)}`
        if (delivery.problem?.code !== ASKED) await blame(post, `${name} is unsure, and nobody was asked`)
        else if (!cards.some((card) => card.includes(`"${line}"`)))
          await blame(post, `${name} is unsure, and no card in the channel has a button "${line}"`)
        break
      }
      case 'failed':
        counts.failed += 1
        if (!missing) await blame(post, `${name} is said to have failed, and is live`)
        break
      case 'scheduled':
      case 'publishing':
      case 'parked':
      case 'late':
      case 'cancelled':
        counts.lost += 1
        await blame(
          post,
          `${name} is still ${delivery.state} (${delivery.problem?.message ?? 'no problem said'})`,
        )
        break
      default:
        delivery.state satisfies never
    }
  }

  const wanted = planned.reduce((sum, post) => sum + post.kinds.length, 0)
  if (deliveries.length !== wanted) {
    counts.lost += Math.abs(wanted - deliveries.length)
    violations.push(`${wanted} deliveries were scheduled, and ${deliveries.length} are remembered`)
  }
  const expected = new Set(
    planned.flatMap(({ kinds, account }) => kinds.map((kind) => `${kind} ${externalIdOf(kind, account)}`)),
  )
  for (const { kind, account, text } of ledger.live)
    if (!expected.has(`${kind} ${account}`) || !partOf(text))
      violations.push(`Something that nobody wrote is live at ${kind}: ${JSON.stringify(text)}`)
  for (const post of posts.values()) {
    const own = deliveries.filter(({ postId }) => postId === post.id)
    const open = own.some(({ state }) => state === 'unsure')
    if (open ? post.state !== 'publishing' : !ENDS.includes(post.state))
      await blame(post, `#${post.number} is ${post.state}, with ${own.map(({ state }) => state).join(', ')}`)
  }
  const unsaid = await storage.outboxQueue.depth()
  if (unsaid > 0) violations.push(`${unsaid} messages are still in the outbox`)

  const faults = Map.groupBy(ledger.seen, ({ fault }) => fault)
  const many = (fault: Ledger['seen'][number]['fault']): number => faults.get(fault)?.length ?? 0
  return {
    deliveries: deliveries.length,
    ...counts,
    lostAfter: many('lost after') + many('cut') + many('busy after'),
    lostBefore: many('lost before') + many('busy before'),
    tooMany: many('too many'),
    repeatsByKey: ledger.seen.filter(({ did }) => did === 'told the repeat by its key').length,
    looks: ledger.looks,
    violations,
  }
}

const ENDS: readonly string[] = ['published', 'partly_published', 'failed']

/** Every message of the review channel as JSON: what people can press. */
async function cardsOf({ house }: Stage): Promise<string[]> {
  const entries = await house.storage.workspace(house.home.id).transcript.list('review', 1_000_000)
  return entries.map(({ message }) => JSON.stringify(message))
}

/** All that happened to a post, line by line. */
function story(
  n: number,
  deliveries: readonly Delivery[],
  attempts: readonly Attempt[],
  ledger: Ledger,
  blows: readonly Blow[],
): string[] {
  const lines: { at: EpochMs; says: string }[] = []
  const add = (at: EpochMs | null, says: string): void => void (at !== null && lines.push({ at, says }))
  for (const { id, platform, state, dueAt, updatedAt, worker, problem } of deliveries) {
    add(dueAt, `${platform} is due (${id})`)
    add(updatedAt, `${platform} became ${state}${worker ? ` with ${worker}` : ''}: ${problem?.message ?? ''}`)
  }
  for (const { deliveryId, number, part, worker, startedAt, endedAt, outcome, message } of attempts) {
    const platform = deliveries.find(({ id }) => id === deliveryId)?.platform
    add(startedAt, `${platform} attempt ${number} of part ${part + 1} begins with ${worker}`)
    add(
      endedAt,
      `${platform} attempt ${number} of part ${part + 1} ends: ${outcome ?? 'nobody knows how'}${message === null ? '' : ` (${message})`}`,
    )
  }
  for (const seen of ledger.seen.filter((one) => one.n === n))
    add(
      seen.at,
      `${seen.kind} is sent ${partText(n, seen.part)} (request ${seen.request}): ${seen.fault}, ${seen.did}`,
    )
  const from = Math.min(...lines.map(({ at }) => at))
  const to = Math.max(...lines.map(({ at }) => at))
  for (const { at, who, pid, what } of blows)
    if (at >= from && at <= to) add(at, `${who} (${pid}) is ${what}`)
  return lines
    .sort((a, b) => a.at - b.at)
    .map(({ at, says }) => `${Temporal.Instant.fromEpochMilliseconds(at).toString().slice(11, 23)} ${says}`)
}
