import { sayInChannels } from '../../app/say-in-channels.ts'
import type { WorkspaceStores } from '../../app/stores.ts'
import type { Workbench } from '../../app/workbench.ts'
import type { EndCount } from '../../deliveries/delivery-store.ts'
import { type EpochMs, HOUR, MINUTE } from '../../kit/clock.ts'
import type { StuckChat } from '../../outbox/outbox.ts'
import { alertMessage } from '../../views/alert.ts'
import { accountName } from '../../views/post-card.ts'
import { defineJob } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** An hour with so many failed deliveries, and this share of all, is news. */
const MOST_FAILED = 5
const MOST_SHARE = 0.25
/** It is said again after this (ms), if it goes on. */
const EPISODE = 6 * HOUR
/** A message that waits for so long (ms), was tried so often, and nothing written since was taken: its chat is stuck. */
const STUCK = 10 * MINUTE
const STUCK_TRIES = 6

/** Says in the team's channel what is going wrong, once per episode, on any number of machines. */
export default defineJob({
  name: 'raise-alerts',
  every: MINUTE,

  async run({ bench, stopping }) {
    const now = bench.clock.now()
    const stuck = await bench.stores.outboxQueue.stuck(now - STUCK, STUCK_TRIES)
    for await (const { id } of teamsOf(bench)) {
      if (stopping.aborted) return
      const stores = bench.stores.workspace(id)
      const here = stuck.filter(({ workspaceId }) => workspaceId === id)
      const found = [...(await alerts(bench, stores, now)), ...(await chatsStuck(stores, here))]
      for (const { episode, words } of found) {
        if ((await stores.marks.get(`alert ${episode}`)) !== undefined) continue
        await bench.stores.transaction(id, async (inside) => {
          if (await inside.marks.setOnce(`alert ${episode}`, now))
            await sayInChannels(inside, alertMessage(words), now)
        })
      }
    }
  },
})

const sum = (ends: readonly EndCount[]): number => ends.reduce((all, one) => all + one.deliveries, 0)

interface Alert {
  /** The same as long as it is the same trouble. */
  episode: string
  words: string
}

async function alerts(bench: Workbench, stores: WorkspaceStores, now: EpochMs): Promise<Alert[]> {
  const found: Alert[] = []
  for (const account of await stores.accounts.list({ states: ['connected'] })) {
    if (account.pausedUntil === null || account.pausedUntil <= now) continue
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

async function chatsStuck(stores: WorkspaceStores, stuck: readonly StuckChat[]): Promise<Alert[]> {
  if (stuck.length === 0) return []
  const chats = await stores.workspace.chats()
  return stuck.map(({ chatId, lastTaken }) => ({
    // What it takes next ends the standstill: the next one is another.
    episode: `outbox ${chatId} ${lastTaken}`,
    words: `⚠️ Messages to ${chats.find(({ id }) => id === chatId)?.name ?? 'a chat'} have failed for ten minutes. They are kept and tried again.`,
  }))
}
