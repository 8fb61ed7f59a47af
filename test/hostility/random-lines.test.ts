import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newId } from '../../src/kit/ids.ts'
import { defaultSettings, type Role } from '../../src/workspaces/workspace.ts'
import { play } from '../dialogs/conversation.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { expectHarmless, secretsOf, wordsOf } from './answers.ts'
import { type Spoken, spoken } from './lines.ts'

const LINES = 5_000
/** Longer than this (ms) no line may take, whatever is in it: a slow one holds up everybody. */
const LONGEST = 5_000

/** Of more mistakes than this nobody would read. */
const MOST_TOLD = 12

/** A team with people of each role, accounts, and a post in each state that people bring one to. */
async function openTeam(): Promise<TestHouse> {
  const world = await openTestHouse()
  const { house, clock } = world
  const stores = house.storage.workspace(house.home.id)
  for (const [name, role] of [
    ['Vera', 'viewer'],
    ['Joan', 'approver'],
  ] satisfies [string, Role][])
    await stores.workspace.addMember({
      id: newId(clock.now()),
      name,
      role,
      zone: null,
      locale: null,
      identities: [{ surface: 'playground', chat: 'local', externalId: name }],
      createdAt: clock.now(),
    })
  const grace = await world.speaker('Grace')
  await house.desk.ask(grace, { command: 'connect', values: { platform: 'rehearsal', handle: 'second' } })
  await play(
    world,
    `
    Ada: draft to rehearsal: A draft
    Ada: schedule in 1 minute to rehearsal: Out
    Joan: approve 2
    time: 61000
    Ada: schedule tomorrow 9am to rehearsal: In review
    Ada: schedule tomorrow 10am to rehearsal: Scheduled
    Joan: approve 4
    Ada: schedule every day at noon to rehearsal: Daily
    Ada: schedule tomorrow 11am to rehearsal: Gone
    Ada: cancel 6
    Ada: draft to rehearsal: Seven
    Ada: draft to rehearsal: Eight
    Grace: draft to rehearsal: Nine
    Grace: schedule tomorrow 9am to rehearsal: Ten
    `,
  )
  return world
}

const ROLES_OF: Record<string, Role> = { Ada: 'author', Grace: 'admin', Joan: 'approver', Vera: 'viewer' }

async function restore(world: TestHouse): Promise<void> {
  const stores = world.house.storage.workspace(world.house.home.id)
  for (const { id, name } of await stores.workspace.members())
    await stores.workspace.changeMember(id, { role: ROLES_OF[name] ?? 'author', zone: null, locale: null })
  await stores.workspace.changeSettings({ ...defaultSettings, zone: 'Europe/Berlin' })
  const grace = await world.speaker('Grace')
  for (const handle of ['rehearsal', 'second'])
    await world.house.desk.ask(grace, { command: 'connect', values: { platform: 'rehearsal', handle } })
}

const said = ({ said }: Spoken): string =>
  'line' in said ? said.line : `${said.command} ${JSON.stringify(said.values)}`

async function say(
  seed: number,
  lines: number,
): Promise<{ refused: number; forms: number; slowest: number; ms: number }> {
  const world = await openTeam()
  const counts = { refused: 0, forms: 0, slowest: 0, ms: 0 }
  try {
    const { house } = world
    const stores = house.storage.workspace(house.home.id)
    const arbitrary = spoken(
      house.commands,
      {
        accounts: (await stores.accounts.list()).map(({ handle }) => handle),
        platforms: [...house.bench.platforms.keys()],
        members: ['Ada', 'Grace', 'Joan', 'Vera'],
      },
      ['Ada', 'Ada', 'Grace', 'Grace', 'Grace', 'Grace', 'Joan', 'Joan', 'Vera'],
    )
    const wrong: string[] = []
    const began = performance.now()
    for (const [index, one] of fc.sample(arbitrary, { seed, numRuns: lines }).entries()) {
      const speaker = await world.speaker(one.who)
      const at = performance.now()
      const answer = await house.desk.ask(speaker, one.said)
      const took = performance.now() - at
      counts.slowest = Math.max(counts.slowest, took)
      const typed = said(one)
      try {
        expectHarmless(answer, typed, index % 50 === 0 ? await secretsOf(house) : [])
        expect(took, `${typed.slice(0, 200)} took ${took} ms`).toBeLessThan(LONGEST)
      } catch (error) {
        const what = error instanceof Error ? error.message.split('\n')[0] : String(error)
        wrong.push(
          `Line ${index}, by ${one.who}: ${JSON.stringify(one.said).slice(0, 400)}\n  ${what}\n  ${wordsOf(answer).slice(0, 400)}`,
        )
        if (wrong.length === MOST_TOLD) break
      }
      if (answer.type === 'form') counts.forms += 1
      else if (answer.refused) {
        counts.refused += 1
      }
      // What was said happens too: posts go out, cards are sent, series are planned.
      if (index % 250 === 249) await world.pass(60_000)
      // Half of what a team may do takes rights or accounts away; without them little else would be said.
      if (index % 100 === 99) await restore(world)
    }
    expect(wrong.join('\n\n'), `seed ${seed}`).toBe('')
    expect(await stores.posts.count({}), 'posts were written').toBeGreaterThan(60)
    counts.ms = Math.round(performance.now() - began)
    // Nobody lost the keys to the house, and it still does what it is for.
    await stores.workspace.changeSettings({ pausedAt: null, approvals: 1 })
    const grace = await world.speaker('Grace')
    const health = await house.desk.ask(grace, { line: 'health' })
    expect(health.type).toBe('message')
    expect({}.constructor, 'nothing was written into every object').toBe(Object)
    expect(Object.keys(Object.prototype)).toEqual([])
    return counts
  } finally {
    await world.close()
  }
}

test.each([
  ['the same each time', 20_261_120],
  ['others each time', Math.floor(Math.random() * 2 ** 31)],
])(
  '%s: random lines crash nothing, tell nothing, and are answered in a sentence',
  { timeout: 300_000 },
  async (_, seed) => {
    const counts = await say(seed, LINES)
    console.info(
      `${LINES} lines of seed ${seed} in ${counts.ms} ms: ${counts.refused} refused, ${counts.forms} forms, the slowest ${Math.round(counts.slowest)} ms`,
    )
    // A generator that is refused everything, or nothing, would prove little.
    expect(counts.refused).toBeGreaterThan(LINES / 10)
    expect(counts.refused + counts.forms).toBeLessThan((LINES * 17) / 20)
  },
)

test('what is offered while somebody types is harmless too, whatever stands there', {
  timeout: 300_000,
}, async () => {
  const world = await openTeam()
  try {
    const { house } = world
    const ada = await world.speaker('Ada')
    const typed = fc.sample(
      spoken(house.commands, { accounts: ['@rehearsal'], platforms: ['rehearsal'], members: ['Ada'] }, [
        'Ada',
      ]),
      { seed: 7, numRuns: 400 },
    )
    let offered = 0
    for (const [index, one] of typed.entries()) {
      const whole = said(one)
      const partial = index % 2 === 0 ? whole : whole.slice(0, index % 15)
      const command = house.commands[index % house.commands.length]
      const arg = command?.fields[index % Math.max(1, command.fields.length)]?.name ?? 'constructor'
      const found = [
        ...(await house.desk.complete(ada, partial)),
        ...(await house.desk.suggest(ada, { command: command?.name ?? 'help', arg, partial })),
        ...(await house.desk.suggest(ada, { command: partial, arg: '__proto__', partial })),
      ]
      offered += found.length
      for (const { label, insert } of found) {
        expect(label.length, partial).toBeLessThanOrEqual(100)
        expect(insert.length, partial).toBeGreaterThan(0)
        expect(label.isWellFormed(), partial).toBe(true)
      }
    }
    expect(offered).toBeGreaterThan(200)
  } finally {
    await world.close()
  }
})
