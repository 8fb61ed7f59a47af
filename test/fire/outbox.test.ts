import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { announce } from '../../src/app/announce.ts'
import { SendError, type Sending, type Surface } from '../../src/app/surface.ts'
import { type Clock, DAY, MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { silentLog } from '../../src/kit/log.ts'
import { type Message, message, text } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newTeam, schedulePost, startWorker } from './world.ts'

const clock = standingClock('2026-11-20T08:00:00Z')
let folder: string
let storage: Storage

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crier-outbox-'))
  storage = await openStorage({ url: `file:${join(folder, 'o.sqlite')}`, log: silentLog })
  await storage.migrate()
})

afterEach(async () => {
  await storage.close()
  await rm(folder, { recursive: true })
})

interface Said extends Sending {
  words: string
  at: number
}

/** A chat that keeps what it was told; `refuse` may throw before it does. */
function chatOf(more: Partial<Surface> = {}, refuse: (words: string) => void = () => undefined) {
  const said: Said[] = []
  const take = (words: string, sending: Sending): string => {
    refuse(words)
    said.push({ words, at: performance.now(), ...sending })
    return `m${said.length}`
  }
  const surface: Surface = {
    name: 'playground',
    start: async () => undefined,
    stop: async () => undefined,
    health: () => ({ ok: true, detail: '' }),
    send: async ({ channel }, words, sending) => take(`${channel}: ${plainText(words)}`, sending),
    update: async ({ channel }, id, words) => void take(`${channel} ${id}: ${plainText(words)}`, { key: id }),
    tell: async (_, words, sending) => void take(`privately: ${plainText(words)}`, sending),
    ...more,
  }
  return { said, surfaces: new Map([['playground' as const, surface]]) }
}

const url = 'http://127.0.0.1:9'
const worker = (surfaces: Map<'playground', Surface>, { skew = 0, on = clock as Clock } = {}) =>
  startWorker(storage, on, { skew, url, surfaces })

/** Words for a channel of the team's chat, in the outbox. */
async function wordsFor(teamId: Parameters<Storage['workspace']>[0], channel: string, ...all: string[]) {
  const stores = storage.workspace(teamId)
  const [chat] = await stores.workspace.chats()
  await stores.outbox.add(
    ...all.map((words) => ({
      id: newId(clock.now()),
      chatId: chat!.id,
      channel,
      memberId: null,
      subject: null,
      kind: 'message' as const,
      message: message(text(words)) as Message,
      createdAt: clock.now(),
    })),
  )
}

test('a card says how its post stands when it is sent, however often it changed before', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOf()
  const one = await worker(chat.surfaces)
  const actor = await team.actor(one.bench)
  const post = await schedulePost(actor, 'We ship', team.accountIds, clock.now() + MINUTE)
  const waiting = await storage.outboxQueue.depth()
  const stores = storage.workspace(team.id)
  for (let n = 0; n < 50; n++) await announce(stores, one.bench, post)
  expect(await storage.outboxQueue.depth()).toBe(waiting + 1)
  await stores.posts.move(post.id, 'cancel', { at: clock.now() })
  await one.tick()
  const cards = chat.said.filter(({ words }) => words.startsWith('review'))
  expect(cards.map(({ words }) => /is \w+/.exec(words)?.[0])).toEqual(['is cancelled'])
})

test('a card that cannot be drawn does not hold back its channel', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOf()
  const one = await worker(chat.surfaces)
  const lost = { id: newId(clock.now()), round: 1 }
  const actor = await team.actor(one.bench)
  const post = await schedulePost(actor, 'We ship', team.accountIds, clock.now() + MINUTE)
  await one.tick()
  await announce(storage.workspace(team.id), one.bench, { ...post, ...lost })
  await wordsFor(team.id, 'review', 'behind it')
  await one.tick()
  expect(chat.said.at(-1)?.words).toBe('review: behind it')
})

/** Beats until `ms` have passed, every quarter of a minute. */
async function beats(one: Awaited<ReturnType<typeof worker>>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 15 * SECOND) {
    await one.tick()
    clock.advance(15 * SECOND)
  }
}

test('a card that fails for long lets the others of its channel pass, but not its own replies', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  let broken = true
  const chat = chatOf({}, (words) => {
    if (broken && words.includes('Broken')) throw new SendError('It can’t be shown', { retry: true })
  })
  const one = await worker(chat.surfaces)
  const actor = await team.actor(one.bench)
  const post = await schedulePost(actor, 'Broken', team.accountIds, clock.now() + DAY)
  const stores = storage.workspace(team.id)
  const reply = (words: string) => announce(stores, one.bench, post, { thread: message(text(words)) })
  await reply('First reply')
  await wordsFor(team.id, 'review', 'Another')
  await beats(one, 5 * MINUTE)
  expect(chat.said.map(({ words }) => words)).not.toContain('review: Another')
  await beats(one, 20 * MINUTE)
  const words = () => chat.said.map(({ words }) => words).filter((said) => said.startsWith('review'))
  expect(words()).toContain('review: Another')
  // What comes meanwhile goes to where it belongs: behind the card, or past it.
  await reply('Second reply')
  await wordsFor(team.id, 'review', 'Yet another')
  await beats(one, MINUTE)
  expect(words().at(-1)).toBe('review: Yet another')
  expect(words().join()).not.toContain('reply')

  broken = false
  await beats(one, 40 * MINUTE)
  expect(chat.said.map(({ words }) => words).join()).toContain('have failed for ten minutes')
  expect(words()).toEqual([
    'review: Another',
    'review: Yet another',
    expect.stringContaining('Broken'),
    'review: First reply',
    expect.stringMatching(/^review m\d+: .*Broken/s),
    'review: Second reply',
  ])
  expect(await storage.outboxQueue.depth()).toBe(0)
  await wordsFor(team.id, 'review', 'In order again')
  await beats(one, 15 * SECOND)
  expect(words().at(-1)).toBe('review: In order again')
})

test('where a channel takes nothing, no more than one message is let pass, and the rest keeps its order', async () => {
  const team = await newTeam(storage, clock.now(), [])
  let down = true
  const chat = chatOf({}, () => {
    if (down) throw new SendError('It is down', { retry: true })
  })
  const one = await worker(chat.surfaces)
  await wordsFor(team.id, 'review', ...Array.from({ length: 6 }, (_, n) => `${n}`))
  await beats(one, 90 * MINUTE)
  down = false
  await beats(one, 20 * MINUTE)
  const said = chat.said.map(({ words }) => words).filter((words) => /^review: \d$/.test(words))
  expect(said.filter((words) => words !== 'review: 0')).toEqual(
    ['1', '2', '3', '4', '5'].map((n) => `review: ${n}`),
  )
  expect(said).toHaveLength(6)
})

test('a chat is told as fast as it wants, channel by channel', async () => {
  const team = await newTeam(storage, clock.now(), [])
  const chat = chatOf({ pace: { burst: 2, every: 80 } })
  const one = await worker(chat.surfaces, { on: { now: () => clock.now() + performance.now() } })
  await wordsFor(team.id, 'slow', ...Array.from({ length: 5 }, (_, n) => `${n}`))
  await wordsFor(team.id, 'other', 'at once')
  const began = performance.now()
  await one.tick()
  const slow = chat.said.filter(({ words }) => words.startsWith('slow'))
  expect(slow.map(({ words }) => words)).toEqual(['slow: 0', 'slow: 1', 'slow: 2', 'slow: 3', 'slow: 4'])
  // Two at once, and one each 80 ms after them.
  expect(slow[4]!.at - began).toBeGreaterThan(3 * 80 - 10)
  const place = chat.said.findIndex(({ words }) => words === 'other: at once')
  expect(place).toBeLessThan(3)
})

test('a chat that asks for quiet is told nothing in any channel until then, by any process', async () => {
  const team = await newTeam(storage, clock.now(), [])
  let busy = true
  const chat = chatOf({}, () => {
    if (busy) throw new SendError('Too many', { retry: true, after: 40 * SECOND, everywhere: true })
  })
  const one = await worker(chat.surfaces)
  await wordsFor(team.id, 'first', 'one')
  await one.tick()
  busy = false
  await wordsFor(team.id, 'second', 'two')
  const two = await worker(chat.surfaces)
  clock.advance(39 * SECOND)
  for (const each of [one, two]) await each.tick()
  expect(chat.said).toEqual([])
  clock.advance(2 * SECOND)
  await two.tick()
  expect(chat.said.map(({ words }) => words).sort()).toEqual(['first: one', 'second: two'])
})

test.each([-MINUTE, 0, MINUTE])(
  'what a dead process was sending is sent within half a minute, whatever the clocks say (%d ms)',
  async (skew) => {
    const team = await newTeam(storage, clock.now(), [])
    await wordsFor(team.id, 'review', 'in flight', 'behind it')
    const now = clock.now()
    const [taken] = await storage.outboxQueue.claim({ now, leaseUntil: now + 2 * MINUTE, limit: 9 })
    const chat = chatOf()
    const other = await worker(chat.surfaces, { skew })
    let waited = 0
    for (; chat.said.length === 0 && waited < 3 * MINUTE; waited += SECOND) {
      await other.tick()
      clock.advance(SECOND)
    }
    expect(waited).toBeGreaterThan(20 * SECOND)
    expect(waited).toBeLessThan(32 * SECOND)
    await other.tick()
    expect(chat.said.map(({ words }) => words)).toEqual(['review: in flight', 'review: behind it'])
    // Under its first key, so that the chat can tell, and with the word that it may be there already.
    expect(chat.said[0]).toMatchObject({ key: taken?.entry.id, triedSince: taken?.entry.createdAt })
    expect(chat.said[1]).not.toHaveProperty('triedSince')
  },
)

test('what is renewed is left to who sends it, also for minutes; its lease is lost only once', async () => {
  const team = await newTeam(storage, clock.now(), [])
  await wordsFor(team.id, 'review', 'a long upload')
  const { outboxQueue } = storage
  let leaseUntil = clock.now() + 2 * MINUTE
  const [taken] = await outboxQueue.claim({ now: clock.now(), leaseUntil, limit: 9 })
  const id = taken!.entry.id
  const chat = chatOf()
  const other = await worker(chat.surfaces)
  for (let n = 0; n < 60; n++) {
    clock.advance(5 * SECOND)
    expect(await outboxQueue.renew(id, leaseUntil, leaseUntil + 5 * SECOND)).toBe(true)
    leaseUntil += 5 * SECOND
    await other.tick()
  }
  expect(chat.said).toEqual([])
  expect(await outboxQueue.beingSent()).toEqual([{ id, leaseUntil }])
  // Another's look at an older end changes nothing.
  await outboxQueue.release(id, leaseUntil - 1, clock.now())
  expect(await outboxQueue.beingSent()).toHaveLength(1)
  await outboxQueue.release(id, leaseUntil, clock.now())
  expect(await outboxQueue.renew(id, leaseUntil, leaseUntil + MINUTE)).toBe(false)
})

test('thousands that wait in one channel are not read for each that is sent', async () => {
  const team = await newTeam(storage, clock.now(), [])
  const many = (count: number) => wordsFor(team.id, 'review', ...Array.from({ length: count }, () => 'x'))
  const fastest = async (): Promise<number> => {
    const times: number[] = []
    for (let n = 0; n < 15; n++) {
      const now = clock.now()
      const began = performance.now()
      const [taken] = await storage.outboxQueue.claim({ now, leaseUntil: now + MINUTE, limit: 20 })
      times.push(performance.now() - began)
      await storage.outboxQueue.sent(taken!.entry.id, now, undefined)
    }
    return Math.min(...times)
  }
  await many(20)
  await fastest()
  await many(20)
  const few = await fastest()
  await many(20_000)
  // Reading them all takes a hundred times as long.
  expect(await fastest()).toBeLessThan(few * 5 + 2)
})
