import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../src/kit/clock.ts'
import { newId } from '../../../src/kit/ids.ts'
import { GONE_WITHIN, type Media, type ReferenceCursor } from '../../../src/library/media.ts'
import { emptyContent } from '../../../src/posts/post.ts'
import type { WorkspaceStores } from '../../../src/storage/storage.ts'
import { type Ground, NOON, newPost, newTeam } from '../ground.ts'

const hash = (letter: string): string => letter.repeat(64)

const picture = (sha256: string, changes: Partial<Media> = {}): Media => ({
  id: newId(NOON),
  sha256,
  type: 'image/png',
  size: 10,
  width: 1,
  height: 1,
  duration: null,
  videoCodec: null,
  audioCodec: null,
  filename: 'kettle.png',
  createdAt: NOON,
  ...changes,
})

async function allReferences({ mediaSweep }: WorkspaceStores): Promise<string[]> {
  const all: string[] = []
  for (let from: ReferenceCursor | undefined; ; ) {
    const { ids, next } = await mediaSweep.references(from)
    all.push(...ids)
    if (!next) return all.sort()
    from = next
  }
}

export function mediaContract(ground: () => Ground): void {
  describe('media that nothing needs', () => {
    async function team() {
      const made = await newTeam(ground().storage)
      const { media, mediaSweep } = made.stores
      const add = async (sha256: string, changes?: Partial<Media>, originalId?: string) => {
        const one = picture(sha256, changes)
        await media.add(one, originalId)
        return one
      }
      /** Unused since NOON, and on its way out since `at`. */
      const leave = async (one: Media, at: number) => {
        await mediaSweep.countUnused([one.id], NOON)
        return mediaSweep.begin([one.id], NOON, at)
      }
      return { ...made, media, sweep: mediaSweep, add, leave }
    }

    test('posts, what an edit replaced, series and the feed refer to media; over many pages', async () => {
      const made = await team()
      const { stores } = made
      const content = (...ids: string[]) => ({
        ...emptyContent,
        text: 'Says "mediaId" and means nothing',
        media: ids.map((mediaId) => ({ mediaId, alt: 'A kettle' })),
      })
      expect(await allReferences(stores)).toEqual([])
      for (let n = 0; n < 501; n++) await stores.posts.create(newPost(made, { content: content() }))
      const post = await stores.posts.create(newPost(made, { content: content('first', 'second') }))
      const edited = {
        revision: post.revision,
        content: content('first', 'second'),
        accountIds: [],
        memberId: made.member.id,
        at: NOON,
      }
      await stores.posts.edit(post.id, post.revision, {
        content: content('third'),
        accountIds: [],
        revision: 'r2',
        edited,
        at: NOON,
      })
      await stores.series.create({
        id: newId(NOON),
        authorId: made.member.id,
        rule: {},
        phrase: 'daily',
        content: content('fourth'),
        accountIds: [],
        approvedRevision: null,
        plannedUntil: null,
        endedAt: NOON,
        createdAt: NOON,
      })
      await stores.feed.publish({
        id: newId(NOON),
        key: 'k',
        handle: 'h',
        dryRunOf: null,
        text: 't',
        media: [{ mediaId: 'fifth', alt: '' }],
        replyTo: null,
        at: NOON,
      })
      expect(await allReferences(stores)).toEqual(['fifth', 'first', 'fourth', 'second', 'third'])
    })

    test('count from the first time on, and leave only when the time is over', async () => {
      const { media, sweep, add } = await team()
      const one = await add(hash('a'))
      expect(await sweep.page('')).toEqual([{ id: one.id, originalId: null, unusedSince: null }])
      expect(await sweep.begin([one.id], NOON * 2, NOON)).toEqual([])
      await sweep.countUnused([one.id], NOON)
      await sweep.countUnused([one.id], NOON + DAY)
      expect(await sweep.page('')).toMatchObject([{ unusedSince: NOON }])
      expect(await sweep.begin([one.id], NOON - 1, NOON)).toEqual([])
      await sweep.countUsed([one.id])
      expect(await sweep.begin([one.id], NOON * 2, NOON)).toEqual([])
      await sweep.countUnused([one.id], NOON)
      expect(await sweep.begin([one.id], NOON, NOON + HOUR)).toEqual([
        { id: one.id, sha256: one.sha256, filename: one.filename },
      ])
      expect(await sweep.begin([one.id], NOON, NOON + HOUR)).toEqual([])
      expect(await media.get(one.id)).toBeUndefined()
      expect(await media.getMany([one.id])).toEqual([])
      expect(await media.bytes()).toBe(0)
      expect(await sweep.page('')).toEqual([])
      expect(await sweep.end(one.id, NOON)).toBe(false)
      expect(await sweep.end(one.id, NOON + HOUR)).toBe(true)
      expect(await sweep.end(one.id, NOON + HOUR)).toBe(false)
      expect(await media.take({ sha256: one.sha256 }, NOON + HOUR)).toBeUndefined()
    })

    test('what is attached again is counted no more, and neither is what was made of it', async () => {
      const { media, sweep, add } = await team()
      const one = await add(hash('a'))
      const made = await add(hash('b'), {}, one.id)
      const other = await add(hash('c'))
      await sweep.countUnused([one.id, made.id, other.id], NOON)
      expect(await media.take({ sha256: one.sha256 }, NOON)).toEqual(one)
      const since = new Map((await sweep.page('')).map(({ id, unusedSince }) => [id, unusedSince]))
      expect([since.get(one.id), since.get(made.id), since.get(other.id)]).toEqual([null, null, NOON])
      expect(await sweep.begin([one.id, made.id], NOON * 2, NOON)).toEqual([])
    })

    test('what was made of a picture is found by its id, and told whose it is', async () => {
      const { media, sweep, add } = await team()
      const one = await add(hash('b'))
      await sweep.countUnused([one.id], NOON)
      expect(await media.take({ id: one.id, originalId: 'original' }, NOON)).toEqual(one)
      expect(await sweep.page('')).toEqual([{ id: one.id, originalId: 'original', unusedSince: null }])
      expect(await media.take({ id: 'none', originalId: 'original' }, NOON)).toBeUndefined()
      const anew = { sha256: hash('d'), size: 3, width: 2, height: 2 }
      expect(await media.remade(one.id, { sha256: hash('x') }, anew)).toBe(false)
      expect(await media.remade(one.id, one, anew)).toBe(true)
      expect(await media.get(one.id)).toEqual({ ...one, ...anew })
    })

    test('while it leaves, the same bytes can’t be relied on; what never went comes back', async () => {
      const { media, sweep, add, leave } = await team()
      const one = await add(hash('a'))
      expect(await leave(one, NOON + HOUR)).toHaveLength(1)
      const take = (now: number) => media.take({ sha256: one.sha256 }, now)
      expect(await take(NOON + HOUR)).toBe('leaving')
      expect(await take(NOON + HOUR + GONE_WITHIN - 1)).toBe('leaving')
      expect(await media.take({ id: one.id, originalId: 'o' }, NOON + HOUR)).toBe('leaving')
      expect(await take(NOON + HOUR + GONE_WITHIN)).toEqual(one)
      expect(await media.get(one.id)).toEqual(one)
      expect(await sweep.page('')).toEqual([{ id: one.id, originalId: null, unusedSince: null }])
      // Whoever removed its bytes after all hears that it must not have.
      expect(await sweep.end(one.id, NOON + HOUR)).toBe(false)
    })

    test('a removal that nobody ended is begun again, once', async () => {
      const { media, sweep, add, leave } = await team()
      const all = [await add(hash('a')), await add(hash('b')), await add(hash('c'))]
      for (const one of all) await leave(one, NOON)
      expect(await sweep.beginAgain(NOON + GONE_WITHIN - 1, 9)).toEqual([])
      const at = NOON + GONE_WITHIN
      expect(await sweep.beginAgain(at, 2)).toHaveLength(2)
      const [last, ...more] = await sweep.beginAgain(at, 2)
      expect(more).toEqual([])
      expect(await media.take({ sha256: last!.sha256 }, at)).toBe('leaving')
      expect(await sweep.end(last!.id, NOON)).toBe(false)
      expect(await sweep.end(last!.id, at)).toBe(true)
      // The clock was set back: what began at a time to come is not left so until then.
      expect(await sweep.beginAgain(NOON - DAY, 9)).toHaveLength(2)
    })

    test('of several with the same bytes, those that stay keep them', async () => {
      const { media, sweep, add, leave } = await team()
      const [one, other] = [await add(hash('a')), await add(hash('a'), { createdAt: NOON + 1 })]
      await leave(one, NOON + HOUR)
      expect(await sweep.isShared(one.sha256)).toBe(true)
      expect(await media.take({ sha256: one.sha256 }, NOON + HOUR)).toEqual(other)
      await leave(other, NOON + 2 * HOUR)
      expect(await sweep.isShared(one.sha256)).toBe(false)
      // One of them never went, but the other may take the bytes along at any moment.
      expect(await media.take({ sha256: one.sha256 }, NOON + 2 * HOUR + MINUTE)).toBe('leaving')
    })
  })
}
