import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { conversation, play } from './conversation.ts'

test('a series keeps one post ahead; what was approved once goes out again without a review', () =>
  conversation(`
    Ada: schedule every weekday at 9 to rehearsal: Good morning
    bot: #1 is in review
    bot: When: Mon 23 Nov 2026, 09:00
    bot: every weekday at 09:00
    Grace: approve 1
    bot: goes out Mon 23 Nov 2026, 09:00
    time: 2026-11-23T08:00:00Z
    feed: Good morning
    time: 15000
    Ada: queue
    bot: #2 Tue 24 Nov 09:00, scheduled
    time: 2026-11-24T08:00:00Z
    feed: Good morning | Good morning
    time: 15000
    Ada: cancel 3
    bot: #3 is cancelled
    Ada presses End the series too
    bot: its series has ended
  `))

test('the calendar shows the runs of a series that are no posts yet', () =>
  conversation(`
    Ada: schedule every weekday at 9 to rehearsal: Good morning
    Ada: calendar next week
    bot: Mon 23 Nov
    bot: 09:00 #1
    bot: Tue 24 Nov
    bot: 09:00 🔁 in a series: Good morning
    bot: Sat 28 Nov  nothing yet
  `))

test('a series that runs every few minutes is one line of a day, and hides nothing beside it', () =>
  conversation(`
    Grace: settings approvals 0
    Grace: schedule every 5 minutes from monday to rehearsal: Tick
    Grace: schedule thursday at 15:00 to rehearsal: The one
    Grace: schedule every day at 8 to rehearsal: Good morning
    Ada: calendar next week
    bot: Mon 23 Nov
    bot: - 00:00 #1 🗓️ scheduled: Tick
    bot: - 00:05 to 23:55 🔁 287 runs in a series: Tick
    bot: - 08:00 🔁 in a series: Good morning
    bot: Thu 26 Nov
    bot: - 00:00 to 23:55 🔁 288 runs in a series: Tick
    bot: - 08:00 🔁 in a series: Good morning
    bot: - 15:00 #2 🗓️ scheduled: The one
    bot: Sun 29 Nov
    bot: - 00:00 to 23:55 🔁 288 runs in a series: Tick
    not: nothing yet
    bot: 2 posts and 2022 runs of series
    time: 2026-11-22T22:00:00Z
    Ada: digest
    bot: Coming: 3 posts and 1733 runs of series
  `))

test('more runs than can be counted are said to be more, and no day that may have some is called empty', () =>
  conversation(`
    Grace: settings approvals 0
    Grace: schedule every minute to rehearsal: One
    Grace: schedule every minute to rehearsal: Two
    Grace: schedule every minute to rehearsal: Three
    Ada: calendar 2026-12-01
    bot: Sun 6 Dec
    bot: 00:00 to 23:59 🔁 1440 runs in a series: One
    bot: and more runs of series than are counted here
    bot: at least 20160 runs of series
    Ada: digest
    not: Nothing yet on
  `))

test('a day in the calendar and a part of the digest have so many lines, and say what is left out', () => {
  const posts = Array.from(
    { length: 25 },
    (_, index) => `today at 11:${index + 10} to rehearsal: News ${index}`,
  )
  return conversation(`
    Grace: settings approvals 0
    Grace: settings late-minutes 1440
    ${posts.map((post) => `Ada: schedule ${post}`).join('\n')}
    Ada: calendar
    bot: 11:10 #1
    bot: 11:21 #12
    bot: and 13 more
    bot: 25 posts
    Ada: digest
    bot: Coming: 25 posts
    bot: and 5 more
    time: 2026-11-20T12:00:00Z
    time: 15000
    Ada: digest
    bot: Went out: 25 posts
    bot: News 19
    bot: and 5 more
    bot: Coming: 0 posts
  `)
})

test('what a frequent series has posted is one line of the digest', async () => {
  const world = await openTestHouse()
  try {
    await play(
      world,
      `
      Grace: settings approvals 0
      Ada: schedule every 5 minutes to rehearsal: Tick
      `,
    )
    for (let run = 0; run < 8; run += 1) await world.pass(5 * 60_000)
    await play(
      world,
      `
      time: 15000
      Ada: schedule in 1 minute to rehearsal: The one
      time: 60000
      time: 15000
      Ada: calendar
      bot: - 09:05 to 09:40 ✅ 8 posts in a series, published: Tick
      bot: #10 ✅ published: The one
      bot: 10 posts
      Ada: digest
      bot: Went out: 9 posts
      bot: - 🔁 8 posts in a series: Tick
      bot: - #10 The one
      `,
    )
  } finally {
    await world.close()
  }
})

test('the calendar shows the week by day, and its buttons walk', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: Saturday news
    Ada: calendar
    bot: Mon 16 Nov to Sun 22 Nov
    bot: Fri 20 Nov (today)  nothing yet
    bot: Sat 21 Nov
    bot: 09:00 #1
    bot: Saturday news
    Ada presses On ▶
    bot: Mon 23 Nov to Sun 29 Nov
    bot: 0 posts
    Ada presses ◀ Back
    bot: Saturday news
    Ada: calendar 2026-12-01
    bot: Mon 30 Nov to Sun 6 Dec
    Ada: calendar 2026-02-30
    bot: "2026-02-30" names no week
  `))

test('a time with two meanings asks, and the post waits as a draft', () =>
  conversation(
    `
    Ada: schedule next Friday at 9 to rehearsal: Which one?
    bot: The post is kept as draft #1 until you choose
    Ada presses Fri 20 Nov, 09:00 (Berlin time)
    bot: #1 is in review
    bot: When: Fri 20 Nov 2026, 09:00
  `,
    { now: '2026-11-16T08:00:00Z' },
  ))

test('a time with two meanings is a question also where a form was sent', async () => {
  const world = await openTestHouse({ now: '2026-11-16T08:00:00Z' })
  try {
    const ada = await world.speaker('Ada')
    const accounts = await world.house.storage.workspace(world.house.home.id).accounts.list()
    const values = { when: 'next Friday at 9', text: 'Which one?', accounts: accounts.map((one) => one.id) }
    const answer = await world.house.desk.ask(ada, { command: 'schedule', values })
    if (answer.type !== 'message') throw new Error('A question is a message')
    const buttons = answer.message.blocks.flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
    expect(buttons).toHaveLength(2)
    const chosen = await world.house.desk.ask(ada, { line: buttons[1]?.line ?? '', press: true })
    if (chosen.type !== 'message') throw new Error('A choice is answered')
    expect(plainText(chosen.message, { zone: 'Europe/Berlin' })).toContain('When: Fri 27 Nov 2026, 09:00')
  } finally {
    await world.close()
  }
})

test('words that are no time are quoted, and what was typed is kept in a form', () =>
  conversation(`
    Ada: schedule when pigs fly to rehearsal: We ship⏎on Friday 🎉
    bot: pigs
    Ada presses Open as a form
    bot: [form schedule]
    bot: text=We ship
    bot: on Friday 🎉
    bot: when=when pigs fly
  `))

test('a variant is for one platform only, and an emptied one is none', () =>
  conversation(`
    Ada: draft to rehearsal: For everybody
    Ada: edit 1 on rehearsal: Only here
    bot: > Only here
    not: > For everybody
    Ada: edit 1 on nowhere: x
    bot: I know no platform called "nowhere"
  `))

test('a post nobody can send says what is missing', () =>
  conversation(`
    Ada: draft Something
    Ada: submit 1
    bot: #1 has no account to go to yet
    Ada: schedule tomorrow 9am to bluesky: x
    bot: No Bluesky account is connected yet
    Ada: reschedule 1 yesterday
    bot: past
  `))

test('cancel wins or loses cleanly', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: schedule in 5 minutes to rehearsal: Never mind
    Ada: cancel 1
    bot: #1 is cancelled
    time: 2026-11-20T08:06:00Z
    feed: nothing
    Ada: schedule in 5 minutes to rehearsal: Too late to stop
    time: 2026-11-20T08:12:00Z
    feed: Too late to stop
    Ada: cancel 2
    bot: This post can no longer be cancelled; #2 is published
  `))

test('publish now takes the approval of whoever may give it', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: Hurry
    Ada: publish 1
    bot: #1 can't go out before an approver has approved it
    Grace: publish 1
    bot: #1 goes out now
    time: 1000
    feed: Hurry
  `))

test('a dead login parks what is due; a reconnect lets it go on', async () => {
  const world = await openTestHouse()
  try {
    await play(
      world,
      `
      Grace: settings approvals 0
      Ada: schedule in 5 minutes to rehearsal: Parked
      `,
    )
    const accounts = world.house.storage.workspace(world.house.home.id).accounts
    const [account] = await accounts.list()
    if (!account) throw new Error('The rehearsal account is missing')
    await accounts.change(account.id, { state: 'reconnect' })
    await play(
      world,
      `
      time: 2026-11-20T08:05:30Z
      feed: nothing
      card: is parked until the account is reconnected
      Grace: connect rehearsal
      `,
    )
    const grace = await world.speaker('Grace')
    await world.house.desk.ask(grace, {
      command: 'connect',
      values: { platform: 'rehearsal', handle: 'rehearsal' },
    })
    await play(world, 'time: 1000\nfeed: Parked')
  } finally {
    await world.close()
  }
})

test('the digest is sent once on Monday at nine, also after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'crier-'))
  const digests = async (world: TestHouse): Promise<string[]> => {
    const entries = await world.house.storage.workspace(world.house.home.id).transcript.list('general', 50)
    return entries.map((entry) => plainText(entry.message)).filter((text) => text.includes('The week of'))
  }
  try {
    const before = await openTestHouse({ dataDir })
    await play(
      before,
      `
      Grace: settings approvals 0
      Ada: schedule in 10 minutes to rehearsal: Friday's news
      time: 2026-11-20T08:10:00Z
      Ada: schedule Tuesday 10am to rehearsal: Tuesday's news
      time: 2026-11-23T07:59:59Z
      `,
    )
    expect(await digests(before)).toEqual([])
    await before.pass('2026-11-23T08:01:00Z')
    const [digest = ''] = await digests(before)
    expect(digest).toContain('Went out: 1 post')
    expect(digest).toContain("Friday's news")
    expect(digest).toContain("Tuesday's news")
    expect(digest).toMatch(/Nothing yet on Mon 23 Nov, Wed 25 Nov/)
    await before.pass(60_000)
    await before.close()

    const after = await openTestHouse({ dataDir, now: '2026-11-23T08:05:00Z' })
    await after.pass(61_000)
    expect(await digests(after)).toHaveLength(1)
    await after.close()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('a series that is ended takes its waiting posts with it, also where the one that is named is out', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: schedule every weekday at 9 to rehearsal: Good morning
    time: 2026-11-23T08:00:00Z
    feed: Good morning
    time: 15000
    Ada: queue
    bot: #2 Tue 24 Nov 09:00, scheduled
    Ada: cancel 1 series
    bot: #1 is published, and its series has ended
    bot: 1 other post of it is cancelled
    bot: #2 Tue 24 Nov 09:00
    time: 2026-11-24T08:00:00Z
    feed: Good morning
    Ada: show 2
    bot: #2 is cancelled
  `))

test('whoever approves a series sees how it was understood', () =>
  conversation(`
    Ada: schedule every other monday at 9 and 17 to rehearsal: Tips
    Grace: show 1
    bot: Repeats: every 2 weeks on Monday at 09:00 and 17:00
    bot: (“every other monday at 9 and 17”)
  `))

test('a time in another year says which', () =>
  conversation(`
    Ada: draft to rehearsal: Summer
    Ada: reschedule 1 to 3 June 2027 9am
    Ada: queue
    bot: #1 Thu 3 Jun 2027 09:00
  `))

test('what was sent back or rejected says by whom, and why', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Grace: request-changes 1: say it nicer
    Ada: show 1
    bot: Sent back: Grace: say it nicer
    Ada: submit 1
    Grace: reject 1: not this week
    Ada: show 1
    bot: Rejected: Grace: not this week
  `))

test('a mistyped account is named, and a mistyped command keeps its words', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehersal: hi
    bot: I know no account called "rehersal"
    Ada: shedule tomorrow 9am to rehearsal: hi
    bot: Did you mean \`schedule\`?
    bot: [schedule] schedule tomorrow 9am to rehearsal: hi
  `))
