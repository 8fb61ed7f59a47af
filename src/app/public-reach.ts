import { type Block, note } from '../message/message.ts'
import { andList } from '../views/words.ts'
import type { Actor } from './actor.ts'

/**
 * Platforms that fetch media themselves need to reach this install: tried when a post with media is scheduled, so that
 * nobody learns it at publishing time. A word and no refusal, since some networks reach an address from outside only.
 * Asks the network, so it is called outside of transactions.
 */
export async function reachBlocks(
  { bench, stores }: Actor,
  accountIds: readonly string[],
  hasMedia: boolean,
): Promise<Block[]> {
  if (!hasMedia) return []
  const accounts = (await stores.accounts.list()).filter(
    (account) => accountIds.includes(account.id) && !account.dryRun,
  )
  const pulling = [...new Set(accounts.map((account) => account.platform))].flatMap((name) => {
    const platform = bench.platforms.get(name)
    return platform?.media.pulls ? [platform.label] : []
  })
  if (pulling.length === 0) return []
  const problem = await bench.publicProblem()
  if (problem === undefined) return []
  const fetches = pulling.length === 1 ? 'fetches' : 'fetch'
  return [
    note(
      `⚠️ ${andList(pulling)} ${fetches} media from this install, and ${problem}. Unless it can be reached from outside, the post will fail at its time.`,
    ),
  ]
}
