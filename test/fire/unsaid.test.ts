import { afterEach, beforeEach, expect, test } from 'vitest'
import { announce } from '../../src/app/announce.ts'
import { healthFacts } from '../../src/app/health-facts.ts'
import { SendError, type Surface } from '../../src/app/surface.ts'
import { DAY, HOUR, MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Button, Message } from '../../src/message/message.ts'
import { message, text } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { askAfterRestore } from '../../src/scheduler/restored.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { healthView } from '../../src/views/health.ts'
import type { SurfaceName } from '../../src/workspaces/workspace.ts'
import type { PlatformServer } from './platforms.ts'
import { openScene, type Scene } from './scene.ts'
import { allDeliveries, newTeam, schedulePost, startWorker, type Worker } from './world.ts'

const clock = standingClock('2026-11-20T08:00:00Z')
let scene: Scene
let storage: Storage
let server: PlatformServer

beforeEach(async () => {
  scene = await openScene(clock)
  storage = scene.storage
  server = scene.server
})
afterEach(() => scene.close())

interface Said {
  /** A channel, or `privately`. */
  where: string
  words: string
  /** The lines that its buttons type. */
  buttons: string[]
}

const buttonsOf = (said: Message): string[] =>
  said.blocks
    .flatMap((block): Button[] => (block.type === 'buttons' ? block.buttons : []))
    .map(({ line }) => line)

/** A chat that keeps what it takes; `refuse` may throw before. */
function chatOn(name: SurfaceName = 'playground') {
  const said: Said[] = []
  const chat = { said, surface: {} as Surface, refuse: (_where: string): void => undefined }
  const take = (where: string, words: Message): string => {
    chat.refuse(where)
    return `m${said.push({ where, words: plainText(words), buttons: buttonsOf(words) })}`
  }
  chat.surface = {
    name,
    start: async () => undefined,
    stop: async () => undefined,
    health: () => ({ ok: true, detail: '' }),
    send: async ({ channel }, words) => take(channel, words),
    update: async ({ channel }, _id, words) => void take(channel, words),
    tell: async (_, words) => void take('privately', words),
  }
  return chat
}

const processWith = (...chats: { surface: Surface }[]): Promise<Worker> =>
  startWorker(storage, clock, {
    skew: 0,
    url: server.url,
    surfaces: new Map(chats.map(({ surface }) => [surface.name, surface])),
  })

async function pass(ms: number, worker: Worker, step = MINUTE): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(step)
    await worker.tick()
  }
}

/** A delivery whose answer is lost, on a platform that nobody can look at. */
async function loseAnswer(worker: Worker, team: Awaited<ReturnType<typeof newTeam>>): Promise<void> {
  server.faults.push('none', 'lostAfter')
  await schedulePost(await team.actor(worker.bench), 'We ship', team.accountIds, clock.now())
  clock.advance(SECOND)
}

const asks = ({ buttons }: Said): boolean => buttons.some((line) => line.startsWith('settle '))
const down = () => {
  throw new SendError('Down', { retry: true })
}
const refusing =
  (...where: string[]) =>
  (one: string) => {
    if (where.includes(one)) throw new SendError('The channel is archived.', { retry: false })
  }

test('a question outlasts a chat that is away for hours', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const chat = chatOn()
  const worker = await processWith(chat)
  chat.refuse = down
  await loseAnswer(worker, team)
  await pass(4 * HOUR, worker)
  expect(await allDeliveries(storage, team.id)).toMatchObject([
    { state: 'unsure', problem: { code: 'asked' } },
  ])
  expect(await storage.outboxQueue.depth()).toBeGreaterThan(0)
  expect(chat.said).toEqual([])
  chat.refuse = () => undefined
  await pass(16 * MINUTE, worker)
  expect(await storage.outboxQueue.depth()).toBe(0)
  // Once in the card's thread, in the results channel and in private.
  const questions = chat.said.filter(({ words }) => words.startsWith('#1 to'))
  expect(questions.map(({ where }) => where).sort()).toEqual(['privately', 'results', 'review'])
  expect(questions.every(asks)).toBe(true)
})

test('a question outlasts a surface that no process has for days, and news does not', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const elsewhere = await processWith()
  await loseAnswer(elsewhere, team)
  const [chat] = await storage.workspace(team.id).workspace.chats()
  await storage.workspace(team.id).outbox.add({
    id: newId(clock.now()),
    chatId: chat!.id,
    channel: 'results',
    memberId: null,
    subject: null,
    kind: 'message',
    message: message(text('It rains')),
    createdAt: clock.now(),
  })
  await pass(DAY + HOUR, elsewhere, 10 * MINUTE)
  const page = chatOn()
  const withPage = await processWith(page)
  await pass(5 * SECOND, withPage, SECOND)
  expect(page.said.filter(asks).map(({ where }) => where)).toEqual(
    expect.arrayContaining(['review', 'results', 'privately']),
  )
  expect(page.said.map(({ words }) => words)).not.toContain('It rains')
  expect(await storage.outboxQueue.depth()).toBe(0)
})

test('a chat that asks to wait, and one that is back, are not counted out', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const chat = chatOn()
  const worker = await processWith(chat)
  chat.refuse = () => {
    throw new SendError('Slow down', { retry: true, after: 20 * SECOND, everywhere: true })
  }
  await loseAnswer(worker, team)
  await pass(2 * HOUR, worker)
  chat.refuse = () => undefined
  // No back-off has grown meanwhile.
  await pass(MINUTE, worker)
  expect(chat.said.filter(asks).length).toBeGreaterThanOrEqual(3)
  expect(await storage.outboxQueue.depth()).toBe(0)
})

test('a refused channel is told of in another one and in health, and its question comes again', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const chat = chatOn()
  const worker = await processWith(chat)
  chat.refuse = refusing('review')
  await loseAnswer(worker, team)
  await pass(2 * HOUR, worker)
  const alerts = chat.said.filter(({ words }) => words.startsWith('⚠️'))
  expect(alerts.map(({ where, words }) => `${where}: ${words.split('\n')[0]}`)).toEqual([
    'results: ⚠️ The review channel of Playground takes no messages: The channel is archived. What waits for a word there is shown again once it does.',
  ])
  const health = async () =>
    plainText(healthView(await healthFacts(worker.bench, storage.workspace(team.id)), 'en'))
  expect(await health()).toContain('The review channel of Playground takes no messages')
  const before = chat.said.length
  chat.refuse = () => undefined
  await pass(25 * MINUTE, worker)
  const after = chat.said.slice(before)
  expect(after.filter(asks).map(({ where }) => where)).toContain('review')
  expect(after.filter(({ where, words }) => where === 'review' && words.includes('#1 to')).length).toBe(1)
  expect(await health()).not.toContain('takes no messages')
  const quiet = chat.said.length
  await pass(HOUR, worker)
  expect(chat.said.length).toBe(quiet)
})

test('where the channel was changed, what still waits stands in the new one at once', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const { workspace } = storage.workspace(team.id)
  await workspace.changeSettings({ approvals: 1 })
  await workspace.addMember({
    id: newId(clock.now()),
    name: 'Ada',
    role: 'approver',
    zone: null,
    locale: null,
    identities: [],
    createdAt: clock.now(),
  })
  const chat = chatOn()
  const worker = await processWith(chat)
  chat.refuse = refusing('review')
  const actor = await team.actor(worker.bench)
  const post = await schedulePost(actor, 'Look at it', team.accountIds, clock.now() + DAY)
  expect(post.state).toBe('in_review')
  await announce(storage.workspace(team.id), worker.bench, post)
  await pass(MINUTE, worker)
  const [known] = await workspace.chats()
  await workspace.changeChat(known!.id, { channels: { review: 'reviews-2' } })
  await pass(MINUTE, worker)
  const card = chat.said.find(({ where }) => where === 'reviews-2')
  expect(card?.buttons.join()).toContain('approve 1')
})

test('where a chat takes nothing at all, the alert stands in the others, or goes to the admins', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  await storage.workspace(team.id).workspace.addChat({
    id: newId(clock.now()),
    surface: 'slack',
    externalId: `T-${team.id}`,
    name: 'Acme on Slack',
    channels: { review: 'C1', results: null, digest: null },
    sealedToken: null,
    createdAt: clock.now(),
  })
  const [page, slack] = [chatOn(), chatOn('slack')]
  const worker = await processWith(page, slack)
  slack.refuse = refusing('C1', 'privately')
  await loseAnswer(worker, team)
  await pass(2 * MINUTE, worker)
  const told = page.said.filter(({ words }) => words.includes('of Acme on Slack takes no messages'))
  expect(told.map(({ where }) => where)).toEqual(['results'])
  page.refuse = refusing('review', 'results')
  await loseAnswer(worker, team)
  await pass(3 * MINUTE, worker)
  const privately = page.said.filter(({ where, words }) => where === 'privately' && words.startsWith('⚠️'))
  expect(privately.length).toBeGreaterThan(0)
})

test('a card that the chat will never change any more is posted anew', async () => {
  const team = await newTeam(storage, clock.now(), ['keyed'])
  const chat = chatOn()
  const worker = await processWith(chat)
  const actor = await team.actor(worker.bench)
  await schedulePost(actor, 'We ship', team.accountIds, clock.now() + MINUTE)
  await worker.tick()
  const update = chat.surface.update
  let gone = true
  chat.surface.update = async (to, id, words) => {
    if (gone && id === 'm1') throw new SendError('The message is gone.', { retry: false })
    return update(to, id, words)
  }
  await pass(2 * MINUTE, worker)
  gone = false
  const cards = chat.said.filter(({ where, words }) => where === 'review' && words.includes('published'))
  expect(cards.length).toBeGreaterThan(0)
  expect(await storage.workspace(team.id).outbox.refused()).toEqual([])
})

test('a question that waited when the backup was made is asked after the restore', async () => {
  const team = await newTeam(storage, clock.now(), ['silent'])
  const chat = chatOn()
  const worker = await processWith(chat)
  chat.refuse = down
  await loseAnswer(worker, team)
  await pass(2 * MINUTE, worker)
  expect(await allDeliveries(storage, team.id)).toMatchObject([{ problem: { code: 'asked' } }])
  await askAfterRestore(worker.bench, { id: 'one', backedUpAt: clock.now() })
  chat.refuse = () => undefined
  await pass(MINUTE, worker)
  const questions = chat.said.filter(({ words }) => words.startsWith('#1 to'))
  expect(questions.map(({ where }) => where).sort()).toEqual(['privately', 'results', 'review'])
})
