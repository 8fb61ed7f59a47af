import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DAY } from '../../src/kit/clock.ts'
import type { Environment } from '../../src/kit/config.ts'
import { newId } from '../../src/kit/ids.ts'
import { hasBytes } from '../../src/library/has-bytes.ts'
import type { Media } from '../../src/library/media.ts'
import { type Content, emptyContent } from '../../src/posts/post.ts'
import { onEachDatabase } from '../databases.ts'
import { openTestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { draft, dropMedia, file, homeOf, mediaOfPost, nothingIsMissing, referredTo } from './media-in-use.ts'

/** The same numbers for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = createHash('sha256').update(String(state)).digest().readUInt32BE(0)
    return state % below
  }
}

await onEachDatabase((url) => {
  test('nothing that anything refers to is ever removed, whatever people do for half a year', async () => {
    const seed = Number(process.env.SEED ?? Temporal.Now.instant().epochMilliseconds % 100_000)
    console.info(`Media are used by the seed ${seed}`)
    const roll = dice(seed)
    const world = await openTestHouse({ environment: { ...(await url()), MEDIA_KEEP_DAYS: '5' } })
    try {
      const { stores, shelf } = homeOf(world)
      const [account] = await stores.accounts.list()
      const pictures = await Promise.all(Array.from({ length: 8 }, (_, n) => photo(20 + n, 20, 'png')))
      const series: string[] = []
      const one = () => pictures[roll(pictures.length)] ?? Buffer.alloc(0)
      const content = async (): Promise<Content> => {
        const all = await stores.mediaSweep.page('')
        // Only what is in use may be referred to without being attached.
        const used = await referredTo(world, series)
        const some = all.filter(({ id }) => used.has(id) && roll(3) === 0)
        return { ...emptyContent, media: some.map(({ id }) => ({ mediaId: id, alt: 'A kettle' })) }
      }
      let posts = 0
      let gone = 0
      let most = 0
      const seen = new Map<string, Media>()
      for (let day = 0; day < 180; day++) {
        const at = world.clock.now()
        switch (roll(6)) {
          case 0:
          case 1:
            posts += 1
            expect(await draft(world, one())).toContain(`#${posts} is a draft`)
            break
          case 2: {
            const answer = await world.house.desk.ask(await world.speaker('Ada'), {
              command: 'schedule',
              values: { when: 'tomorrow 9am', text: 'x', accounts: 'myspace' },
              files: [file('refused.png', one())],
            })
            expect(answer.type).toBe('form')
            break
          }
          case 3:
            for (let number = 1 + roll(3); number <= posts; number += 1 + roll(2))
              await dropMedia(world, number, roll(2) === 0 ? ['Once'] : ['Once', 'Twice'])
            break
          case 4:
            for (const id of series) await stores.series.change(id, { content: emptyContent })
            series.push(newId(at))
            await stores.series.create({
              id: series.at(-1) ?? '',
              authorId: (await stores.workspace.members())[0]?.id ?? '',
              rule: {},
              phrase: 'daily',
              content: roll(2) === 0 ? await content() : emptyContent,
              accountIds: [account?.id ?? ''],
              approvedRevision: null,
              plannedUntil: null,
              endedAt: at,
              createdAt: at,
            })
            break
          default:
            if (roll(3) === 0) for (const { id } of await stores.feed.list(99)) await stores.feed.remove(id)
            await stores.feed.publish({
              id: newId(at),
              key: newId(at),
              handle: '@acme',
              dryRunOf: null,
              text: 'x',
              media: (await content()).media,
              replyTo: null,
              at,
            })
        }
        const before = new Set((await stores.mediaSweep.page('')).map(({ id }) => id))
        for (const media of await stores.media.getMany([...before])) seen.set(media.id, media)
        await world.pass(DAY * (1 + roll(3)))
        await nothingIsMissing(world, series)
        const after = await stores.mediaSweep.page('')
        const left = new Set(after.map(({ id }) => id))
        gone += before.difference(left).size
        most = Math.max(most, after.length)
        for (const { unusedSince } of after)
          if (unusedSince !== null) expect(world.clock.now() - unusedSince).toBeLessThan(5 * DAY)
      }
      expect(gone).toBeGreaterThan(0)
      expect(most).toBeLessThanOrEqual(pictures.length)
      // And of what went, the bytes did.
      const kept = new Set((await stores.media.getMany([...seen.keys()])).map(({ sha256 }) => sha256))
      for (const media of seen.values()) expect(await hasBytes(shelf, media)).toBe(kept.has(media.sha256))
    } finally {
      await world.close()
    }
  }, 120_000)

  test('whoever attaches the same bytes while they are removed has them, or is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crier-media-'))
    const environment: Environment = {
      ...(await url()),
      MEDIA_KEEP_DAYS: '1',
      CRIER_SECRET_KEY: 'of-these-tests-alone',
    }
    // On PostgreSQL another process attaches; they share the folder as machines share a bucket.
    const one = await openTestHouse({ environment, dataDir: folder })
    const other = 'DATABASE_URL' in environment ? await openTestHouse({ environment, dataDir: folder }) : one
    try {
      const picture = await photo(30, 20, 'png')
      const said = { kept: 0, told: 0, anew: 0 }
      let posts = 0
      for (let round = 0; round < 40; round++) {
        const first = await draft(other, picture)
        expect(first).toContain(`#${posts + 1} is a draft`)
        posts += 1
        const [before] = await mediaOfPost(other, posts)
        await dropMedia(other, posts)
        for (const world of new Set([one, other])) world.clock.advance(DAY)
        await one.running.scheduler.tick()
        for (const world of new Set([one, other])) world.clock.advance(2 * DAY)
        const [answer] = await Promise.all([
          sleep(round % 20).then(() => draft(other, picture)),
          sleep(round % 3 === 0 ? 20 : 0).then(() => one.running.scheduler.tick()),
        ])
        if (answer.includes('is being cleared away')) {
          said.told += 1
          continue
        }
        expect(answer).toContain(`#${posts + 1} is a draft`)
        posts += 1
        const [after] = await mediaOfPost(other, posts)
        if (after?.id === before?.id) said.kept += 1
        else said.anew += 1
        await nothingIsMissing(other)
        await dropMedia(other, posts)
      }
      console.info(`Attached while it was removed: ${JSON.stringify(said)}`)
      expect(said.kept + said.told + said.anew).toBe(40)
    } finally {
      if (other !== one) await other.close()
      await one.close()
      await rm(folder, { recursive: true, force: true })
    }
  }, 120_000)
})
