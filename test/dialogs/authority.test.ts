import { expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import { newId } from '../../src/kit/ids.ts'
import { plainText } from '../../src/message/plain-text.ts'
import type { Role } from '../../src/workspaces/workspace.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { conversation, play } from './conversation.ts'

const inWorld = async (run: (world: TestHouse) => Promise<void>) => {
  const world = await openTestHouse()
  try {
    await run(world)
  } finally {
    await world.close()
  }
}

const storesOf = ({ house }: TestHouse) => house.storage.workspace(house.home.id)

const addPerson = (world: TestHouse, name: string, role: Role) =>
  storesOf(world).workspace.addMember({
    id: newId(world.clock.now()),
    name,
    role,
    zone: null,
    locale: null,
    identities: [{ surface: 'playground', chat: 'local', externalId: name }],
    createdAt: world.clock.now(),
  })

const said = async (world: TestHouse, speaker: Speaker, line: string): Promise<string> => {
  const answer = await world.house.desk.ask(speaker, { line })
  return answer.type === 'message' ? plainText(answer.message) : answer.form.title
}

test("nobody ends a series of somebody else's", () =>
  inWorld(async (world) => {
    await play(
      world,
      `
      Grace: settings self-approval on
      Grace: schedule every monday 9am to rehearsal: Weekly
      Ada: cancel 1 series
      bot: #1 is somebody else's post
      `,
    )
    expect(await storesOf(world).series.running()).toHaveLength(1)
    await play(
      world,
      `
      Grace: cancel 1 series
      bot: its series has ended
      Ada: cancel 1 series
      bot: #1 is somebody else's post
      `,
    )
    expect(await storesOf(world).series.running()).toHaveLength(0)
  }))

test('a decision of any kind needs the role, also where the author is the only other member', () =>
  conversation(`
    Grace: schedule tomorrow 9am to rehearsal: Mine
    Ada: reject 1
    bot: Deciding needs the role of approver; you are an author
    Ada: request-changes 1: Not like that
    bot: Deciding needs the role of approver; you are an author
  `))

test('what is incomplete does not go out now either', () =>
  inWorld(async (world) => {
    await play(
      world,
      `
      Grace: settings alt-text on
      Grace: settings approvals 0
      `,
    )
    const ada = await world.speaker('Ada')
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await world.house.desk.ask(ada, {
      line: 'draft to rehearsal: Look',
      files: [{ name: 'dot.png', bytes: async () => png }],
    })
    await play(
      world,
      `
      Ada: publish 1
      bot: 1 picture without alt text
      time: 1000
      feed: nothing
      `,
    )
  }))

test('whoever has changed the words does not approve them, while somebody else can', () =>
  inWorld(async (world) => {
    await addPerson(world, 'Joan', 'approver')
    await play(
      world,
      `
      Ada: schedule tomorrow 9am to rehearsal: Hers
      Joan: edit 1: His
      Joan: approve 1
      bot: You cannot approve your own edit
      Joan: publish 1
      bot: You cannot approve your own edit
      Grace: approve 1
      bot: is approved
      `,
    )
  }))

test('where nobody else may decide, the one who polished it may', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: Hers
    Grace: edit 1: Polished
    Grace: approve 1
    bot: is approved
  `))

test('whoever runs another server is nobody yet in a team that has its people', () =>
  inWorld(async (world) => {
    const person = (surface: 'slack' | 'discord', chat: string, name: string, admin = false): Speaker => ({
      surface,
      chat: { externalId: chat, name: chat },
      person: { externalId: `U${name}`, name, admin },
    })
    const alice = person('slack', 'T1', 'Alice', true)
    expect(await said(world, alice, 'roles')).toContain('Alice: admin')
    await said(world, person('slack', 'T1', 'Bob'), 'help')

    const mallory = person('discord', '666', 'Mallory', true)
    const roles = await said(world, mallory, 'roles')
    expect(roles).toContain('Mallory: viewer')
    expect(roles).toContain('Bob: author')
    expect(await said(world, mallory, 'draft to rehearsal: Mine now')).toContain('needs the role of author')

    // Once an admin has vouched for one of them, theirs is a chat like any other.
    await said(world, alice, 'roles Mallory admin')
    await said(world, person('discord', '666', 'Trent', true), 'help')
    const vouched = await said(world, person('discord', '666', 'Peggy'), 'roles')
    expect(vouched).toContain('Trent: admin')
    expect(vouched).toContain('Peggy: author')
  }))

test('a secret that was typed for another way in is kept nowhere', () =>
  inWorld(async (world) => {
    const grace = await world.speaker('Grace')
    const answer = await world.house.desk.ask(grace, {
      command: 'connect',
      values: { platform: 'bluesky', way: '99', handle: 'acme.test', password: 'hush-hush' },
    })
    const line = answer.type === 'message' ? JSON.stringify(answer.message) : ''
    const [, code] = /"form (\w+)"/.exec(line) ?? []
    const kept = code ? await storesOf(world).keptForms.get(code) : undefined
    expect(JSON.stringify(kept ?? {})).not.toContain('hush-hush')
  }))

test('a word that every object knows is no setting', () =>
  inWorld(async (world) => {
    const answer = await world.house.desk.ask(await world.speaker('Ada'), {
      command: 'settings',
      values: { name: 'constructor', value: 'x' },
    })
    expect(answer.type === 'message' && plainText(answer.message)).toContain(
      'There is no setting "constructor"',
    )
  }))

test('a team never loses its last admin, not even when two demote each other at once', () =>
  inWorld(async (world) => {
    await addPerson(world, 'Joan', 'admin')
    const [grace, joan] = [await world.speaker('Grace'), await world.speaker('Joan')]
    await Promise.all([said(world, grace, 'roles Joan author'), said(world, joan, 'roles Grace author')])
    const members = await storesOf(world).workspace.members()
    expect(members.filter(({ role }) => role === 'admin')).toHaveLength(1)
    const [last] = members.filter(({ role }) => role === 'admin')
    expect(await said(world, last?.name === 'Joan' ? joan : grace, `roles ${last?.name} viewer`)).toContain(
      'is the only admin',
    )
  }))

test('a decision is made on all that it lets out: what a platform gets besides the text, and the series', () =>
  inWorld(async (world) => {
    const [option] = [...world.house.bench.platforms.values()].flatMap((platform) =>
      (platform.options ?? []).flatMap((field) => (field.kind === 'text' ? [{ platform, field }] : [])),
    )
    if (!option) throw new Error('No platform asks for words besides a text')
    const { platform, field } = option
    const stores = storesOf(world)
    const [account] = await stores.accounts.list()
    if (!account) throw new Error('There is no account')
    const other = {
      ...account,
      id: newId(world.clock.now()),
      platform: platform.name,
      externalId: 'other',
      handle: 'elsewhere',
    }
    await stores.accounts.add(other, 'sealed')
    const ada = await world.speaker('Ada')
    await said(world, ada, `draft to ${platform.name}: Look`)
    const values = { post: '1', platform: platform.name, [field.name]: 'https://elsewhere.test' }
    await world.house.desk.ask(ada, { command: 'options', values })
    expect(await said(world, await world.speaker('Grace'), 'show 1')).toContain(
      `${field.label}: https://elsewhere.test`,
    )

    await play(
      world,
      `
      Ada: schedule every monday 9am to rehearsal: Weekly
      Grace: show 2
      bot: Repeats: every Monday at 09:00, Berlin time
      bot: its later posts go out as this one stands, without a review
      `,
    )
  }))
