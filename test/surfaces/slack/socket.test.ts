import { describe, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { textsIn } from './contract.ts'
import { startSurface } from './running.ts'
import {
  APP_TOKEN,
  AUTHOR,
  BOT_TOKEN,
  freePort,
  GENERAL,
  type Json,
  slackServerAbsent,
  startSlack,
} from './slack-server.ts'
import { createSmallDesk } from './small-desk.ts'

if (slackServerAbsent) console.warn(`Skipped: Slack's connection. ${slackServerAbsent}`)

describe.skipIf(slackServerAbsent)('the connection by Socket Mode', () => {
  const settings = (apiUrl: string) => ({ botToken: BOT_TOKEN, appToken: APP_TOKEN, apiUrl })

  test('it comes back after Slack was away, and says so meanwhile', async () => {
    const port = await freePort()
    const before = await startSlack({ mode: 'socket', port })
    const running = await startSurface(createSmallDesk().desk, settings(before.apiUrl))
    expect(running.surface.health()).toEqual({ ok: true, detail: 'connected by Socket Mode' })
    await before.stop()
    await until('the connection to be missed', () => !running.surface.health().ok)
    const after = await startSlack({ mode: 'socket', port })
    await until('the connection', () => running.surface.health().ok)
    const ada = await after.human(AUTHOR)
    await ada.slash(GENERAL, '/crier', 'page 1')
    await until('the answer', async () =>
      (await ada.messages(GENERAL)).some((one: Json) => textsIn(one.blocks).includes('Page 1')),
    )
    await running.stop()
    expect(running.surface.health().ok).toBe(false)
    await after.stop()
  })

  test('a start without Slack waits for it, and a stop while waiting stops', async () => {
    const port = await freePort()
    const running = await startSurface(createSmallDesk().desk, settings(`http://127.0.0.1:${port}/api/`))
    expect(running.surface.health()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('not reached'),
    })
    const slack = await startSlack({ mode: 'socket', port })
    await until('the connection', () => running.surface.health().ok)
    await slack.stop()
    const begin = performance.now()
    await running.stop()
    expect(performance.now() - begin).toBeLessThan(1500)
  })
})
