import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Where there is no Chromium the page's tests are skipped, and say so. */
export const noChromium = existsSync(path)
  ? undefined
  : `Skipped: there is no Chromium at ${path}; set CHROMIUM_PATH, or apt-get install chromium.`
if (noChromium) console.warn(noChromium)

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: path, args: ['--no-sandbox'] })

/** A reader in Berlin. What the page complains of in its console is in `complaints`. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text())
  })
  await page.goto(url)
  await page.locator('[data-channel=general]').waitFor({ state: 'attached' })
  await page.locator('#write').waitFor()
  return { page, complaints }
}
