import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BlueskyServer, blueskyMissing, startBluesky } from '../servers/bluesky.ts'
import { violationsInLog } from '../surfaces/slack/contract.ts'
import {
  APP_TOKEN,
  APPROVER,
  AUTHOR,
  BOT_TOKEN,
  GENERAL,
  type Human,
  SIGNING_SECRET,
  type SlackServer,
  slackServerAbsent,
  startSlack,
} from '../surfaces/slack/slack-server.ts'
import { until } from '../until.ts'
import { type CrierProcess, freePort, startCrier } from './crier-process.ts'

const absent = slackServerAbsent ?? blueskyMissing()
if (absent) console.log(`skipped: from a Slack to a Bluesky: ${absent}`)

describe.skipIf(absent).each(['socket', 'events'] as const)(
  'from a real Slack (%s) to a real Bluesky',
  (mode) => {
    let bluesky: BlueskyServer
    let slack: SlackServer
    let author: Human
    let approver: Human
    let crier: CrierProcess
    let dataDir: string
    let environment: Record<string, string>

    beforeAll(async () => {
      bluesky = await startBluesky()
    })
    afterAll(() => bluesky?.stop())

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'crier-slack-e2e-'))
      const port = await freePort()
      slack = await startSlack(
        mode === 'socket' ? { mode } : { mode, requestUrl: `http://127.0.0.1:${port}/slack/events` },
      )
      environment = {
        PORT: String(port),
        SLACK_API_URL: slack.apiUrl,
        SLACK_BOT_TOKEN: BOT_TOKEN,
        ...(mode === 'socket' ? { SLACK_APP_TOKEN: APP_TOKEN } : { SLACK_SIGNING_SECRET: SIGNING_SECRET }),
        BLUESKY_API_URL: bluesky.url,
      }
      crier = await startCrier(dataDir, environment)
      author = await slack.human(AUTHOR)
      approver = await slack.human(APPROVER)
    })
    afterEach(async () => {
      await crier.kill()
      await slack.stop()
      await rm(dataDir, { recursive: true, force: true })
    })

    const textOf = async (person: Human): Promise<string> => JSON.stringify(await person.messages(GENERAL))
    const sees = (person: Human, words: string) =>
      until(`"${words}" in the channel`, async () => (await textOf(person)).includes(words))

    test('connect, schedule, restart, approve: the post is on Bluesky and the channel gets the link', async () => {
      const account = await bluesky.account(`team-${mode}.test`, 'correct-horse')
      // Whoever comes first runs Crier until somebody says otherwise.
      await author.slash(GENERAL, '/crier', 'help')
      await approver.slash(GENERAL, '/crier', 'help')
      await until('the answers', async () => (await author.log()).length > 4)
      await author.slash(GENERAL, '/crier', `roles <@${APPROVER}> approver`)

      // A wrong password is told at once, and what was typed is still there.
      await author.slash(GENERAL, '/crier', 'connect bluesky')
      const labels = await until(
        'the form',
        () =>
          author.modal?.blocks
            .filter((block: { type: string }) => block.type === 'input')
            .map((block: { label: { text: string } }) => block.label.text) as string[] | undefined,
      )
      const [handle, password] = labels as [string, string]
      author.submit({ [handle]: account.handle, [password]: 'wrong' })
      await until(
        'the mistake',
        () => author.errors.length > 0 || JSON.stringify(author.modal ?? '').includes('did not take'),
      )
      author.submit({ [handle]: account.handle, [password]: account.password })
      await until('the connected account', async () => (await crier.say('accounts')).includes(account.handle))

      await author.slash(
        GENERAL,
        '/schedule',
        'in 1 minute to bluesky: Héllo 👋 see https://example.com/launch #shipit',
      )
      await sees(author, '#1 is in review')
      await sees(author, ' of 300 graphemes')

      // A restart in the middle: the card still works.
      await crier.kill()
      crier = await startCrier(dataDir, environment)

      await sees(author, '"Approve"')
      await author.press(GENERAL, 'Reject')
      await until('the refusal', async () => (await crier.say('show 1')).includes('#1 is in review'))
      await sees(approver, '"Approve"')
      await approver.press(GENERAL, 'Approve')
      await sees(approver, '#1 is scheduled')
      await approver.slash(GENERAL, '/crier', 'publish 1')
      const [post] = await until('the post on Bluesky', async () => {
        const posts = await bluesky.posts(account.did)
        return posts.length > 0 ? posts : undefined
      })
      expect(post?.value.text).toBe('Héllo 👋 see https://example.com/launch #shipit')
      expect(JSON.stringify(post?.value.facets)).toContain('richtext.facet#tag')
      await sees(author, '#1 is published')
      await sees(author, 'bsky.app/profile')

      // Two who press at once: the second reads who was faster.
      await author.slash(GENERAL, '/schedule', 'tomorrow 9am to bluesky: Twice')
      await sees(author, '#2 is in review')
      await until('the second card', async () =>
        (await approver.messages(GENERAL)).some((message) => JSON.stringify(message).includes('approve 2 ')),
      )
      await Promise.all([approver.press(GENERAL, 'Approve'), approver.press(GENERAL, 'Approve')])
      await sees(approver, '#2 is scheduled')
      expect((await crier.say('show 2')).match(/Approved: 1 of 1/g)).toHaveLength(1)

      // Everything that left for Slack was valid.
      const { checked, wrong } = violationsInLog(await author.log())
      expect(wrong).toEqual([])
      expect(checked).toBeGreaterThan(10)
    }, 120_000)
  },
)
