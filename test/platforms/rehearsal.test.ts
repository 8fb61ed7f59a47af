import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rehearsalRoutes } from '../../src/http/rehearsal.ts'
import { standingClock } from '../../src/kit/clock.ts'
import rehearsal from '../../src/platforms/rehearsal.ts'
import type { FeedItem, FeedStore } from '../../src/playground/feed.ts'
import { failureOf, image, memoryProgress, NOW, publication, stageFor, TEXT } from './stage.ts'

/** The feed's own server, with a feed in memory. */
const items: FeedItem[] = []
const feed: FeedStore = {
  async publish(item) {
    const known = items.find(({ key }) => key === item.key)
    if (!known) items.push(item)
    return known ?? item
  },
  byKey: async (key) => items.find((item) => item.key === key),
  list: async (limit) => items.toReversed().slice(0, limit),
  async remove(id) {
    const at = items.findIndex((item) => item.id === id)
    if (at >= 0) items.splice(at, 1)
    return at >= 0
  },
}
const routes = rehearsalRoutes({
  clock: standingClock(NOW),
  feedOf: async (token) => (token === 'feed-token' ? { workspaceId: 'w', feed } : undefined),
  address: ({ id }) => `http://127.0.0.1:3000/#${id}`,
})
const server = createAdaptorServer({
  fetch: async (request) =>
    (await routes.handle(request, { remoteAddress: '127.0.0.1' })) ?? new Response(null, { status: 404 }),
})

let apiUrl: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rehearsal`
})
afterAll(() => server.close())

const stage = (token = 'feed-token') => stageFor(rehearsal, { apiUrl, credentials: { token } })

it('publishes to the feed once, finds it there, reads its numbers and takes it down', async () => {
  const { io } = stage()
  const post = publication({ media: [image()], options: { replyTo: 'item-before' } })
  const find = () => rehearsal.look.find?.(post, io, memoryProgress(), 0, NOW)
  expect(await find()).toBe('absent')
  const published = await rehearsal.commit(post, io, memoryProgress(), 0)
  expect(await rehearsal.commit(post, io, memoryProgress(), 0)).toEqual(published)
  expect(items).toMatchObject([
    {
      key: post.key,
      handle: '@acme',
      text: TEXT,
      media: [{ mediaId: 'media-1', alt: 'A blue kettle' }],
      replyTo: 'item-before',
      dryRunOf: null,
    },
  ])
  expect(published).toEqual({ remoteId: items[0]?.id, url: `http://127.0.0.1:3000/#${items[0]?.id}` })
  expect(await find()).toEqual(published)

  const numbers = await rehearsal.metrics?.read([published, { remoteId: 'gone', url: null }], io)
  expect([...(numbers?.keys() ?? [])]).toEqual([published.remoteId])
  await rehearsal.remove?.(published, io)
  await rehearsal.remove?.(published, io)
  expect(await find()).toBe('absent')
})

it('stands in for another platform in a dry run', async () => {
  const { io } = stageFor(rehearsal, {
    apiUrl,
    credentials: { token: 'feed-token' },
    account: { handle: '@acme', facts: { dryRunOf: 'mastodon' } },
  })
  await rehearsal.commit(publication({ key: 'k-dry' }), io, memoryProgress(), 0)
  expect(items.at(-1)).toMatchObject({ key: 'k-dry', dryRunOf: 'mastodon' })
})

it('a token the feed does not know: a person connects again', async () => {
  const error = await failureOf(rehearsal.commit(publication(), stage('another').io, memoryProgress(), 0))
  expect(error.next).toEqual({ do: 'reconnect' })
})

it('connects under a name, with the token that it is handed', async () => {
  const [form] = rehearsal.connect
  if (form.by !== 'form') throw new Error('Rehearsal connects by a form')
  const io = { ...stage().io, client: { id: 'rehearsal', secret: 'feed-token' } }
  expect(await form.open({ handle: 'Acme' }, io)).toEqual({
    externalId: '@acme',
    handle: '@Acme',
    credentials: { token: 'feed-token' },
    facts: {},
  })
  expect(await form.open({}, io)).toMatchObject({ handle: '@rehearsal' })
})
