import { expect, test } from 'vitest'
import type { Environment } from '../../src/kit/config.ts'
import { newId } from '../../src/kit/ids.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { onEachDatabase } from '../databases.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { play } from './conversation.ts'

const storesOf = ({ house }: TestHouse) => house.storage.workspace(house.home.id)

async function inTeam(
  environment: Environment,
  script: string,
  check: (world: TestHouse) => Promise<void> = async () => {},
): Promise<void> {
  const world = await openTestHouse({ environment })
  try {
    for (const name of ['Joan', 'Alan'])
      await storesOf(world).workspace.addMember({
        id: newId(world.clock.now()),
        name,
        role: 'approver',
        zone: null,
        locale: null,
        identities: [{ surface: 'playground', chat: 'local', externalId: name }],
        createdAt: world.clock.now(),
      })
    await play(world, script)
    await check(world)
  } finally {
    await world.close()
  }
}

const say = async (world: TestHouse, name: string, line: string): Promise<string> => {
  const answer = await world.house.desk.ask(await world.speaker(name), { line })
  return answer.type === 'message' ? plainText(answer.message) : ''
}

/** Says it, and yes to each question that comes of it. */
const insist = async (world: TestHouse, name: string, line: string, agreed = line): Promise<void> => {
  const answer = await world.house.desk.ask(await world.speaker(name), { line: agreed })
  const asked = answer.type === 'message' && answer.message.blocks.find(({ type }) => type === 'buttons')
  const yes = asked && asked.type === 'buttons' && asked.buttons.find((one) => one.line.startsWith(line))
  if (yes) await insist(world, name, line, yes.line)
}

const toldTo = async (world: TestHouse, name: string): Promise<string[]> => {
  const member = (await storesOf(world).workspace.members()).find((one) => one.name === name)
  const told = await storesOf(world).transcript.list(`direct:${member?.id}`, 50)
  return told.map(({ message }) => plainText(message))
}

const deliveriesOf = async (world: TestHouse, number: number) => {
  const post = await storesOf(world).posts.byNumber(number)
  return storesOf(world).deliveries.ofPosts([post?.id ?? ''])
}

await onEachDatabase((database) => {
  test('what went back to review with an approver’s role goes its way when they have it again', async () =>
    inTeam(
      await database(),
      `
      Ada: schedule tomorrow 9am to rehearsal: First
      Ada: schedule tomorrow 10am to rehearsal: Second
      Ada: schedule tomorrow 11am to rehearsal: Third
      Joan: approve 1
      Joan: approve 2
      Grace: roles Joan author
      bot: #1 and #2 went out on an approval of theirs, and wait for approval again
      Alan: approve 2
      time: 1000
      Grace: roles Joan approver
      bot: 1 post in review has enough approvals again and is approved: #1.
      time: 1000
      card: #1 is approved: Joan may approve again
      Ada: show 1
      bot: #1 is scheduled
      Ada: show 3
      bot: #3 is in review
      time: 2026-11-21T08:00:00Z
      time: 1000
      feed: First
      `,
      async (world) => {
        const trail = await storesOf(world).events.list({ subject: 'post:1' })
        expect(trail.map(({ verb }) => verb)).toEqual(
          expect.arrayContaining(['post.recalled', 'post.released']),
        )
        expect((await deliveriesOf(world, 1)).filter(({ state }) => state === 'published')).toHaveLength(1)
      },
    ))

  test('what has enough approvals once fewer are asked for is approved at once', async () =>
    inTeam(
      await database(),
      `
      Grace: settings approvals 3
      Ada: schedule tomorrow 9am to rehearsal: First
      Ada: schedule tomorrow 10am to rehearsal: Second
      Ada: schedule tomorrow 11am to rehearsal: Third
      Joan: approve 1
      Alan: approve 1
      Joan: approve 2
      Joan: approve 3
      Alan: approve 3
      time: 1000
      Grace: settings approvals 2
      bot: 2 posts in review have enough approvals then, and would be scheduled: #1 and #3.
      bot: Nothing has changed yet.
      Ada: show 1
      bot: Approved: 2 of 3
      Grace: settings approvals 2
      Grace presses Set it, and schedule the 2 posts
      bot: approvals is 2 now
      bot: 2 posts in review had enough approvals and are approved: #1 and #3.
      time: 1000
      card: #1 is approved: Grace asks for 2 only
      card: #3 is scheduled
      Ada: show 1
      bot: #1 is scheduled
      bot: Approved: 2 of 2 (Joan and Alan)
      Ada: show 2
      bot: #2 is in review
      Joan: approve 1
      bot: #1 was already decided by Alan; it is scheduled
      time: 2026-11-21T08:00:00Z
      time: 1000
      feed: First
      Alan: approve 2
      bot: is approved
      `,
      async (world) => {
        const members = await storesOf(world).workspace.members()
        const grace = members.find(({ name }) => name === 'Grace')
        const { events } = storesOf(world)
        const trail = await events.list({ subject: 'post:1' })
        expect(trail).toContainEqual(
          expect.objectContaining({
            verb: 'post.released',
            memberId: grace?.id,
            details: expect.objectContaining({ approvals: 2 }),
          }),
        )
        expect((await events.list({ subject: 'post:2' })).map(({ verb }) => verb)).not.toContain(
          'post.released',
        )
        expect(await deliveriesOf(world, 1)).toHaveLength(1)
      },
    ))

  test('an approval of an earlier revision, or of somebody demoted since, releases nothing', async () =>
    inTeam(
      await database(),
      `
      Grace: settings approvals 2
      Ada: schedule tomorrow 9am to rehearsal: Edited since
      Alan: approve 1
      Ada: edit 1: Edited
      Ada: schedule tomorrow 10am to rehearsal: Approved by Joan
      Joan: approve 2
      Grace: roles Joan author
      Grace: settings approvals 1
      bot: approvals is 1 now
      not: in review
      Ada: show 1
      bot: #1 is in review
      Ada: show 2
      bot: #2 is in review
      time: 2026-11-21T10:00:00Z
      feed: nothing
      `,
    ))

  test('where no approval is asked for any more, what is in review goes out without one', async () =>
    inTeam(
      await database(),
      `
      Grace: schedule tomorrow 9am to rehearsal: One
      Ada: schedule every day 10am to rehearsal: Daily
      Grace: settings approvals 0
      bot: 2 posts in review would be scheduled without a review: #1 and #2.
      Grace presses Set it, and schedule the 2 posts
      bot: approvals is 0 now
      bot: 2 posts in review go out without a review: #1 and #2.
      time: 1000
      card: #2 goes out without a review: Grace asks for no approvals any more
      time: 2026-11-20T09:00:00Z
      time: 1000
      feed: Daily
      Ada: show 3
      bot: #3 is scheduled
      time: 2026-11-21T08:00:00Z
      time: 1000
      feed: One | Daily
      // Asked for again, the next run needs one: nobody has approved the series.
      Grace: settings approvals 1
      time: 2026-11-21T09:00:00Z
      time: 1000
      feed: Daily | One | Daily
      Ada: show 4
      bot: #4 is in review
      `,
    ))

  test('a question about what would go out is asked anew where that has changed since', async () =>
    inTeam(
      await database(),
      `
      Ada: schedule tomorrow 9am to rehearsal: One
      Grace: settings approvals 0
      bot: 1 post in review would be scheduled without a review: #1.
      Ada: schedule tomorrow 10am to rehearsal: Two
      `,
      async (world) => {
        const grace = await world.speaker('Grace')
        const asked = await world.house.desk.ask(grace, { line: 'settings approvals 0' })
        await say(world, 'Ada', 'edit 2: Two, and something that nobody saw')
        const yes =
          asked.type === 'message' ? asked.message.blocks.find(({ type }) => type === 'buttons') : undefined
        const line = yes?.type === 'buttons' ? (yes.buttons[0]?.line ?? '') : ''
        expect(await say(world, 'Grace', line)).toContain('2 posts in review would be scheduled')
        expect(await storesOf(world).posts.byNumber(1)).toMatchObject({ state: 'in_review' })
        await play(world, 'Grace: settings approvals 0\nGrace presses Set it, and schedule the 2 posts')
        expect(await storesOf(world).posts.byNumber(2)).toMatchObject({ state: 'scheduled' })
      },
    ))

  test('each author is told once of all their posts that were released', async () =>
    inTeam(
      await database(),
      `
      Ada: schedule tomorrow 9am to rehearsal: One
      Ada: schedule tomorrow 10am to rehearsal: Two
      Joan: schedule tomorrow 11am to rehearsal: Three
      Grace: settings approvals 0
      Grace presses Set it, and schedule the 3 posts
      time: 1000
      `,
      async (world) => {
        const said = await toldTo(world, 'Ada')
        expect(said).toEqual(['#1 and #2 go out without a review: Grace asks for no approvals any more'])
        expect(await toldTo(world, 'Joan')).toEqual([
          '#3 goes out without a review: Grace asks for no approvals any more',
        ])
      },
    ))

  test('what had enough but for its time waits for another one, and needs nothing else then', async () =>
    inTeam(
      await database(),
      `
      Grace: settings approvals 2
      Ada: schedule in 1 minute to rehearsal: Passed
      Ada: schedule in 2 minutes to rehearsal: Passed too
      Joan: approve 1
      Joan: approve 2
      time: 2026-11-20T09:00:00Z
      Grace: settings approvals 1
      bot: The time of #1 and #2 passed in review
      not: are approved
      Ada: show 1
      bot: #1 is in review
      Ada: reschedule 1 tomorrow 9am
      bot: #1 is scheduled
      Ada: publish 2
      bot: goes out now
      time: 1000
      feed: Passed too
      time: 2026-11-21T08:00:00Z
      time: 1000
      feed: Passed | Passed too
      `,
    ))

  test('a run of a series that enough have approved goes on, unless it was sent back', async () =>
    inTeam(
      await database(),
      `
      Ada: schedule every day 9am to rehearsal: Daily
      Joan: approve 1
      Grace: settings approvals 2
      time: 2026-11-21T08:00:00Z
      time: 1000
      time: 2026-11-22T08:00:00Z
      time: 1000
      Ada: show 3
      bot: #3 is in review
      Grace: settings approvals 1
      // The time of #2 is now.
      Grace presses Set it, and schedule the 2 posts
      bot: 2 posts in review had enough approvals and are approved: #2 and #3.
      time: 1000
      feed: Daily | Daily
      Grace: settings approvals 2
      time: 2026-11-23T08:00:00Z
      time: 1000
      Ada: show 4
      bot: #4 is in review
      Alan: request-changes 4: not today
      Ada: submit 4
      bot: #4 is in review
      Grace: settings approvals 1
      not: #4
      Ada: show 4
      bot: #4 is in review
      `,
    ))

  test('an approval or a submission of the same instant is never left behind in review', async () => {
    for (let n = 0; n < 4; n++)
      await inTeam(
        await database(),
        `
        Grace: settings approvals 3
        Ada: schedule tomorrow 9am to rehearsal: First
        Joan: approve 1
        Ada: draft to rehearsal: Second
        Ada: reschedule 2 tomorrow 10am
        `,
        async (world) => {
          await Promise.all([
            say(world, 'Alan', 'approve 1'),
            insist(world, 'Grace', 'settings approvals 2'),
            insist(world, 'Grace', 'settings approvals 2'),
          ])
          expect(await storesOf(world).posts.byNumber(1)).toMatchObject({ state: 'scheduled' })
          expect(await deliveriesOf(world, 1)).toHaveLength(1)
          await Promise.all([say(world, 'Ada', 'submit 2'), insist(world, 'Grace', 'settings approvals 0')])
          expect(await storesOf(world).posts.byNumber(2)).toMatchObject({ state: 'scheduled' })
          expect(await deliveriesOf(world, 2)).toHaveLength(1)
        },
      )
  })
})
