import { expect } from 'vitest'
import { DAY } from '../../src/kit/clock.ts'
import { hasBytes } from '../../src/library/has-bytes.ts'
import type { Media } from '../../src/library/media.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { emptyContent } from '../../src/posts/post.ts'
import type { TestHouse } from '../house.ts'

export const file = (name: string, bytes: Uint8Array) => ({ name, bytes: async () => bytes })

export const homeOf = ({ house }: TestHouse) => ({
  stores: house.storage.workspace(house.home.id),
  shelf: house.bench.blobs.of(house.home.id),
})

export async function draft(world: TestHouse, bytes: Uint8Array, accounts = 'rehearsal'): Promise<string> {
  const answer = await world.house.desk.ask(await world.speaker('Ada'), {
    command: 'draft',
    values: { text: 'The new kettle', accounts, alt: 'A kettle' },
    files: [file('kettle.png', bytes)],
  })
  if (answer.type === 'form') return Object.values(answer.form.errors ?? {}).join(' ')
  return plainText(answer.message)
}

export async function mediaOfPost(world: TestHouse, number: number): Promise<Media[]> {
  const { stores } = homeOf(world)
  const post = await stores.posts.byNumber(number)
  return stores.media.getMany(post?.content.media.map(({ mediaId }) => mediaId) ?? [])
}

/** As an edit does, twice: the first keeps what was there before. */
export async function dropMedia(world: TestHouse, number: number, edits = ['Once', 'Twice']): Promise<void> {
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

export async function days(world: TestHouse, count: number): Promise<void> {
  for (let day = 0; day < count; day++) await world.pass(DAY)
}

/** What posts, edits, these series and the feed refer to, read as everybody else reads it. */
export async function referredTo(world: TestHouse, series: readonly string[] = []): Promise<Set<string>> {
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
export async function nothingIsMissing(world: TestHouse, series: readonly string[] = []): Promise<number> {
  const { stores, shelf } = homeOf(world)
  const ids = await referredTo(world, series)
  const there = await stores.media.getMany([...ids])
  expect(there.map(({ id }) => id).sort()).toEqual([...ids].sort())
  for (const one of there) expect(await hasBytes(shelf, one), one.filename).toBe(true)
  return ids.size
}
