import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noChromium, visit } from '../surfaces/playground/browser.ts'
import { type CrierProcess, startCrier } from './crier-process.ts'

describe.skipIf(noChromium)('the first minute on the page, by keyboard, in a real Chromium', () => {
  let crier: CrierProcess
  let browser: Browser
  let dataDir: string

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'crier-page-'))
    crier = await startCrier(dataDir)
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await crier?.kill()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('schedule as one member, approve as the other, and it appears in the feed', async () => {
    const { page, complaints } = await visit(browser, `${crier.url}/`)
    await page.locator('#write').focus()
    await page.keyboard.type('/schedule in 10 seconds to rehearsal: Hello, world 🎉 <b>not bold</b>')
    await page.getByText('“in 10 seconds” is').waitFor()
    await page.keyboard.press('Enter')
    await page
      .getByRole('heading', { name: /#1 is in review/ })
      .first()
      .waitFor()

    // The other member sees the card in the review channel and decides.
    await page.keyboard.press('Alt+ArrowDown')
    await page.locator('#people input:checked').focus()
    await page.keyboard.press('ArrowDown')
    const approve = page.locator('#log').getByRole('button', { name: 'Approve' })
    await approve.waitFor()
    await approve.focus()
    await page.keyboard.press('Enter')

    // Live, with its text as text.
    await page
      .getByRole('heading', { name: /#1 is published/ })
      .first()
      .waitFor({ timeout: 30_000 })
    const feed = page.getByText('Hello, world 🎉 <b>not bold</b>')
    await feed.last().waitFor()
    expect(complaints).toEqual([])
    expect(await crier.say('show 1')).toContain('#1 is published')
  }, 60_000)
})
