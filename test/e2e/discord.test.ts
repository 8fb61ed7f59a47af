import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BlueskyServer, blueskyMissing, startBluesky } from '../servers/bluesky.ts'
import { contractAbsent } from '../surfaces/discord/contract.ts'
import {
  type DiscordServer,
  discordAbsent,
  startDiscord,
  wordsOf,
} from '../surfaces/discord/start-discord.ts'
import { until } from '../until.ts'
import { type CrierProcess, startCrier } from './crier-process.ts'

const absent = discordAbsent ?? blueskyMissing()
if (absent) console.log(`skipped: from a Discord to a Bluesky: ${absent}`)
else if (contractAbsent) console.log(`not checked against Discord's contract: ${contractAbsent}`)

describe.skipIf(absent)('from a real Discord to a real Bluesky', () => {
  let bluesky: BlueskyServer
  let discord: DiscordServer
  let crier: CrierProcess
  let dataDir: string
  let environment: Record<string, string>

  beforeAll(async () => {
    bluesky = await startBluesky()
  })
  afterAll(() => bluesky?.stop())

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'crier-discord-e2e-'))
    discord = await startDiscord()
    environment = {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      BLUESKY_API_URL: bluesky.url,
    }
    crier = await startCrier(dataDir, environment)
  })
  afterEach(async () => {
    await crier.kill()
    await discord.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  const sees = (words: string) =>
    until(`"${words}" in the channel`, async () =>
      (await discord.messages(discord.channels.general)).findLast((one) =>
        JSON.stringify(one).includes(words),
      ),
    )

  test('connect, schedule, restart, approve: the post is on Bluesky and the channel gets the link', async () => {
    const account = await bluesky.account('discord-team.test', 'correct-horse')
    const author = discord.person('author')
    const approver = discord.person('approver')
    await author.slash('help')
    await approver.slash('help')
    await until('the members', async () => (await crier.say('roles')).includes('approver'))
    await crier.say('roles approver approver')

    // Typed options: while a time is typed, its reading appears.
    const offered = await author.suggestions('schedule', 'when', 'tomorrow 9')
    expect(offered.map((one) => one.name).join(' ')).toMatch(/9:00 AM/)

    const opened = await author.slash('connect', { platform: 'bluesky' })
    expect(opened.modal?.title).toBe('Connect Bluesky')
    if (!opened.modal) throw new Error('No form was opened')
    const refused = await author.submit(opened.modal, { identifier: account.handle, password: 'wrong' })
    await until('the refusal', async () =>
      /did not take|password/i.test(wordsOf((await refused.message()) ?? undefined)),
    )
    await author.submit(opened.modal, { identifier: account.handle, password: account.password })
    await until('the connected account', async () => (await crier.say('accounts')).includes(account.handle))

    await author.slash('schedule', {
      when: 'in 1 minute',
      accounts: 'bluesky',
      text: 'Héllo 👋 @everyone #shipit',
    })
    await sees('#1 is in review')

    await crier.kill()
    crier = await startCrier(dataDir, environment)

    const card = await sees('"label":"Approve"')
    await author.press(card, 'Approve')
    expect(await crier.say('show 1')).toContain('#1 is in review')
    await approver.press(card, 'Approve')
    await sees('#1 is scheduled')
    await approver.slash('publish', { post: '1' })
    const [post] = await until('the post on Bluesky', async () => {
      const posts = await bluesky.posts(account.did)
      return posts.length > 0 ? posts : undefined
    })
    expect(post?.value.text).toBe('Héllo 👋 @everyone #shipit')
    const done = await sees('#1 is published')
    expect(wordsOf(done)).toContain('bsky.app/profile')

    // Nothing that was written pinged anybody, and everything that left was valid.
    for (const { body } of discord.requests) {
      const mentions = (body?.allowed_mentions ??
        (body?.data as Record<string, unknown> | undefined)?.allowed_mentions) as
        | { parse?: string[] }
        | undefined
      if (mentions) expect(mentions.parse ?? []).toEqual([])
    }
    expect(discord.problems).toEqual([])
  }, 120_000)
})
