import { expect, test } from 'vitest'
import { newId } from '../../src/kit/ids.ts'
import type { Button } from '../../src/message/message.ts'
import type { Role } from '../../src/workspaces/workspace.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { conversation, play } from './conversation.ts'

const inTeam = async (script: string, check: (world: TestHouse) => Promise<void> = async () => {}) => {
  const world = await openTestHouse()
  try {
    await addPerson(world, 'Joan', 'approver')
    await addPerson(world, 'Alan', 'approver')
    await play(world, script)
    await check(world)
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

test('an approval of somebody who has lost the role counts no more', () =>
  inTeam(`
    Grace: settings approvals 2
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Joan: approve 1
    bot: has your approval; 1 more needed
    Grace: roles Joan author
    Ada: show 1
    not: Joan)
    Alan: approve 1
    bot: has your approval; 1 more needed
    Grace: approve 1
    bot: is approved
  `))

test('what goes out on an approval of theirs comes back to review, keeping the other approvals', () =>
  inTeam(`
    Grace: settings approvals 2
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Joan: approve 1
    Alan: approve 1
    bot: is approved
    Grace: roles Joan author
    bot: #1 went out on an approval of theirs, and waits for approval again
    card: waits for 1 approval again: Joan may not approve any more
    Ada: show 1
    bot: #1 is in review
    bot: Approved: 1 of 2 (Alan)
    time: 2026-11-21T08:00:00Z
    feed: nothing
    Grace: approve 1
    bot: is approved
    time: 1000
    feed: We ship
    card: #1 is published
  `))

test('what stands without their approval, and what is out already, stays as it is', () =>
  inTeam(`
    Ada: schedule in 1 minute to rehearsal: Out
    Joan: approve 1
    time: 61000
    feed: Out
    Grace: settings approvals 2
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Joan: approve 2
    Alan: approve 2
    Grace: settings approvals 1
    Grace: roles Joan viewer
    not: waits for approval again
    Ada: show 2
    bot: #2 is scheduled
    Ada: show 1
    bot: #1 is published
    bot: Approved: 1 of 1 (Joan)
  `))

test('a promotion takes nothing back', () =>
  inTeam(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Joan: approve 1
    Grace: roles Joan admin
    not: waits for approval
    Ada: show 1
    bot: #1 is scheduled
  `))

test('the next run of a series needs as many approvals as the team asks for by then', () =>
  inTeam(`
    Ada: schedule every day 9am to rehearsal: Daily
    Joan: approve 1
    bot: is approved
    time: 2026-11-21T08:00:00Z
    time: 1000
    feed: Daily
    Ada: show 2
    bot: #2 is scheduled
    Grace: settings approvals 2
    time: 2026-11-22T08:00:00Z
    time: 1000
    feed: Daily | Daily
    Ada: show 3
    bot: #3 is in review
    Joan: approve 3
    Alan: approve 3
    bot: is approved
    time: 2026-11-23T08:00:00Z
    time: 1000
    Ada: show 4
    bot: #4 is scheduled
  `))

test('a series goes on without a review only while those who approved it may approve', () =>
  inTeam(`
    Ada: schedule every day 9am to rehearsal: Daily
    Joan: approve 1
    time: 2026-11-21T08:00:00Z
    time: 1000
    Ada: show 2
    bot: #2 is scheduled
    Grace: roles Joan author
    bot: #2 went out on an approval of theirs
    Alan: approve 2
    time: 2026-11-22T08:00:00Z
    time: 1000
    feed: Daily | Daily
    Ada: show 3
    bot: #3 is scheduled
  `))

test('a press carries the whole revision, and a beginning of one decides nothing', () =>
  inTeam(
    `
    Ada: schedule tomorrow 9am to rehearsal: We ship
    `,
    async (world) => {
      const answer = await world.house.desk.ask(await world.speaker('Grace'), { line: 'show 1' })
      if (answer.type !== 'message') throw new Error('No card came')
      const all = answer.message.blocks.flatMap((block): Button[] =>
        block.type === 'buttons' ? block.buttons : [],
      )
      const approve = all.find(({ label }) => label === 'Approve')?.line ?? ''
      const post = await storesOf(world).posts.byNumber(1)
      expect(approve).toBe(`approve 1 @${post?.revision}`)
      expect(post?.revision).toMatch(/^[0-9a-f]{32}$/)
      for (const digits of [4, 16, 31]) {
        const short = approve.slice(0, approve.indexOf('@') + 1 + digits)
        const said = await world.house.desk.ask(await world.speaker('Grace'), { line: short, press: true })
        expect(JSON.stringify(said), short).toContain('only the beginning of a revision')
      }
      expect((await storesOf(world).posts.byNumber(1))?.state).toBe('in_review')
      await play(world, `Grace: ${approve}\nbot: is approved`)
    },
  ))

test('more approvals than there are people to give them are said to be too many', () =>
  conversation(`
    Grace: settings approvals 2
    bot: approvals is 2 now
    bot: Only 1 member may approve
    Grace: settings approvals 1
    not: Only 1 member
  `))
