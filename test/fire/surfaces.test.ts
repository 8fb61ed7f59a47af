import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Surface } from '../../src/app/surface.ts'
import { MINUTE, SECOND, standingClock } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { silentLog } from '../../src/kit/log.ts'
import { message, text } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { SurfaceName, WorkspaceId } from '../../src/workspaces/workspace.ts'
import { onEachDatabase } from '../databases.ts'
import { newTeam, startWorker, type Worker } from './world.ts'

/** A chat that keeps what it was told. */
function chatOn(name: SurfaceName) {
  const said: { words: string; first: boolean }[] = []
  const surface: Surface = {
    name,
    start: async () => undefined,
    stop: async () => undefined,
    health: () => ({ ok: true, detail: '' }),
    send: async (_to, words, { triedSince }) =>
      `m${said.push({ words: plainText(words), first: triedSince === undefined })}`,
    update: async () => undefined,
    tell: async () => undefined,
  }
  return { said, surface }
}

await onEachDatabase((database) => {
  const clock = standingClock('2026-11-20T08:00:00Z')
  let storage: Storage
  let teamId: WorkspaceId
  /** The team's chat on Slack, beside the one on the page. */
  const slackChat = () => ({
    id: newId(clock.now()),
    surface: 'slack' as const,
    externalId: `T-${teamId}`,
    name: 'Acme on Slack',
    channels: { review: 'C1', results: null, digest: null },
    sealedToken: null,
    createdAt: clock.now(),
  })

  beforeEach(async () => {
    const { DATABASE_URL: url = 'file::memory:' } = await database()
    storage = await openStorage({ url, log: silentLog })
    await storage.migrate()
    teamId = (await newTeam(storage, clock.now(), [])).id
    await storage.workspace(teamId).workspace.addChat(slackChat())
  })
  afterEach(() => storage.close())

  const processWith = (...surfaces: Surface[]): Promise<Worker> =>
    startWorker(storage, clock, {
      skew: 0,
      url: 'http://127.0.0.1:9',
      surfaces: new Map(surfaces.map((one) => [one.name, one])),
    })

  /** Words for a channel of the team's chat on a surface. */
  async function wordsFor(surface: SurfaceName, channel: string, ...all: string[]): Promise<void> {
    const stores = storage.workspace(teamId)
    const chat = (await stores.workspace.chats()).find((one) => one.surface === surface)
    await stores.outbox.add(
      ...all.map((words) => ({
        id: newId(clock.now()),
        chatId: chat?.id ?? '',
        channel,
        memberId: null,
        subject: null,
        kind: 'message' as const,
        message: message(text(words)),
        createdAt: clock.now(),
      })),
    )
  }

  async function pass(ms: number, ...workers: Worker[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += SECOND) {
      clock.advance(SECOND)
      for (const worker of workers) await worker.tick()
    }
  }

  const tried = async (): Promise<number[]> => {
    const found = await storage.outboxQueue.elsewhere(['playground'], clock.now() + MINUTE)
    return found.map(({ attempts }) => attempts)
  }

  test('a process asks only for messages to its own surfaces, and those of others do not take their place', async () => {
    const page = chatOn('playground')
    const slack = chatOn('slack')
    const [without, withSlack] = [await processWith(page.surface), await processWith(slack.surface)]
    for (let n = 0; n < 60; n++) await wordsFor('slack', `C${n}`, `${n} on Slack`)
    await wordsFor('playground', 'results', 'on the page')
    await without.tick()
    expect(page.said).toEqual([{ words: 'on the page', first: true }])
    expect(await tried()).toEqual(Array.from({ length: 60 }, () => 0))
    await withSlack.tick()
    expect(slack.said).toHaveLength(60)
    // Nobody had them in their hands before: the chat need not be asked whether they are there.
    expect(slack.said.filter(({ first }) => !first)).toEqual([])
    expect(await storage.outboxQueue.depth()).toBe(0)
  })

  test('while one process has the surface, the others count no tries, however long its channel takes', async () => {
    const slack = chatOn('slack')
    let chatIsDown = true
    const surface: Surface = {
      ...slack.surface,
      send: async (...given) => {
        if (chatIsDown) throw new Error('Down')
        return slack.surface.send(...given)
      },
    }
    const others = [await processWith(chatOn('playground').surface), await processWith()]
    const withSlack = await processWith(surface)
    await wordsFor('slack', 'C1', 'a', 'b')
    await wordsFor('slack', 'C2', 'c')
    await pass(9 * MINUTE, withSlack, ...others)
    // Tried after 2, 4, 8, … seconds by who has the surface, and by nobody else.
    expect(await storage.outboxQueue.stuck(clock.now(), 9)).toHaveLength(1)
    expect(await storage.outboxQueue.stuck(clock.now(), 10)).toEqual([])
    chatIsDown = false
    await pass(10 * MINUTE, withSlack, ...others)
    const words = slack.said.map((one) => one.words).filter((one) => !one.startsWith('⚠️'))
    expect(words.sort()).toEqual(['a', 'b', 'c'])
  })

  test('a process that has the surface and is away for a while finds everything', async () => {
    const others = [await processWith(chatOn('playground').surface), await processWith()]
    await wordsFor('slack', 'C1', 'a', 'b')
    await pass(3 * MINUTE, ...others)
    const [attempts] = await tried()
    // One each half minute, however many look; the first minute after that one is another machine's clock.
    expect(attempts).toBeGreaterThanOrEqual(4)
    expect(attempts).toBeLessThanOrEqual(6)
    const slack = chatOn('slack')
    const withSlack = await processWith(slack.surface)
    await pass(2 * SECOND, withSlack, ...others)
    expect(slack.said.map(({ words }) => words)).toEqual(['a', 'b'])
  })

  test('what is for a surface that no process has is told of, and kept', async () => {
    const page = chatOn('playground')
    const only = await processWith(page.surface)
    await wordsFor('slack', 'C1', 'first', 'second')
    await pass(12 * MINUTE, only)
    expect(page.said.map(({ words }) => words).join()).toContain(
      'Messages to Acme on Slack have failed for ten minutes',
    )
    const slack = chatOn('slack')
    await pass(SECOND, await processWith(slack.surface))
    expect(slack.said.map(({ words }) => words).slice(0, 2)).toEqual(['first', 'second'])
  })
})
