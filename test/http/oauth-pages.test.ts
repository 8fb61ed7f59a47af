import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launch, noChromium } from '../surfaces/playground/browser.ts'
import { accountsOf, askLink, openWorld, type World, ways } from './sign-in-world.ts'

describe.skipIf(noChromium)('signing in with Chromium', () => {
  let browser: Browser
  let world: World
  beforeAll(async () => {
    const which = ways.find((one) => one.platform.name === 'pinterest')
    if (!which) throw new Error('There is no platform with a choice')
    world = await openWorld(which)
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await world.close()
  })

  test('from the link through the platform to the choice, with the policy of the pages in force', async () => {
    const page = await (await browser.newContext({ viewport: { width: 390, height: 780 } })).newPage()
    const complaints: string[] = []
    page.on('console', (said) => {
      if (['error', 'warning'].includes(said.type()) && !/favicon/.test(said.location().url))
        complaints.push(said.text())
    })
    /** What axe finds wrong, by an evaluation that the page's policy does not hold up. */
    const faults = async () => {
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run())
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    }
    await page.goto(await askLink(world))
    expect(await faults()).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await page.getByRole('button', { name: 'Go on to Pinterest' }).click()
    await page.getByRole('heading', { name: 'Which accounts on Pinterest?' }).waitFor()
    expect(await faults()).toEqual([])
    await page.getByLabel('@acme / Teapots').check()
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByRole('heading', { name: /Teapots.* is connected/ }).waitFor()
    expect(await faults()).toEqual([])
    expect(complaints).toEqual([])
    expect((await accountsOf(world)).map(({ handle }) => handle)).toEqual(['@acme / Teapots'])
    await page.close()
  })
})
