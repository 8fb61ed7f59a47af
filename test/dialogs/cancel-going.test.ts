import { afterEach, beforeEach, expect, test } from 'vitest'
import { doubtStep } from '../../src/deliveries/bookkeeping.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { play } from './conversation.ts'

let world: TestHouse
beforeEach(async () => {
  world = await openTestHouse()
})
afterEach(() => world.close())

const ofPost = async (number: number) => {
  const stores = world.house.storage.workspace(world.house.home.id)
  const post = await stores.posts.byNumber(number)
  if (!post) throw new Error(`There is no post ${number}`)
  return { stores, post, deliveries: await stores.deliveries.ofPosts([post.id]) }
}

/** The account is left alone by its breaker, so that what is due is put off. */
const pauseAccount = async (): Promise<void> => {
  const { accounts } = world.house.storage.workspace(world.house.home.id)
  for (const account of await accounts.list())
    await accounts.change(account.id, { failures: 5, leftAloneUntil: world.clock.now() + 3_600_000 })
}

test('what waits for another try is taken back, by its own button', async () => {
  await play(
    world,
    `
    Grace: settings approvals 0
    Ada: schedule in 5 minutes to rehearsal: Not after all
    `,
  )
  await pauseAccount()
  await play(
    world,
    `
    time: 2026-11-20T08:06:00Z
    feed: nothing
    Ada: show 1
    bot: [Cancel what waits] cancel 1
    Ada: cancel 1
    bot: #1 is cancelled
    Ada: cancel 1
    bot: can no longer be cancelled
    time: 2026-11-20T12:00:00Z
    feed: nothing
    `,
  )
  const { post, deliveries } = await ofPost(1)
  expect(post.state).toBe('cancelled')
  expect(deliveries.map(({ state }) => state)).toEqual(['cancelled'])
})

test('what may be live is not taken back, and neither is what a worker holds', async () => {
  await play(
    world,
    `
    Grace: settings approvals 0
    Ada: schedule in 5 minutes to rehearsal: Is it there?
    `,
  )
  await pauseAccount()
  await play(world, 'time: 2026-11-20T08:06:00Z')
  const { stores, deliveries } = await ofPost(1)
  const [delivery] = deliveries
  if (!delivery) throw new Error('The post has no delivery')
  const at = world.clock.now()
  await stores.deliveries.move(delivery.id, 'doubt', { at, progress: { [doubtStep(0)]: at } })
  await play(world, 'Ada: cancel 1\nbot: #1 is already going out')
  await stores.deliveries.move(delivery.id, 'retry', { at, dueAt: at + 3_600_000 })
  await play(world, 'Ada: cancel 1\nbot: #1 is already going out')
  expect((await ofPost(1)).post.state).toBe('publishing')
})
