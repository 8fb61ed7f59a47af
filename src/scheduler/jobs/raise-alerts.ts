import { tell } from '../../app/announce.ts'
import { type RefusedChannel, refusedChannels } from '../../app/refused-channels.ts'
import { sayInChannels } from '../../app/say-in-channels.ts'
import type { WorkspaceStores } from '../../app/stores.ts'
import type { Workbench } from '../../app/workbench.ts'
import type { EndCount } from '../../deliveries/delivery-store.ts'
import { type EpochMs, HOUR, MINUTE } from '../../kit/clock.ts'
import type { Message } from '../../message/message.ts'
import { STUCK, type StuckChat } from '../../outbox/outbox.ts'
import { alertMessage } from '../../views/alert.ts'
import { accountName } from '../../views/post-card.ts'
import { counted } from '../../views/words.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** An hour with so many failed deliveries, and this share of all, is news. */
const MOST_FAILED = 5
const MOST_SHARE = 0.25
/** It is said again after this (ms), if it goes on. */
const EPISODE = 6 * HOUR

/** Says in the team's channel what is going wrong, once per episode, on any number of machines. */
export default defineJob({
  name: 'raise-alerts',
  every: MINUTE,

  async run({ bench, stopping, breaker }) {
    const now = bench.clock.now()
    const leftAlone = [...breaker.leftAlone().keys()]
    const stuck = await bench.stores.outboxQueue.stuck(now - STUCK.after, STUCK.tries)
    for await (const { id } of teamsOf(bench)) {
      if (stopping.aborted) return
      const stores = bench.stores.workspace(id)
      const here = stuck.filter(({ workspaceId }) => workspaceId === id)
      const refused = await refusedChannels(stores)
      const found = [
        ...(await alerts(bench, stores, now)),
        ...(await platformsDown(bench, stores, leftAlone, now)),
        ...(await chatsStuck(stores, here)),
        ...refused.map(refusal),
      ]
      for (const { episode, words } of found) {
        if ((await stores.marks.get(`alert ${episode}`)) !== undefined) continue
        await bench.stores.transaction(id, async (inside) => {
          if (await inside.marks.setOnce(`alert ${episode}`, now))
            await sayBeside(inside, alertMessage(words), now, refused)
        })
      }
    }
  },
})

/** In every chat, beside the channels that take nothing; where that is nowhere, to the admins. */
async function sayBeside(
  stores: WorkspaceStores,
  said: Message,
  now: EpochMs,
  refused: readonly RefusedChannel[],
): Promise<void> {
  const except = new Set(refused.map(({ lane }) => lane))
  if ((await sayInChannels(stores, said, now, { except })) > 0 || refused.length === 0) return
  const chats = await stores.workspace.chats()
  for (const { id, role } of await stores.workspace.members())
    if (role === 'admin') await tell(stores, chats, id, said, now)
}

const sum = (ends: readonly EndCount[]): number => ends.reduce((all, one) => all + one.deliveries, 0)

interface Alert {
  /** The same as long as it is the same trouble. */
  episode: string
  words: string
}

async function alerts(bench: Workbench, stores: WorkspaceStores, now: EpochMs): Promise<Alert[]> {
  const found: Alert[] = []
  for (const account of await stores.accounts.list({ states: ['connected'] })) {
    if (account.leftAloneUntil === null || account.leftAloneUntil <= now) continue
    const lastLive = (await stores.deliveries.lastPublishedAt(account.id)) ?? 0
    found.push({
      // A success ends the trouble: the next one is another.
      episode: `failing ${account.id} ${lastLive}`,
      words: `⚠️ ${accountName(account, bench.platforms)} failed ${account.failures} times in a row. It is left alone for a while; then one post tries it, and the others follow.`,
    })
  }
  const ends = await stores.deliveries.countEnds(now - HOUR)
  const all = sum(ends)
  const failed = sum(ends.filter(({ state }) => state === 'failed'))
  if (failed >= MOST_FAILED && failed >= all * MOST_SHARE)
    found.push({
      episode: `errors ${Math.floor(now / EPISODE)}`,
      words: `⚠️ ${failed} of ${all} deliveries failed in the last hour.`,
    })
  return found
}

/**
 * Platforms that are left alone and that the team waits for. What fails over many accounts keeps each of them under its own
 * count of failures, so that no account's alert would tell of it.
 */
async function platformsDown(
  bench: Workbench,
  stores: WorkspaceStores,
  leftAlone: readonly string[],
  now: EpochMs,
): Promise<Alert[]> {
  if (leftAlone.length === 0) return []
  const all = await stores.accounts.list()
  const waiting = await stores.deliveries.list({ states: ['scheduled', 'publishing'] })
  const found: Alert[] = []
  for (const platform of leftAlone) {
    // A dry run of an account waits for no platform.
    const accounts = all.filter((one) => one.platform === platform && !one.dryRun).map(({ id }) => id)
    const due = waiting.filter((one) => accounts.includes(one.accountId) && one.scheduledFor <= now)
    if (due.length === 0) continue
    const live = await Promise.all(accounts.map((id) => stores.deliveries.lastPublishedAt(id)))
    const label = bench.platforms.get(platform)?.label ?? platform
    found.push({
      // As with an account: a success ends the trouble.
      episode: `down ${platform} ${Math.max(0, ...live.map((at) => at ?? 0))}`,
      words: `⚠️ ${label} fails for several accounts, so it is left alone for a while. ${counted(due.length, 'delivery', 'deliveries')} of yours ${due.length === 1 ? 'waits' : 'wait'} for it: one tries it from time to time, and the others follow.`,
    })
  }
  return found
}

const refusal = ({ name, why, since }: RefusedChannel): Alert => ({
  episode: `refused ${since}`,
  words: `⚠️ ${name} takes no messages: ${why} What waits for a word there is shown again once it does.`,
})

async function chatsStuck(stores: WorkspaceStores, stuck: readonly StuckChat[]): Promise<Alert[]> {
  if (stuck.length === 0) return []
  const chats = await stores.workspace.chats()
  return stuck.map(({ chatId, oldest }) => ({
    // Once it is taken, the standstill is over: the next one is another.
    episode: `outbox ${chatId} ${oldest}`,
    words: `⚠️ Messages to ${chats.find(({ id }) => id === chatId)?.name ?? 'a chat'} have failed for ten minutes. They are kept and tried again.`,
  }))
}
