import { describe, expect, test } from 'vitest'
import { HOUR } from '../../src/kit/clock.ts'
import { clearQueue, type Ground, NOON, newDelivery, newPost, newTeam } from './ground.ts'

const FINISHED = 100_000

/** The claim's work does not grow with what is finished. */
export function claimPlanContract(ground: () => Ground, planOfClaim: () => Promise<string>): void {
  describe(`a claim among ${FINISHED} finished deliveries`, () => {
    const fastestClaim = async (worker: string): Promise<number> => {
      const times: number[] = []
      for (let n = 0; n < 21; n++) {
        const begun = performance.now()
        const lease = { now: NOON, leaseUntil: NOON + HOUR, worker, limit: 5 }
        expect(await ground().storage.queue.claimDue(lease)).toHaveLength(5)
        times.push(performance.now() - begun)
      }
      // The fastest: the others wait for a disk that is busy with something else.
      return Math.min(...times)
    }

    test('reads the partial index over what waits', async () => {
      const { storage } = ground()
      await clearQueue(storage)
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team))
      const make = (count: number, changes = {}) =>
        team.stores.deliveries.createMany(
          Array.from({ length: count }, () => newDelivery(team, post.id, changes)),
        )
      await make(210)
      await fastestClaim('warm')
      const few = await fastestClaim('few')
      await make(FINISHED, { state: 'published', publishedAt: NOON })
      await make(105)
      const many = await fastestClaim('many')
      const plan = await planOfClaim()
      expect(plan).toContain('deliveries_waiting')
      expect(plan).not.toMatch(/seq scan on deliveries|scan deliveries(?! using)/i)
      console.log(`A claim of 5: ${few.toFixed(2)} ms, among ${FINISHED} finished ${many.toFixed(2)} ms`)
      // Generous; to read the finished ones would take 50 times as long.
      expect(many).toBeLessThan(few * 5 + 2)
    }, 120_000)
  })
}
