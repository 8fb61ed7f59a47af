import { actorOf } from '../../src/app/actor.ts'
import { enterReview } from '../../src/app/enter-review.ts'
import { newWorkspace } from '../../src/app/newcomers.ts'
import { draftIn } from '../../src/app/write-posts.ts'
import { DAY, systemClock } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'
import type { Stage } from './stage.ts'

/** Teams (`first`, and new ones up to as many as there should be) with an account on Mastodon each, and posts spread over the month from tomorrow on. */
export async function furnish(
  { house }: Stage,
  platformUrl: string,
  teams: number,
  postsEach: number,
  first: readonly Workspace[] = [],
): Promise<Workspace[]> {
  const { bench, storage } = house
  const all = [...first]
  while (all.length < teams) all.push(await newWorkspace(bench, `Team ${all.length + 1}`))
  for (const [index, { id }] of all.entries()) {
    const now = systemClock.now()
    const stores = storage.workspace(id)
    await stores.workspace.changeSettings({ approvals: 0 })
    const known = (await stores.workspace.members())[0]
    const author =
      known ??
      (await stores.workspace.addMember({
        id: newId(now),
        name: 'Grace',
        role: 'admin',
        zone: null,
        locale: null,
        identities: [],
        createdAt: now,
      }))
    const account = newId(now)
    const externalId = String(100_000 + index)
    await stores.accounts.add(
      {
        id: account,
        platform: 'mastodon',
        externalId,
        handle: `@team${index}`,
        state: 'connected',
        facts: {},
        dryRun: false,
        connectedBy: author.id,
        expiresAt: null,
        failures: 0,
        leftAloneUntil: null,
        createdAt: now,
      },
      bench.sealer.seal(
        JSON.stringify({ server: platformUrl, token: externalId, accountId: externalId }),
        account,
      ),
    )
    const actor = actorOf(bench, await stores.workspace.get(), author)
    await storage.transaction(id, async (inside) => {
      for (let n = 1; n <= postsEach; n++) {
        const at = now + DAY + Math.floor((n * 30 * DAY) / postsEach)
        const words = { text: `Chaos ${index * postsEach + n}`, accountIds: [account] }
        const draft = await draftIn(inside, actor, words, { at, zone: 'UTC', phrase: 'then' })
        await enterReview(inside, actor, draft)
      }
    })
  }
  return all
}
