import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openTestHouse } from '../house.ts'
import { freePort, type Json, SERVERS, SIGNING_SECRET } from '../surfaces/slack/slack-server.ts'

const EMULATE = join(SERVERS, 'emulate', 'dist', 'api.js')
const absent = existsSync(EMULATE) ? undefined : 'emulate is not installed: npm ci --prefix test/servers'
if (absent) console.log(`Skipped: a team that installs Crier by OAuth. ${absent}`)

/** From "Add to Slack" to the page that Slack's consent ends on. */
async function install(site: string, slack: string): Promise<string> {
  const start = await fetch(`${site}/slack/install`, { redirect: 'manual' })
  const html = await (await fetch(start.headers.get('location') ?? '')).text()
  const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('&amp;', '&'),
  ])
  const done = await fetch(`${slack}/oauth/v2/authorize/callback`, {
    method: 'POST',
    body: new URLSearchParams(Object.fromEntries(fields.slice(0, 6))),
    redirect: 'manual',
  })
  const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? ''
  return (await fetch(done.headers.get('location') ?? '', { headers: { cookie } })).text()
}

test.skipIf(absent)(
  'a team that installs Crier has a workspace of its own, also where it installs it many times at once',
  async () => {
    const { createEmulator }: Json = await import(pathToFileURL(EMULATE).href)
    const port = await freePort()
    const site = `http://127.0.0.1:${port}`
    const slack = await createEmulator({
      service: 'slack',
      port: await freePort(),
      seed: {
        slack: {
          team: { name: 'Acme', domain: 'acme' },
          users: [{ name: 'ada', real_name: 'Ada Author', email: 'ada@example.com' }],
          oauth_apps: [
            {
              client_id: 'c-1',
              client_secret: 's-1',
              name: 'Crier',
              redirect_uris: [`${site}/slack/oauth`],
            },
          ],
        },
      },
    })
    const world = await openTestHouse({
      environment: {
        PORT: String(port),
        PUBLIC_URL: site,
        SLACK_CLIENT_ID: 'c-1',
        SLACK_CLIENT_SECRET: 's-1',
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        SLACK_API_URL: `${slack.url}/api/`,
      },
    })
    const { directory } = world.house.storage
    const installed = async () => {
      const [one, ...more] = await directory.chatsOf('slack')
      expect(more).toEqual([])
      return one
    }
    try {
      for (const page of await Promise.all([1, 2, 3].map(() => install(site, slack.url))))
        expect(page).toContain('Crier is in')
      const first = await installed()
      expect(first?.workspaceId).not.toBe(world.house.home.id)
      expect(await directory.all()).toHaveLength(2)
      // Again, later: the same team, with a token of its own once more.
      expect(await install(site, slack.url)).toContain('Crier is in')
      const again = await installed()
      expect(again).toEqual({ ...first, chat: { ...first?.chat, sealedToken: again?.chat.sealedToken } })
      expect(again?.chat.sealedToken).not.toBe(first?.chat.sealedToken)
      expect(world.house.keys.sealer.open(again?.chat.sealedToken ?? '', again?.chat.id ?? '')).toMatch(
        /^xox/,
      )
    } finally {
      await world.close()
      await slack.close()
    }
  },
)
