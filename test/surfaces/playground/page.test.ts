import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import axe from 'axe-core'
import fc from 'fast-check'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  button,
  buttons,
  facts,
  heading,
  link,
  list,
  message,
  note,
  quote,
  text,
} from '../../../src/message/message.ts'
import { everything } from '../small-desk.ts'
import { launch, noChromium, visit } from './browser.ts'
import { type Served, servePlayground } from './serve-playground.ts'

const review = { chat: 'local', channel: 'review' }

describe.skipIf(noChromium)('the page in Chromium', () => {
  let browser: Browser
  let served: Served
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    served = await servePlayground()
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await served.close()
  })

  const entries = (page: Page, log = '#log') => page.locator(`${log} .entry:not(.pending)`)
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '')
  const tabTo = async (page: Page, name: string) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused(page)) === name) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab never reached "${name}"`)
  }

  test('a post is written, sent to review and approved with nothing but the keyboard', async () => {
    const { page, complaints } = await visit(browser, served.url)
    // The field has the focus from the start.
    await page.keyboard.type('/sch')
    await page.locator('.popup [role=option]').first().waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('tomorrow 9am to ')
    await page.locator('.hint strong', { hasText: '09:00' }).waitFor()
    await page.locator('.popup [role=option]').nth(1).waitFor()
    await page.keyboard.press('ArrowDown')
    expect(await page.getAttribute('#write', 'aria-activedescendant')).toMatch(/-0$/)
    await page.keyboard.press('Enter')
    await page.keyboard.type(': We ship')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('on Friday')
    await page.keyboard.press('Enter')
    await entries(page).nth(1).getByText('#42 is in review').waitFor()
    expect(await entries(page).first().locator('.body').textContent()).toBe(
      '/schedule tomorrow 9am to bluesky: We ship\non Friday',
    )

    // Alt and the arrow go to #review, where the unread mark goes away.
    expect(await page.title()).toBe('(1) #general · Crier')
    await page.keyboard.press('Alt+ArrowDown')
    await entries(page).getByText('#42 waits for approval').waitFor()
    expect(await page.title()).toBe('#review · Crier')

    // The radio buttons of "Speaking as" are switched by an arrow.
    await page.locator('#people input:checked').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('#people input[value=grace]:checked').waitFor()
    await page.locator('#log .card').waitFor()
    await tabTo(page, 'Approve')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '#42 is scheduled' }).waitFor()
    // Its buttons are gone; the focus stays with the card that had them.
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('#42 is scheduled'))

    await tabTo(page, (await page.locator('.thread-link').textContent()) ?? '')
    await page.keyboard.press('Enter')
    await entries(page, '#thread-log').getByText('It goes out tomorrow.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('reply')
    await page.keyboard.press('Escape')
    expect(await page.locator('#thread').isHidden()).toBe(true)
    expect(complaints).toEqual([])
  })

  test('a form keeps everything typed: through its mistakes, when it is closed, when the server is away', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.type('schedule\n')
    const form = page.getByRole('dialog', { name: 'Schedule a post' })
    await form.waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('text')
    await page.keyboard.type('We ship <b>today</b>')
    await form.getByLabel('Code').fill('s3cret')
    await form.getByLabel('When').fill('whenever')
    await form.getByText('Not a time that Crier can read yet.').waitFor()
    await page.keyboard.press('Control+Enter')

    await form.getByText('2 things to put right:').waitFor()
    expect(await form.getByLabel('Text', { exact: true }).inputValue()).toBe('We ship <b>today</b>')
    expect(await form.getByLabel('Code').inputValue()).toBe('s3cret')
    const when = form.getByLabel('When')
    expect(await when.getAttribute('aria-invalid')).toBe('true')
    const described = (await when.getAttribute('aria-describedby')) ?? ''
    expect(await page.locator(`#${described.split(' ').at(-1)}`).textContent()).toBe(
      'I can\'t read "whenever" as a time.',
    )
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('bluesky')

    await page.keyboard.press('Space')
    await when.fill('tomorrow 9am')
    await form.locator('.reading', { hasText: '09:00' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('“Schedule a post” is kept as you left it.').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    expect(await when.inputValue()).toBe('tomorrow 9am')

    await page.context().setOffline(true)
    await form.getByRole('button', { name: 'Send to review' }).click()
    await form.getByText('Crier does not answer.').waitFor()
    await page.context().setOffline(false)
    await form.getByRole('button', { name: 'Send to review' }).click()
    await entries(page).getByText('#42 is in review').waitFor()
    expect(await page.getByText('kept as you left it').count()).toBe(0)
  })

  test('Enter sends what was typed, and completes only what was chosen or begins one command', async () => {
    const { page } = await visit(browser, served.url)
    const options = page.locator('#compose .popup [role=option]')
    await page.keyboard.type('/cal')
    await options.first().waitFor()
    expect(await options.count()).toBe(1)
    await page.keyboard.press('Enter')
    expect(await page.inputValue('#write')).toBe('/calendar ')
    await page.keyboard.press('Enter')
    await entries(page).nth(1).waitFor()
    expect(await page.inputValue('#write')).toBe('')

    // Chosen, but typed on: what stands in the field is meant.
    await page.keyboard.type('/schedule tomorrow 9am to ')
    await options.nth(1).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.type('bluesky')
    expect(await page.getAttribute('#write', 'aria-activedescendant')).toBeNull()
    expect(await page.locator('#compose .popup [aria-selected=true]').count()).toBe(0)
    await options.first().waitFor()
    await page.keyboard.type(': We ship\n')
    await entries(page).getByText('#42 is in review').waitFor()
  })

  test('on a phone the reading of a time and the way to write a command can be read whole', async () => {
    const { page } = await visit(browser, served.url, { viewport: { width: 375, height: 720 } })
    const hint = page.locator('#compose .hint')
    for (const [line, shown] of [
      ['/schedule next Tuesday 14:30 Berlin time', 'strong'],
      ['/schedule', 'code'],
    ] as const) {
      await page.locator('#write').fill(line)
      await hint.locator(shown).waitFor()
      const cut = await hint.evaluate((element) =>
        [element, ...element.querySelectorAll('*')].some(
          (one) => one.scrollWidth > one.clientWidth && one.clientWidth > 0,
        ),
      )
      expect(cut, line).toBe(false)
    }
  })

  test('a line that could not be sent is back in the field', async () => {
    const { page } = await visit(browser, served.url)
    await page.context().setOffline(true)
    await page.keyboard.type('calendar\n')
    await page.getByText('Crier does not answer.').waitFor()
    expect(await page.inputValue('#write')).toBe('calendar')
  })

  test('a restart is waited for, and what was said before it is still there', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.type('shout before\n')
    await entries(page).nth(1).waitFor()
    await page.keyboard.type('half a line')
    const { url, transcripts } = served
    await served.close()
    await page.getByText('Reconnecting…').waitFor()
    served = await servePlayground({ port: Number(new URL(url).port), transcripts })
    await served.playground.send({ chat: 'local', channel: 'general' }, message(text('After')), { key: 'k' })
    await entries(page).getByText('After').waitFor()
    expect(await page.locator('#line-state').textContent()).toBe('')
    expect(await entries(page).count()).toBe(3)
    expect(await page.inputValue('#write')).toBe('half a line')
    await page.reload()
    await entries(page).getByText('After').waitFor()
    expect(await page.inputValue('#write')).toBe('half a line')
  })

  test('files are attached with a description, and go with the form', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.type('schedule\n')
    const form = page.getByRole('dialog')
    await form.locator('input[type=file]').setInputFiles({
      name: 'bell.png',
      mimeType: 'image/png',
      buffer: await page.screenshot(),
    })
    await form.getByLabel('Alt text of bell.png').fill('A brass bell')
    await form.getByLabel('Text', { exact: true }).fill('Look')
    await form.getByLabel('@acme on Bluesky').check()
    await form.getByLabel('When').fill('tomorrow 9am')
    await form.getByRole('button', { name: 'Send to review' }).click()
    await page.locator('[data-channel=review]').click()
    await page.getByText('bell.png (A brass bell)').waitFor()
  })

  test('something final is asked about first', async () => {
    const { page } = await visit(browser, served.url)
    await page.keyboard.type('schedule tomorrow 9am to bluesky: We ship\n')
    await page.locator('[data-channel=review]').click()
    await page.getByRole('button', { name: 'Reject' }).click()
    const asked = page.getByRole('alertdialog', { name: 'Reject #42? Its author is told.' })
    await asked.waitFor()
    expect(await focused(page)).toBe('Cancel')
    await page.keyboard.press('Enter')
    await asked.waitFor({ state: 'detached' })
    expect(await entries(page).count()).toBe(1)
  })

  test('two readers see one another’s cards live, and a lost connection catches up', async () => {
    const [ada, grace] = await Promise.all([visit(browser, served.url), visit(browser, served.url)])
    await grace.page.locator('#people input[value=grace]').check({ force: true })
    await grace.page.locator('[data-channel=review]').click()
    await ada.page.keyboard.type('schedule tomorrow 9am to bluesky: We ship\n')
    await grace.page.getByRole('button', { name: 'Approve' }).click()
    await ada.page.locator('[data-channel=review]').click()
    await ada.page.getByRole('heading', { name: '#42 is scheduled' }).waitFor()

    await served.playground.stop()
    await served.playground.send(review, message(text('While you were away')), { key: 'away' })
    await ada.page.getByText('While you were away').waitFor()
    expect(await ada.page.getByText('You approved #42').count()).toBe(0)
    expect(await grace.page.getByText('You approved #42').count()).toBe(1)
  })

  test('a private card of what has changed since loses its buttons, and leads to what it is now', async () => {
    const { page } = await visit(browser, served.url)
    const card = (words: string, line: string, at: number) => ({
      ...message(heading(words), buttons(button('Act', line))),
      standing: { line: 'calendar', at },
    })
    const ada = { chat: 'local', person: 'pg-ada' }
    await served.playground.tell(ada, card('#7 is a draft', 'shout stale', 1), { key: 'private' })
    await page.locator('[data-channel^=direct]').click()
    await page.getByRole('button', { name: 'Act' }).waitFor()
    // The same as of the same instant changes nothing; a later one anywhere does.
    const sent = await served.playground.send(review, card('#7 is a draft', 'shout 1', 1), { key: 'card' })
    await served.playground.update(review, sent, card('#7 is scheduled', 'shout 2', 2))
    await page.getByText('This has changed since.').waitFor()
    expect(await page.getByRole('button', { name: 'Act' }).count()).toBe(0)
    await page.reload()
    await page.getByRole('button', { name: 'Show it as it is now' }).click()
    await entries(page).nth(1).waitFor()
    await page.locator('[data-channel=review]').click()
    await page.getByRole('heading', { name: '#7 is scheduled' }).waitFor()
    expect(await page.getByRole('button', { name: 'Act' }).count()).toBe(1)
  })

  test('the feed shows what is live, with pictures, as it happens, and a link leads to it', async () => {
    const { page, complaints } = await visit(browser, served.url)
    served.images.set('bell', { bytes: new Uint8Array(await page.screenshot()), type: 'image/png' })
    const media = [{ mediaId: 'bell', alt: 'A brass bell' }]
    const id = await served.publish({ key: 'a', text: 'We ship: https://example.com/x #launch', media })
    await page.getByRole('img', { name: 'A brass bell' }).waitFor()
    expect(await page.locator('.live a').getAttribute('href')).toBe('https://example.com/x')
    await served.playground.send(review, message(text(link(`${served.url}/#feed-${id}`, 'It is live'))), {
      key: 'l',
    })
    await page.locator('[data-channel=review]').click()
    await page.getByRole('link', { name: 'It is live' }).click()
    await page.locator('.live.pointed', { hasText: 'We ship' }).waitFor()
    const second = await page.context().newPage()
    await second.goto(`${served.url}/#feed-${id}`)
    await second.locator('.live.pointed', { hasText: 'We ship' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('times stand in the reader’s zone, near and exact', async () => {
    await served.playground.send(review, everything(Date.parse('2026-11-26T08:00:00Z')), { key: 'k' })
    const { page } = await visit(browser, served.url, { timezoneId: 'America/New_York' })
    // Ada's own zone is Berlin wherever her browser is; Grace has none of her own.
    const shown = () => page.locator('#log time.when').textContent()
    await page.locator('[data-channel=review]').click()
    expect(await shown()).toBe('Sat 28 Nov, 09:00 in 2 days')
    await page.locator('#people input[value=grace]').check({ force: true })
    await page.waitForFunction(() =>
      document.querySelector('#log time.when')?.textContent?.startsWith('Sat 28 Nov, 03:00'),
    )
    expect(await page.locator('#log time.when').getAttribute('data-tip')).toMatch(
      /^Saturday,? 28 November 2026 at 03:00 \(New York time\)$/,
    )
  })

  test('times have the clock of the member’s language, else of the browser’s', async () => {
    await served.playground.send(review, everything(Date.parse('2026-11-26T08:00:00Z')), { key: 'k' })
    const { page } = await visit(browser, served.url, { locale: 'en-US' })
    await page.locator('[data-channel=review]').click()
    const shown = page.locator('#log time.when')
    expect(await shown.textContent()).toMatch(/^Sat, Nov 28, 9:00\sAM in 2 days$/)
    expect(await shown.getAttribute('data-tip')).toMatch(/ at 9:00\sAM \(Berlin time\)$/)
    for (const one of served.people) one.locale = 'en-GB'
    await page.reload()
    await page.waitForFunction(() =>
      document.querySelector('#log time.when')?.textContent?.startsWith('Sat, Nov 28, 09:00 in'),
    )
    expect(await shown.getAttribute('data-tip')).toMatch(/ at 09:00 \(Berlin time\)$/)
  })

  test('a member who moves reads every time in the new zone', async () => {
    await served.playground.send(review, everything(Date.parse('2026-11-26T08:00:00Z')), { key: 'k' })
    const { page } = await visit(browser, served.url)
    await page.locator('[data-channel=review]').click()
    await page.locator('time.when', { hasText: 'Sat 28 Nov, 09:00' }).waitFor()
    Object.assign(served.people[0] ?? {}, { role: 'viewer', zone: 'Asia/Tokyo' })
    await page.keyboard.type('calendar\n')
    await page.locator('time.when', { hasText: 'Sat 28 Nov, 17:00' }).waitFor()
    await page.locator('.member', { hasText: 'Ada Lovelace' }).getByText('viewer').waitFor()
  })

  test('light and dark follow the system until one is chosen, and the choice stays', async () => {
    const { page } = await visit(browser, served.url, { colorScheme: 'dark' })
    const paper = () =>
      page.evaluate(() => getComputedStyle(document.querySelector('.talk') as Element).backgroundColor)
    const dark = await paper()
    await page.getByRole('button', { name: 'Colours: as your system' }).click()
    const light = await paper()
    expect(light).not.toBe(dark)
    await page.reload()
    await page.getByRole('button', { name: 'Colours: light' }).click()
    expect(await paper()).toBe(dark)
  })

  test.each([
    { name: 'a phone', width: 390, height: 844 },
    { name: 'a small laptop', width: 1024, height: 700 },
    { name: 'a wide screen', width: 1920, height: 1080 },
  ])('everything fits on $name, and can be reached', async ({ width, height }) => {
    await served.playground.send(review, everything(Date.parse('2026-11-26T08:00:00Z')), { key: 'k' })
    await served.playground.send(review, message(text('word'.repeat(400))), { key: 'long' })
    const { page } = await visit(browser, served.url, { viewport: { width, height } })
    if (width < 760) await page.getByRole('button', { name: 'Channels and people' }).click()
    await page.locator('[data-channel=review]').click()
    await page.getByRole('heading', { name: 'Everything at once' }).waitFor()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(wide).toBeLessThanOrEqual(width)
    const log = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.querySelector('#log') as Element
      return scrollWidth - clientWidth
    })
    expect(log).toBe(0)
    if (width < 1180) {
      await page.getByRole('button', { name: 'Rehearsal feed' }).click()
      await page.getByRole('heading', { name: 'Rehearsal feed' }).waitFor()
      await page.keyboard.press('Escape')
      expect(await page.locator('#side').isVisible()).toBe(false)
    } else expect(await page.locator('#feed').isVisible()).toBe(true)
  })

  test('axe finds nothing: conversation, form, thread, phone, light and dark', async () => {
    const faults = async (page: Page) => {
      // The page's own policy would refuse the script; the test's debugger connection is not the page.
      const session = await page.context().newCDPSession(page)
      await session.send('Runtime.evaluate', { expression: axe.source })
      const { result } = await session.send('Runtime.evaluate', {
        expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) =>
          id + ': ' + nodes.map(({ html, any }) => html.slice(0, 120) + ' ' + (any[0]?.message ?? '')).join(' | '))))`,
        awaitPromise: true,
      })
      return JSON.parse(String(result.value)) as string[]
    }
    await served.publish({ key: 'a', text: 'We ship #launch', dryRunOf: 'bluesky' })
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await visit(browser, served.url, { colorScheme })
      expect(await faults(page)).toEqual([])
      await page.keyboard.type('everything\n')
      await page.getByRole('heading', { name: 'Everything at once' }).first().waitFor()
      await page.keyboard.type('cal')
      await page.locator('.popup [role=option]').first().waitFor()
      expect(await faults(page)).toEqual([])
      await page.fill('#write', '')
      await page.locator('.entry.card').first().hover()
      await page.getByRole('button', { name: 'Reply in thread' }).last().click()
      expect(await faults(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('#write').focus()
      await page.keyboard.type('schedule\n')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Control+Enter')
      await page.getByText('3 things to put right:').waitFor()
      expect(await faults(page)).toEqual([])
    }
    const { page } = await visit(browser, served.url, { viewport: { width: 390, height: 844 } })
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'Channels and people' }).click()
    expect(await faults(page)).toEqual([])
  }, 60_000)

  test('nothing anybody wrote becomes markup, a link it is not, or another block', async () => {
    const { page, complaints } = await visit(browser, served.url)
    await page.locator('[data-channel=review]').click()
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom(
        '<img src=x onerror="alert(1)">',
        '<script>alert(1)</script>',
        '</p></article><h1>x',
        '&lt;b&gt; &amp;',
        '"\' onclick=x',
        '<!-- -->',
        '@everyone <!channel>',
        '\u202e<svg/onload=x>',
      ),
    )
    let count = 0
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (said, label) => {
        count += 1
        const marker = `Entry ${count}`
        const shown = message(
          heading(said),
          text(said, link(`javascript:${said}`, label)),
          quote(said, label),
          facts({ [`${label}.`]: said }),
          list([said, label]),
          note(said),
          { type: 'buttons', buttons: [{ label, line: 'help' }] },
          text(marker),
        )
        await served.playground.send(review, shown, { key: marker })
        const card = page.locator('#log .entry', { has: page.getByText(marker, { exact: true }) })
        await card.waitFor()
        const body = card.locator('.body')
        const found = await body.evaluate((element) => ({
          tags: [...new Set([...element.querySelectorAll('*')].map(({ localName }) => localName))].sort(),
          heading: element.querySelector('h2')?.textContent,
          quote: element.querySelector('blockquote')?.textContent,
          button: element.querySelector('button')?.textContent,
          items: [...element.querySelectorAll('li')].map(({ textContent }) => textContent),
        }))
        expect(found).toEqual({
          tags: expect.not.arrayContaining(['a', 'img', 'script', 'svg', 'h1', 'b']),
          heading: said,
          quote: said,
          button: label,
          items: [said, label],
        })
      }),
      { numRuns: 40 },
    )
    expect(complaints).toEqual([])
  }, 60_000)
})

test('the page’s scripts agree with the types of what they are sent', () => {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc')
  const project = new URL('../../../src/surfaces/playground/page/tsconfig.json', import.meta.url).pathname
  expect(() => execFileSync(process.execPath, [tsc, '-p', project], { stdio: 'pipe' })).not.toThrow()
})
