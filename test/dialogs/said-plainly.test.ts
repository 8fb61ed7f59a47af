import { expect, test } from 'vitest'
import type { WorkspaceStores } from '../../src/app/stores.ts'
import type { Answer, Speaker } from '../../src/app/surface.ts'
import { printInvite } from '../../src/cli/invitations.ts'
import { readConfig } from '../../src/kit/config.ts'
import type { Button } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { rememberLogins } from '../../src/scheduler/remember-reads.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { launch, noChromium, visit } from '../surfaces/playground/browser.ts'
import { conversation, play } from './conversation.ts'

const inWorld = async (run: (world: TestHouse) => Promise<void>) => {
  const world = await openTestHouse()
  try {
    await run(world)
  } finally {
    await world.close()
  }
}

const labelsOf = (answer: Answer): string[] =>
  answer.type === 'message'
    ? answer.message.blocks.flatMap((block) =>
        block.type === 'buttons' ? block.buttons.map(({ label }: Button) => label) : [],
      )
    : []

test('who may not publish yet is told so in words about publishing', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Ada: publish 1
    bot: #1 can't go out before an approver has approved it. An approver can approve or publish it.
    not: Deciding
    not: submit
    Ada: draft to rehearsal: Later
    Ada: publish 2
    bot: #2 can't go out before an approver has approved it. An approver can approve or publish it; \`submit 2\` asks them.
    Grace: draft to rehearsal: Mine
    Grace: publish 3
    bot: #3 is your own, so it can't go out before somebody else has approved it.
    time: 1000
    feed: nothing
  `))

test('to publish what is out already is answered with where it stands and what can be done', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: draft to rehearsal: We ship
    Ada: publish 1
    bot: #1 goes out now
    time: 1000
    time: 15000
    Ada: publish 1
    bot: #1 is live already: http://127.0.0.1
    bot: To say it once more, write a new post with \`draft\`.
    not: time
    Ada presses Show the post
    bot: #1 is published
    Ada: draft to rehearsal: Never mind
    Ada: cancel 2
    Ada: publish 2
    bot: #2 is cancelled. To say it once more, write a new post
    Ada: reschedule 1 tomorrow 9am
    bot: The time of this post can no longer change; #1 is published.
  `))

test('words for a platform that a post does not go to are refused with where it goes', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Ada: edit 1 on bluesky: For nobody
    bot: #1 does not go to Bluesky. It goes to @rehearsal on Rehearsal; choose an account on Bluesky first.
    Ada: edit 1 on rehearsal: For the feed
    bot: On Rehearsal
    bot: For the feed
    Ada: draft Somewhere, some day
    Ada: edit 2 on bluesky: For there
    not: does not go to
  `))

test('what can only be refused is refused before its form opens', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    Grace: approve 1
    Grace: request-changes 1
    bot: #1 was already decided by Grace; it is scheduled.
    Ada: draft to rehearsal: Mine
    Ada: request-changes 2
    bot: Only a post in review can be sent back; #2 is a draft.
    time: 2026-11-21T08:00:00Z
    Ada: edit 1
    bot: This post can no longer be edited; #1 is published.
    Ada: reschedule 1
    bot: The time of this post can no longer change; #1 is published.
    Ada: options 1 rehearsal
    bot: This post can no longer be edited; #1 is published.
    Ada: schedule tomorrow 9am to rehearsal: Decided by others
    Ada: request-changes 3
    bot: Deciding needs the role of approver; you are an author.
    Grace: draft to rehearsal: Hers
    Ada: reschedule 4
    bot: #4 is somebody else's post
    Ada: reschedule 2
    bot: [form reschedule]
  `))

test('a post is chosen among those that the command can do something with', () =>
  inWorld(async (world) => {
    await play(
      world,
      `
      Grace: approve
      bot: No post is in review. \`queue\` lists what is planned.
      Ada: schedule tomorrow 9am to rehearsal: We ship
      Ada: draft to rehearsal: Some day
      `,
    )
    const choices = async (name: string, line: string) => {
      const answer = await world.house.desk.ask(await world.speaker(name), { line })
      const [field] = answer.type === 'form' ? answer.form.fields : []
      return field?.kind === 'choice' ? field.options.map(({ value }) => value) : answer
    }
    expect(await choices('Grace', 'approve')).toEqual(['1'])
    expect(await choices('Ada', 'submit')).toEqual(['2'])
    expect(await choices('Ada', 'edit')).toEqual(['2', '1'])
    expect(await world.house.desk.complete(await world.speaker('Grace'), '/reject ')).toMatchObject([
      { insert: '/reject 1' },
    ])
  }))

test('a mistake in a form is a sentence for a form: no example of a line, no backticks', () =>
  inWorld(async (world) => {
    const mistakes = async (name: string, command: string, values: Record<string, string | string[]>) => {
      const answer = await world.house.desk.ask(await world.speaker(name), { command, values })
      return answer.type === 'form' ? answer.form.errors : answer
    }
    await play(world, 'Ada: draft to rehearsal: Mine')
    expect(await mistakes('Ada', 'schedule', { when: '', text: 'We ship', accounts: 'rehearsal' })).toEqual({
      when: 'say when, such as "tomorrow 9am".',
    })
    expect(await mistakes('Ada', 'reschedule', { post: '1', when: 'blurgh' })).toEqual({
      when: expect.stringMatching(/ Say it like "tomorrow 9am", "Friday 14:30" or "every weekday at 9"\.$/),
    })
    await play(
      world,
      `
      Ada: schedule blurgh to rehearsal: We ship
      bot: Say it like \`tomorrow 9am\`
      Ada presses Open as a form
      bot: [form schedule]
      not: \`
      `,
    )
    await world.house.desk.ask(await world.speaker('Grace'), { line: 'schedule tomorrow 9am: Hers' })
    const gone = await world.house.desk.ask(await world.speaker('Grace'), { line: 'disconnect rehearsal' })
    expect(gone).toMatchObject({
      message: {
        blocks: [{}, { spans: expect.arrayContaining([{ type: 'code', text: 'queue' }]) }],
      },
    })
  }))

test('a post that was refused as it was written has no number, and nobody is offered what they may not do', () =>
  inWorld(async (world) => {
    const refused = await world.house.desk.ask(await world.speaker('Ada'), {
      command: 'schedule',
      values: { when: 'tomorrow 9am', text: ' ', accounts: 'rehearsal' },
    })
    expect(refused).toMatchObject({
      form: { errors: { '': 'The post has nothing to say yet. Write something first.' } },
    })
    expect(
      await world.house.desk.ask(await world.speaker('Grace'), {
        command: 'request-changes',
        values: { post: '1', comment: '' },
      }),
    ).toMatchObject({ form: { errors: { comment: 'it is empty.' } } })
    const accounts = async (name: string) =>
      labelsOf(await world.house.desk.ask(await world.speaker(name), { line: 'accounts' }))
    expect(await accounts('Ada')).toEqual([])
    expect(await accounts('Grace')).toEqual(['Connect another'])
  }))

test('a card offers each reader what that reader may say', () =>
  inWorld(async (world) => {
    const ask = async (name: string, line: string) =>
      labelsOf(await world.house.desk.ask(await world.speaker(name), { line }))
    const look = ['Preview']
    const change = ['Edit', 'Reschedule']
    await play(world, 'Grace: schedule tomorrow 9am to rehearsal: Hers')
    await play(world, 'Ada: schedule tomorrow 9am to rehearsal: Mine')
    expect(await ask('Ada', 'show 1'), "an author on somebody else's post").toEqual(look)
    expect(await ask('Ada', 'show 2'), 'an author on their own').toEqual([...look, ...change])
    expect(await ask('Grace', 'show 2')).toEqual(
      expect.arrayContaining(['Approve', 'Request changes', 'Reject', ...look, ...change]),
    )
    await play(world, 'Grace: roles Ada viewer')
    expect(await ask('Ada', 'show 1')).toEqual(look)
    expect(await ask('Ada', 'show 2'), 'who writes no more').toEqual(look)
    await play(world, 'Grace: approve 2\nGrace: draft to rehearsal: A draft')
    expect(await ask('Ada', 'show 2'), 'a scheduled post').toEqual(look)
    expect(await ask('Ada', 'show 3'), 'a draft').toEqual(look)
    // And each button that is offered does as it says.
    for (const name of ['Ada', 'Grace'])
      for (const number of [1, 2, 3]) {
        const speaker = await world.speaker(name)
        const card = await world.house.desk.ask(speaker, { line: `show ${number}` })
        if (card.type !== 'message') throw new Error('No card')
        for (const block of card.message.blocks)
          for (const { line } of block.type === 'buttons' ? block.buttons : []) {
            if (/^(cancel|publish|approve|reject) /.test(line)) continue
            const answer = await world.house.desk.ask(speaker, { line, press: true })
            const said = answer.type === 'message' ? plainText(answer.message) : ''
            expect(said, `${name} presses ${line}`).not.toMatch(/needs the role|somebody else's post/)
          }
      }
  }))

test('an account that must be connected again opens its form with its name', () =>
  inWorld(async (world) => {
    const stores = world.house.storage.workspace(world.house.home.id)
    const grace = await world.speaker('Grace')
    await world.house.desk.ask(grace, {
      command: 'connect',
      values: { platform: 'rehearsal', handle: 'second' },
    })
    const second = (await stores.accounts.list()).find(({ handle }) => handle === '@second')
    await stores.accounts.change(second?.id ?? '', { state: 'reconnect' })
    const accounts = await world.house.desk.ask(grace, { line: 'accounts' })
    if (accounts.type !== 'message') throw new Error('No list of accounts')
    const button = accounts.message.blocks
      .flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
      .find(({ label }) => label === 'Reconnect @second')
    const answer = await world.house.desk.ask(grace, { line: button?.line ?? '', press: true })
    if (answer.type !== 'form') throw new Error(`No form: ${plainText(answer.message)}`)
    expect(answer.form.fields).toMatchObject([{ name: 'handle', value: '@second' }])
    const { hidden, command } = answer.form
    await world.house.desk.ask(grace, { command, values: { ...hidden, handle: '@second' } })
    expect((await stores.accounts.get(second?.id ?? ''))?.state).toBe('connected')
    // Nothing is filled in for a new one.
    const fresh = await world.house.desk.ask(grace, { line: 'connect rehearsal' })
    expect(fresh).not.toMatchObject({ form: { fields: [{ value: expect.any(String) }] } })
  }))

test("a channel is told by its name, not by its chat's own sign", () =>
  inWorld(async (world) => {
    const slack: Speaker = {
      surface: 'slack',
      chat: { externalId: 'T1', name: 'Acme' },
      person: { externalId: 'U1', name: 'Sam', admin: true },
    }
    const say = async (line: string) => {
      const answer = await world.house.desk.ask(slack, { line, channel: 'C0' })
      return answer.type === 'message' ? plainText(answer.message) : answer.form.title
    }
    expect(await say('settings review-channel <#C123|launches>')).toBe('✅ review-channel is #launches now.')
    expect(await say('settings review-channel <#C124|>')).toBe(
      '✅ review-channel is the channel you named now.',
    )
    expect(await say('settings results-channel here')).toContain('is this channel now')
    expect(await say('settings')).toContain('C124')
  }))

test('a mistake names its field once, beside it and to a program', () =>
  inWorld(async (world) => {
    const ada = await world.speaker('Ada')
    const form = await world.house.desk.ask(ada, {
      command: 'edit',
      values: { post: '42; drop', text: 'a' },
    })
    expect(JSON.stringify(form)).toContain('a post is called by its number')
    const long = await world.house.desk.ask(ada, {
      command: 'draft',
      values: { text: 'x'.repeat(64_001) },
    })
    if (long.type !== 'form') throw new Error('It was taken')
    expect(long.form.errors?.text).toMatch(/^a text may have 64,000 characters at most\./)

    const { keys, home, bench } = world.house
    const call = await fetch(`${bench.ownAddress()}/api/commands`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${keys.apiToken(home.id, ada.person.externalId)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        command: 'schedule',
        args: { when: 'blurgh', text: 'We ship', accounts: '@nobody' },
      }),
    })
    expect(call.status).toBe(422)
    const { error } = (await call.json()) as { error: string }
    expect(error).not.toMatch(/(\w+): \1:/i)
    expect(error).toMatch(/^\w+: /)
  }))

test('what is disconnected is forgotten, even where a refresh writes at the same time', () =>
  inWorld(async (world) => {
    const { stores } = world.house.bench
    const own = stores.transaction
    let refreshed = 0
    // The refresh of another process, committed between what this one reads and what it writes.
    const between = (inside: WorkspaceStores): WorkspaceStores => ({
      ...inside,
      accounts: {
        ...inside.accounts,
        async credentials(id) {
          const kept = await inside.accounts.credentials(id)
          if (kept && refreshed === 0) {
            refreshed += 1
            await inside.accounts.replaceCredentials(id, kept.sealed, kept.version)
          }
          return kept
        },
      },
    })
    Object.assign(stores, {
      transaction: <Value>(id: Parameters<typeof own>[0], run: (inside: WorkspaceStores) => Promise<Value>) =>
        own(id, (inside) => run(between(inside))),
    })
    await play(world, 'Grace: disconnect rehearsal\nbot: is disconnected; its credentials are forgotten')
    expect(refreshed).toBe(1)
    const home = world.house.storage.workspace(world.house.home.id)
    const [account] = await home.accounts.list()
    expect(account?.state).toBe('disconnected')
    expect(await home.accounts.credentials(account?.id ?? '')).toBeUndefined()
  }))

test('behind a lock every login is read anew, whosever lock it is', () =>
  inWorld(async (world) => {
    const home = world.house.storage.workspace(world.house.home.id)
    const [account] = await home.accounts.list()
    const id = account?.id ?? ''
    const remembered = rememberLogins(home, world.clock)
    const before = await remembered.accounts.credentials(id)
    await home.accounts.replaceCredentials(id, 'sealed anew', before?.version ?? 0)
    expect((await remembered.accounts.credentials(id))?.sealed, 'it is remembered').toBe(before?.sealed)
    // One login of two accounts is locked by the other's id.
    await remembered.accounts.lockRefresh('another account', 'me', world.clock.now(), world.clock.now() + 1)
    expect((await remembered.accounts.credentials(id))?.sealed).toBe('sealed anew')
    await home.accounts.replaceCredentials(id, 'once more', (before?.version ?? 0) + 1)
    await remembered.accounts.unlockRefresh('another account', 'me')
    expect((await remembered.accounts.credentials(id))?.sealed).toBe('once more')
  }))

test('an invitation of what is no application is refused', async () => {
  const invite = (id: string) =>
    printInvite(['discord'], {
      config: readConfig({ DISCORD_APPLICATION_ID: id }),
      slackManifest: () => Promise.reject(new Error('unused')),
      discordInvite: () => Promise.resolve({ link: 'https://discord.com/x', why: [] }),
    })
  for (const id of ['1', '1234', '1'.repeat(16)])
    await expect(invite(id)).rejects.toThrow(`DISCORD_APPLICATION_ID is ${id}, which is no application's id`)
  await invite('123456789012345678')
})

test.skipIf(noChromium)(
  'a form on the page asks once what a picture shows',
  { timeout: 60_000 },
  async () => {
    const browser = await launch()
    try {
      await inWorld(async (world) => {
        const { page, complaints } = await visit(browser, world.house.bench.ownAddress())
        await page.locator('#write').focus()
        await page.keyboard.type('/draft')
        await page.keyboard.press('Enter')
        const form = page.getByRole('dialog')
        await form.getByLabel('Alt text, a line per picture').waitFor()
        await form.locator('input[type=file]').setInputFiles({
          name: 'bell.png',
          mimeType: 'image/png',
          buffer: await page.screenshot(),
        })
        await form.getByText('bell.png').first().waitFor()
        expect(await form.getByLabel(/alt text/i).count()).toBe(1)
        await form.getByLabel('Text', { exact: true }).fill('Look')
        await form.getByLabel('Alt text, a line per picture').fill('A brass bell')
        await form.getByRole('button', { name: 'Keep' }).click()
        await form.waitFor({ state: 'detached' })
        const [post] = await world.house.storage.workspace(world.house.home.id).posts.list({})
        expect(post?.content.media).toMatchObject([{ alt: 'A brass bell' }])
        expect(complaints).toEqual([])
      })
    } finally {
      await browser.close()
    }
  },
)
