import { expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import { readConfig } from '../../src/kit/config.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { startReceiver } from '../servers/hook-receiver.ts'
import { conversation } from './conversation.ts'

test('posts a day: the one too many is refused with the limit and when there is room', () =>
  conversation(
    `
    Ada: schedule tomorrow 9am to rehearsal: One
    Ada: schedule tomorrow 10am to rehearsal: Two
    bot: #2 is in review
    Ada: schedule tomorrow 11pm to rehearsal: Three
    bot: The plan of this workspace allows 2 posts a day, and Sat 21 Nov has them already
    bot: Room is free again from Sun 22 Nov, 00:00 (Europe/Berlin)
    Ada: schedule sunday 00:00 to rehearsal: Three
    bot: #3 is in review

    // A move and a draft that is submitted are held to it too; what leaves makes room.
    Ada: reschedule 3 tomorrow 9pm
    bot: allows 2 posts a day, and Sat 21 Nov has them already
    Ada: show 3
    bot: Sun 22 Nov 2026, 00:00
    Ada: reschedule 1 tomorrow 11am
    bot: #1
    not: allows 2 posts
    Ada: cancel 2
    Ada: reschedule 3 tomorrow 9pm
    not: allows 2 posts
    Ada: draft to rehearsal: Four
    Ada: submit 4 tomorrow 6pm
    bot: allows 2 posts a day
    Grace: approve 1
    Grace: publish 3
    bot: goes out now
    Grace: settings approvals 0
    Ada: schedule in 1 hour to rehearsal: Today
    Ada: schedule in 2 hours to rehearsal: Today again
    bot: allows 2 posts a day, and Fri 20 Nov has them already
    `,
    { environment: { LIMIT_POSTS_PER_DAY: '2' } },
  ))

test('two at once on the last place: one gets it', async () => {
  const world = await openTestHouse({ environment: { LIMIT_POSTS_PER_DAY: '1' } })
  try {
    const ada = await world.speaker('Ada')
    const answers = await Promise.all(
      [1, 2, 3].map((n) =>
        world.house.desk.ask(ada, { line: `schedule tomorrow 9am to rehearsal: Post ${n}` }),
      ),
    )
    const said = answers.map((answer) => (answer.type === 'message' ? plainText(answer.message) : 'a form'))
    expect(said.filter((one) => one.includes('is in review'))).toHaveLength(1)
    expect(said.filter((one) => one.includes('allows 1 post a day'))).toHaveLength(2)
    expect(await world.house.storage.workspace(world.house.home.id).posts.list({})).toHaveLength(1)
  } finally {
    await world.close()
  }
})

test('a series whose day is full leaves a draft, and its author hears why', async () => {
  const world = await openTestHouse({ environment: { LIMIT_POSTS_PER_DAY: '1' } })
  try {
    const say = async (name: string, line: string) =>
      world.house.desk.ask(await world.speaker(name), { line })
    await say('Grace', 'settings approvals 0')
    await say('Ada', 'schedule every day at 9am to rehearsal: Good morning')
    await say('Ada', 'schedule sunday 12:00 to rehearsal: First come')
    await world.pass('2026-11-21T08:00:00Z')
    await world.pass(60_000)
    const stores = world.house.storage.workspace(world.house.home.id)
    const posts = await stores.posts.list({})
    expect(posts.map(({ state }) => state)).toContain('draft')
    const ada = (await stores.workspace.members()).find(({ name }) => name === 'Ada')
    const told = await stores.transcript.list(`direct:${ada?.id}`, 50)
    expect(told.map(({ message }) => plainText(message)).join('\n')).toContain(
      "stays a draft: the plan's 1 post of Sun 22 Nov are taken",
    )
  } finally {
    await world.close()
  }
})

test('accounts: the rehearsal feed takes no place, a disconnected one frees its own', async () => {
  const receiver = await startReceiver()
  try {
    await withHouse({ LIMIT_ACCOUNTS: '1', WEBHOOK_API_URL: receiver.origin }, async (world) => {
      const ask = async (name: string, path: string) =>
        wordsOf(
          await world.house.desk.ask(await world.speaker(name), {
            command: 'connect',
            values: { platform: 'webhook', url: `${receiver.origin}${path}`, name: path },
          }),
        )
      expect(await ask('Grace', '/a')).toMatch(/ is connected\.$/m)
      const refused = await ask('Grace', '/b')
      expect(refused).toContain('The plan of this workspace allows 1 account, and it is connected already')
      expect(refused).toContain('as soon as one is disconnected')
      const accounts = await world.house.storage.workspace(world.house.home.id).accounts.list()
      expect(accounts.map(({ platform }) => platform).sort()).toEqual(['rehearsal', 'webhook'])
      expect(await ask('Grace', '/a')).toMatch(/ is connected\.$/m)
      wordsOf(await world.house.desk.ask(await world.speaker('Grace'), { line: 'disconnect webhook' }))
      expect(await ask('Grace', '/b')).toMatch(/ is connected\.$/m)
      expect(await ask('Grace', '/a')).toContain('allows 1 account')
    })
  } finally {
    await receiver.stop()
  }
})

const fromSlack = (id: string): Speaker => ({
  surface: 'slack',
  chat: { externalId: 'T1', name: 'Acme' },
  person: { externalId: id, name: id },
})

test('members: one too many is told so and not let in; who is here stays; the machine itself needs no seat', () =>
  withHouse({ LIMIT_MEMBERS: '2' }, async (world) => {
    const ask = async (speaker: Speaker) => wordsOf(await world.house.desk.ask(speaker, { line: 'queue' }))
    expect(await ask(fromSlack('U1'))).not.toContain('allows')
    expect(await ask(fromSlack('U2'))).not.toContain('allows')
    expect(await ask(fromSlack('U3'))).toContain(
      'The plan of this workspace allows 2 members, and they are here already',
    )
    expect(await ask(fromSlack('U1'))).not.toContain('allows')
    expect(await ask(await world.speaker('Ada'))).not.toContain('allows')
    const { workspace } = world.house.storage.workspace(world.house.home.id)
    expect((await workspace.members()).map(({ name }) => name).sort()).toEqual(['Ada', 'Grace', 'U1', 'U2'])
  }))

test('media: the file that no longer fits is refused with what is taken; one that is here costs nothing', () =>
  withHouse({ LIMIT_MEDIA_MB: '1' }, async (world) => {
    const ada = await world.speaker('Ada')
    const attach = async (name: string, bytes: Uint8Array) =>
      wordsOf(
        await world.house.desk.ask(ada, {
          line: 'draft to rehearsal: With a file',
          files: [{ name, bytes: async () => bytes }],
        }),
      )
    expect(await attach('a.pdf', pdf(600_000, 'a'))).toContain('#1')
    expect(await attach('again.pdf', pdf(600_000, 'a'))).toContain('#2')
    const refused = await attach('b.pdf', pdf(600_000, 'b'))
    expect(refused).toContain('allows 1 MB of media; 0.6 MB are taken, and "b.pdf" has 0.6 MB')
    expect(await attach('c.pdf', pdf(400_000, 'c'))).toContain('#3')
    expect(await world.house.storage.workspace(world.house.home.id).media.bytes()).toBe(1_000_000)
  }))

const pdf = (size: number, fill: string): Uint8Array => Buffer.from('%PDF-1.7\n'.padEnd(size, fill))

test('a limit that is no number stops the start with its name', () => {
  expect(() => readConfig({ LIMIT_MEMBERS: 'ten' })).toThrow('LIMIT_MEMBERS is "ten"')
  expect(() => readConfig({ HOOK_ORIGINS: 'inside' })).toThrow('HOOK_ORIGINS is "inside"')
  expect(readConfig({ LIMIT_MEDIA_MB: '2', HOOK_ORIGINS: 'http://a:1/x, https://b' })).toMatchObject({
    plan: { mediaBytes: 2_000_000, members: undefined },
    hookOrigins: ['http://a:1', 'https://b'],
  })
})

async function withHouse(
  environment: Record<string, string>,
  work: (world: TestHouse) => Promise<void>,
): Promise<void> {
  const world = await openTestHouse({ environment })
  try {
    await work(world)
  } finally {
    await world.close()
  }
}

const wordsOf = (answer: Awaited<ReturnType<TestHouse['house']['desk']['ask']>>): string =>
  answer.type === 'message' ? plainText(answer.message) : JSON.stringify(answer.form.errors ?? 'a form')
