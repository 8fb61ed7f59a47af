import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { standingClock } from '../../../src/kit/clock.ts'
import { lookUpScopes } from '../../../src/surfaces/slack/doctor.ts'
import { slackScopes } from '../../../src/surfaces/slack/scopes.ts'
import { type RunningSurface, startSurface } from './running.ts'
import { freePort, type Json, SERVERS, SIGNING_SECRET } from './slack-server.ts'
import { createSmallDesk } from './small-desk.ts'

const EMULATE = join(SERVERS, 'emulate', 'dist', 'api.js')
const absent = existsSync(EMULATE) ? undefined : 'emulate is not installed: npm ci --prefix test/servers'
if (absent) console.warn(`Skipped: installing in Slack by OAuth. ${absent}`)

describe.skipIf(absent)('installing in Slack by OAuth v2', () => {
  const clock = standingClock('2026-11-27T09:00:00Z')
  const { desk } = createSmallDesk()
  let slack: { url: string; close(): Promise<void> }
  let running: RunningSurface
  let site: string

  beforeAll(async () => {
    const { createEmulator }: Json = await import(pathToFileURL(EMULATE).href)
    const port = await freePort()
    site = `http://127.0.0.1:${port}`
    const seed = {
      team: { name: 'Acme <Social>', domain: 'acme' },
      users: [{ name: 'ada', real_name: 'Ada Author', email: 'ada@example.com' }],
      oauth_apps: [
        { client_id: 'c-1', client_secret: 's-1', name: 'Crier', redirect_uris: [`${site}/slack/oauth`] },
      ],
    }
    slack = await createEmulator({ service: 'slack', port: await freePort(), seed: { slack: seed } })
    const settings = {
      clientId: 'c-1',
      clientSecret: 's-1',
      signingSecret: SIGNING_SECRET,
      apiUrl: `${slack.url}/api/`,
      publicUrl: site,
    }
    running = await startSurface(desk, settings, { port, clock })
  })
  afterAll(async () => {
    await running?.stop()
    await slack?.close()
  })

  /** From "Add to Slack" to the moment Slack sends the browser back. */
  async function consent(): Promise<{ back: string; cookie: string }> {
    const start = await fetch(`${site}/slack/install`, { redirect: 'manual' })
    expect(start.status).toBe(302)
    const cookie = start.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const asked = new URL(start.headers.get('location') ?? '')
    expect(asked.searchParams.get('scope')?.split(',')).toEqual(slackScopes.map(({ scope }) => scope))
    const html = await (await fetch(asked)).text()
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&amp;', '&'),
    ])
    const wanted = Object.fromEntries(fields.slice(0, 6))
    const done = await fetch(`${slack.url}/oauth/v2/authorize/callback`, {
      method: 'POST',
      body: new URLSearchParams(wanted),
      redirect: 'manual',
    })
    return { back: done.headers.get('location') ?? '', cookie: cookie.split(';')[0] ?? '' }
  }

  const visit = (url: string, cookie = '') => fetch(url, { headers: { cookie } })

  test('consent installs, and the new token works', async () => {
    const { back, cookie } = await consent()
    const page = await visit(back, cookie)
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(html).toContain('Crier is in')
    expect(html).not.toContain('<Social>')
    const [installation] = running.installations.all.values()
    expect(installation).toMatchObject({
      botToken: expect.stringMatching(/^xoxb-/),
      installedBy: expect.stringMatching(/^U/),
    })
    const examined = await lookUpScopes({
      botToken: installation?.botToken ?? '',
      apiUrl: `${slack.url}/api/`,
    })
    expect(examined).toEqual({ team: 'Acme <Social>', missing: [] })
  })

  test('a state serves once, in one browser, for ten minutes', async () => {
    const first = await consent()
    expect((await visit(first.back)).status).toBe(400)
    expect((await visit(first.back, 'crier_slack_install=another')).status).toBe(400)
    expect((await visit(first.back, first.cookie)).status).toBe(200)
    const again = await visit(first.back, first.cookie)
    expect(again.status).toBe(400)
    expect(await again.text()).toContain('used already')

    const old = await consent()
    clock.advance(11 * 60_000)
    expect(await (await visit(old.back, old.cookie)).text()).toContain('older than ten minutes')

    const forged = await consent()
    const url = new URL(forged.back)
    const [text = ''] = (url.searchParams.get('state') ?? '').split('.')
    url.searchParams.set('state', `${text}.AAAA`)
    expect((await visit(url.href, forged.cookie)).status).toBe(400)
  })

  test('a code that Slack does not know, and somebody who declines', async () => {
    const { back, cookie } = await consent()
    const url = new URL(back)
    url.searchParams.set('code', 'made-up')
    const page = await visit(url.href, cookie)
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('invalid_code')
    expect(await (await visit(`${site}/slack/oauth?error=access_denied`)).text()).toContain('declined')
  })
})
