import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { fittedMedia } from '../../src/app/fit-media.ts'
import { DAY, HOUR, MINUTE } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { hasBytes } from '../../src/library/has-bytes.ts'
import type { Media } from '../../src/library/media.ts'
import type { Tools } from '../../src/scheduler/job.ts'
import clearMedia from '../../src/scheduler/jobs/clear-media.ts'
import { onEachDatabase } from '../databases.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { play } from './conversation.ts'
import { days, draft, dropMedia, file, homeOf, mediaOfPost, nothingIsMissing } from './media-in-use.ts'

/** A dry run on a platform that takes less than was attached, so that pictures are converted. */
async function connectInstagram(world: TestHouse): Promise<void> {
  const { stores } = homeOf(world)
  const [member] = await stores.workspace.members()
  await stores.accounts.add(
    {
      id: newId(world.clock.now()),
      platform: 'instagram',
      externalId: 'acme',
      handle: '@acme',
      state: 'connected',
      facts: {},
      dryRun: true,
      connectedBy: member?.id ?? '',
      expiresAt: null,
      failures: 0,
      leftAloneUntil: null,
      createdAt: world.clock.now(),
    },
    'never opened',
  )
}

await onEachDatabase((url) => {
  test('what a refused command left behind goes after its days; what a post shows stays', async () => {
    const world = await openTestHouse({ environment: await url() })
    try {
      const { stores, shelf } = homeOf(world)
      expect(await draft(world, await photo(30, 20, 'png'))).toContain('#1 is a draft')
      // Refused, after its file was taken in.
      const answer = await world.house.desk.ask(await world.speaker('Ada'), {
        command: 'schedule',
        values: { when: 'tomorrow 9am', text: 'Another', accounts: 'myspace' },
        files: [file('lost.png', await photo(31, 20, 'png'))],
      })
      expect(answer).toMatchObject({ type: 'form' })
      const before = await stores.mediaSweep.page('')
      const [shown] = await mediaOfPost(world, 1)
      const left = before.filter(({ id }) => id !== shown?.id)
      const [lost] = await stores.media.getMany(left.map(({ id }) => id))
      if (!shown || !lost) throw new Error('Two files were attached')

      await world.pass(MINUTE)
      await days(world, 29)
      expect(await stores.media.get(lost.id)).toEqual(lost)
      await days(world, 2)
      expect(await stores.media.get(lost.id)).toBeUndefined()
      expect(await hasBytes(shelf, lost)).toBe(false)
      expect(await stores.media.bytes()).toBe(shown.size)
      await days(world, 40)
      expect(await nothingIsMissing(world)).toBe(1)

      // What an edit replaced stays with it; the days count from when nothing refers to it any more.
      await dropMedia(world, 1)
      await days(world, 30)
      expect(await stores.media.get(shown.id)).toEqual(shown)
      await days(world, 2)
      expect(await stores.media.get(shown.id)).toBeUndefined()
      expect(await hasBytes(shelf, shown)).toBe(false)
      // And comes back as if it had never been here.
      expect(await draft(world, await photo(30, 20, 'png'))).toContain('#2 is a draft')
      expect(await nothingIsMissing(world)).toBe(1)
    } finally {
      await world.close()
    }
  })

  test('what was published stays, converted as it was; what is lost of it is made again', async () => {
    const world = await openTestHouse({
      environment: { ...(await url()), PUBLIC_URL: 'https://crier.example' },
    })
    try {
      await connectInstagram(world)
      const { stores, shelf } = homeOf(world)
      const wide = await photo(1500, 500, 'png')
      const publish = async (number: number) => {
        expect(await draft(world, wide, 'instagram')).toContain(`#${number} is a draft`)
        await play(world, `Ada: submit ${number} in 5 minutes\nGrace: approve ${number}`)
        await world.pass(6 * MINUTE)
        await play(world, `Ada: show ${number}\nbot: #${number} is published`)
        const [item] = await stores.feed.list(1)
        const [shown] = await stores.media.getMany(item?.media.map(({ mediaId }) => mediaId) ?? [])
        if (!shown) throw new Error('Nothing was shown')
        return shown
      }
      const made = await publish(1)
      expect(made).toMatchObject({ type: 'image/jpeg', width: 1500, height: 786 })
      await days(world, 100)
      expect(await nothingIsMissing(world)).toBe(2)

      await shelf.remove(made.sha256)
      expect(await publish(2)).toEqual(made)
      const { format, width, height } = await sharp(await shelf.get(made.sha256)).metadata()
      expect({ format, width, height }).toEqual({ format: 'jpeg', width: 1500, height: 786 })

      // Another version of the converter made it: its bytes are others, and nobody minds.
      const other = { sha256: 'f'.repeat(64), size: 5, width: 1500, height: 786 }
      expect(await stores.media.remade(made.id, made, other)).toBe(true)
      expect(await publish(3)).toEqual(made)
      expect(await nothingIsMissing(world)).toBe(2)

      // Without the picture that was attached nothing can be made: a person is told.
      const [original] = await mediaOfPost(world, 1)
      expect(await draft(world, wide, 'instagram')).toContain('#4 is a draft')
      for (const one of [made.sha256, original?.sha256 ?? '']) await shelf.remove(one)
      await play(world, 'Ada: submit 4 in 5 minutes\nGrace: approve 4')
      await world.pass(6 * MINUTE)
      await play(world, 'Ada: show 4\nbot: the media storage no longer has it')
    } finally {
      await world.close()
    }
  })

  test('what is made of a picture stays and goes with it; 0 keeps everything', async () => {
    const environment = { ...(await url()), MEDIA_KEEP_DAYS: '3' }
    const folder = await mkdtemp(join(tmpdir(), 'crier-media-'))
    const make = async (world: TestHouse, media: Media) => {
      const { stores, shelf } = homeOf(world)
      const plan = { type: 'image/jpeg', width: 300, height: 157, fit: 'pad', maxBytes: 900_000 } as const
      return fittedMedia({ ...world.house.bench, shelf }, stores, media, plan, 'kettle.jpg')
    }
    const world = await openTestHouse({ environment, dataDir: folder })
    let now = 0
    try {
      const { stores, shelf } = homeOf(world)
      const picture = await photo(300, 100, 'png')
      await draft(world, picture)
      const [original] = await mediaOfPost(world, 1)
      if (!original) throw new Error('Nothing was attached')
      const made = await make(world, original)
      await days(world, 9)
      expect(await stores.media.get(made.id)).toEqual(made)
      await dropMedia(world, 1)
      await days(world, 3)
      // Wanted again in time: both are.
      await draft(world, picture)
      await days(world, 9)
      expect(await make(world, original)).toEqual(made)
      await dropMedia(world, 2)
      await days(world, 5)
      expect(await stores.mediaSweep.page('')).toEqual([])
      for (const one of [original, made]) expect(await hasBytes(shelf, one)).toBe(false)
      now = world.clock.now()
    } finally {
      await world.close()
    }
    const later = await openTestHouse({
      environment: { ...environment, MEDIA_KEEP_DAYS: '0' },
      dataDir: folder,
      now: Temporal.Instant.fromEpochMilliseconds(now).toString(),
    })
    try {
      const { stores } = homeOf(later)
      await draft(later, await photo(31, 20, 'png'))
      await dropMedia(later, 3)
      await days(later, 9)
      expect(await stores.mediaSweep.page('')).toMatchObject([{ unusedSince: null }])
    } finally {
      await later.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('a removal that a process did not live to end is ended by another', async () => {
    const world = await openTestHouse({ environment: await url() })
    try {
      const { stores, shelf } = homeOf(world)
      const picture = await photo(30, 20, 'png')
      await draft(world, picture)
      const [media] = await mediaOfPost(world, 1)
      if (!media) throw new Error('Nothing was attached')
      await dropMedia(world, 1)
      const now = world.clock.now()
      await stores.mediaSweep.countUnused([media.id], now)
      expect(await stores.mediaSweep.begin([media.id], now, now)).toHaveLength(1)
      // Its bytes may go at any moment.
      expect(await draft(world, picture)).toContain(
        '"kettle.png" was here before, and is being cleared away just now',
      )
      await world.pass(DAY)
      expect(await hasBytes(shelf, media)).toBe(false)
      expect(await draft(world, picture)).toContain('#2 is a draft')
      expect(await nothingIsMissing(world)).toBe(1)

      // Nobody came to end this one: who attaches it again has it at once.
      const [again] = await mediaOfPost(world, 2)
      await dropMedia(world, 2)
      const then = world.clock.now()
      await stores.mediaSweep.countUnused([again?.id ?? ''], then)
      expect(await stores.mediaSweep.begin([again?.id ?? ''], then, then)).toHaveLength(1)
      await shelf.remove(again?.sha256 ?? '')
      world.clock.advance(HOUR)
      expect(await draft(world, picture)).toContain('#3 is a draft')
      expect((await mediaOfPost(world, 3))[0]?.id).toBe(again?.id)
      expect(await nothingIsMissing(world)).toBe(1)
    } finally {
      await world.close()
    }
  })

  test('a process that stood still before it removed bytes leaves them', async () => {
    const world = await openTestHouse({ environment: await url() })
    try {
      const { stores, shelf } = homeOf(world)
      const { bench } = world.house
      await draft(world, await photo(30, 20, 'png'))
      const [media] = await mediaOfPost(world, 1)
      if (!media) throw new Error('Nothing was attached')
      await dropMedia(world, 1)
      await stores.mediaSweep.countUnused([media.id], world.clock.now())
      world.clock.advance(31 * DAY)
      let asked = 0
      const clock = { now: () => world.clock.now() + 2 * MINUTE * asked++ }
      const stopping = new AbortController().signal
      await clearMedia.run({ bench: { ...bench, clock }, stopping } as unknown as Tools)
      expect(await stores.media.take({ sha256: media.sha256 }, clock.now())).toBe('leaving')
      expect(await hasBytes(shelf, media)).toBe(true)
      await days(world, 1)
      expect(await stores.media.take({ sha256: media.sha256 }, world.clock.now())).toBeUndefined()
      expect(await hasBytes(shelf, media)).toBe(false)
    } finally {
      await world.close()
    }
  })

  test('bytes that can’t be removed now are removed another day', async () => {
    const world = await openTestHouse({ environment: { ...(await url()), MEDIA_KEEP_DAYS: '1' } })
    try {
      const { stores } = homeOf(world)
      await draft(world, await photo(30, 20, 'png'))
      const [media] = await mediaOfPost(world, 1)
      await dropMedia(world, 1)
      const { sha256 } = media ?? { sha256: '' }
      const path = join(world.house.config.dataDir, 'media', world.house.home.id, sha256.slice(0, 2), sha256)
      await rm(path)
      // What is no file is not removed.
      await mkdir(path)
      await days(world, 5)
      expect(await stores.media.get(media?.id ?? '')).toBeUndefined()
      expect(await stores.media.take({ sha256 }, world.clock.now())).toBe('leaving')
      await rm(path, { recursive: true })
      await days(world, 1)
      expect(await stores.media.take({ sha256 }, world.clock.now())).toBeUndefined()
    } finally {
      await world.close()
    }
  })
})
