import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { fittedMedia } from '../../src/app/fit-media.ts'
import { DAY, HOUR, MINUTE } from '../../src/kit/clock.ts'
import type { Environment } from '../../src/kit/config.ts'
import { newId } from '../../src/kit/ids.ts'
import { hasBytes } from '../../src/library/has-bytes.ts'
import type { Media } from '../../src/library/media.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { type Content, emptyContent } from '../../src/posts/post.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { startPostgres, type TestPostgres } from '../setup-postgres.ts'
import { play } from './conversation.ts'

const database = await startPostgres()
const postgres: TestPostgres | undefined = 'missing' in database ? undefined : database
if ('missing' in database) console.warn(`PostgreSQL was not tried: ${database.missing}`)
afterAll(() => postgres?.stop())

const file = (name: string, bytes: Uint8Array) => ({ name, bytes: async () => bytes })

const homeOf = ({ house }: TestHouse) => ({
  stores: house.storage.workspace(house.home.id),
  shelf: house.bench.blobs.of(house.home.id),
})

async function draft(world: TestHouse, bytes: Uint8Array, accounts = 'rehearsal'): Promise<string> {
  const answer = await world.house.desk.ask(await world.speaker('Ada'), {
    command: 'draft',
    values: { text: 'The new kettle', accounts, alt: 'A kettle' },
    files: [file('kettle.png', bytes)],
  })
  if (answer.type === 'form') return Object.values(answer.form.errors ?? {}).join(' ')
  return plainText(answer.message)
}

async function mediaOfPost(world: TestHouse, number: number): Promise<Media[]> {
  const { stores } = homeOf(world)
  const post = await stores.posts.byNumber(number)
  return stores.media.getMany(post?.content.media.map(({ mediaId }) => mediaId) ?? [])
}

/** As an edit does, twice: the first keeps what was there before. */
async function dropMedia(world: TestHouse, number: number, edits = ['Once', 'Twice']): Promise<void> {
  const { stores } = homeOf(world)
  for (const text of edits) {
    const post = await stores.posts.byNumber(number)
    if (!post) throw new Error(`There is no post ${number}`)
    const at = world.clock.now()
    const content = { ...emptyContent, text: `${text} ${at}` }
    const revision = `${text}-${at}`
    await stores.posts.edit(post.id, post.revision, {
      content,
      accountIds: post.accountIds,
      revision,
      at,
      edited: {
        revision: post.revision,
        content: post.content,
        accountIds: [],
        memberId: post.authorId,
        at,
      },
    })
  }
}

async function days(world: TestHouse, count: number): Promise<void> {
  for (let day = 0; day < count; day++) await world.pass(DAY)
}

/** What posts, edits, these series and the feed refer to, read as everybody else reads it. */
async function referredTo(world: TestHouse, series: readonly string[] = []): Promise<Set<string>> {
  const { stores } = homeOf(world)
  const posts = await stores.posts.list({})
  const planned = await Promise.all(series.map((id) => stores.series.get(id)))
  const media = [
    ...posts.flatMap((post) => [...post.content.media, ...(post.edited?.content.media ?? [])]),
    ...planned.flatMap((one) => one?.content.media ?? []),
    ...(await stores.feed.list(10_000)).flatMap((item) => item.media),
  ]
  return new Set(media.map(({ mediaId }) => mediaId))
}

/** Whatever anything refers to is there, with its bytes. Says how many there are. */
async function nothingIsMissing(world: TestHouse, series: readonly string[] = []): Promise<number> {
  const { stores, shelf } = homeOf(world)
  const ids = await referredTo(world, series)
  const there = await stores.media.getMany([...ids])
  expect(there.map(({ id }) => id).sort()).toEqual([...ids].sort())
  for (const one of there) expect(await hasBytes(shelf, one), one.filename).toBe(true)
  return ids.size
}

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
      pausedUntil: null,
      createdAt: world.clock.now(),
    },
    'never opened',
  )
}

/** The same numbers for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = createHash('sha256').update(String(state)).digest().readUInt32BE(0)
    return state % below
  }
}

describe.each([
  { name: 'SQLite', here: true, url: async (): Promise<Environment> => ({}) },
  {
    name: 'PostgreSQL',
    here: postgres !== undefined,
    url: async (): Promise<Environment> => ({ DATABASE_URL: (await postgres?.createDatabase()) ?? '' }),
  },
])('media on $name', ({ here, url }) => {
  const on = test.skipIf(!here)

  on('what a refused command left behind goes after its days; what a post shows stays', async () => {
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

  on('what was published stays, converted as it was; what is lost of it is made again', async () => {
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

  on('what is made of a picture stays and goes with it; 0 keeps everything', async () => {
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

  on('a removal that a process did not live to end is ended by another', async () => {
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

  on('bytes that can’t be removed now are removed another day', async () => {
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

  on(
    'nothing that anything refers to is ever removed, whatever people do for half a year',
    async () => {
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
    },
    120_000,
  )

  on(
    'whoever attaches the same bytes while they are removed has them, or is told',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'crier-media-'))
      const environment: Environment = {
        ...(await url()),
        MEDIA_KEEP_DAYS: '1',
        CRIER_SECRET_KEY: 'of-these-tests-alone',
      }
      // On PostgreSQL another process attaches; they share the folder as machines share a bucket.
      const one = await openTestHouse({ environment, dataDir: folder })
      const other =
        'DATABASE_URL' in environment ? await openTestHouse({ environment, dataDir: folder }) : one
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
            one.running.scheduler.tick(),
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
    },
    120_000,
  )
})
