import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Arg } from '../../src/app/arg.ts'
import type { Answer, Speaker } from '../../src/app/surface.ts'
import { newId } from '../../src/kit/ids.ts'
import type { FormValues } from '../../src/message/form.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { type StandIn, startStandIn } from '../servers/stand-in.ts'
import { launch, noChromium, visit } from '../surfaces/playground/browser.ts'
import { expectHarmless } from './answers.ts'
import { expectSafeOnAllSurfaces } from './drawn.ts'
import { NASTY } from './nasty.ts'

/** Of every kind one, and some together: each is put into every field there is. */
const MARKUP = [
  '<!channel> <!here> <@U01AUTHOR> <#C01|general> <https://evil.example|bank.example> &lt;!everyone&gt; &amp;',
  '@everyone @here <@1234567890123456789> [good](https://evil.example) ](https://evil.example) ||x|| </a:1>',
  '```\n`` ` **b** __u__ ~~s~~\n>>> q\n# h\n-# s\n- i\n1. n',
  '<script>alert(1)</script><img src=x onerror=alert(1)>"\'><svg onload=alert(1)>',
  'a\r\nX-Injected: yes\r\n\r\n<b>\u0000\u0007\u001b[2J\u001b]0;t\u0007',
  '\u202e\u2066\u200b\u200d\ufeff\u2028\u2029\u0085 \ud800 \udc00 Z\u0351\u036b\u0343',
  "=cmd|'/c calc'!A1\t+1 '; drop table posts; -- %s%n ../../etc/passwd",
  '__proto__',
  ' ',
]

/** Fields that a command's arguments need so that the one that is tried is reached. */
const RIGHT: Record<Arg['kind'], string> = {
  post: '1',
  delivery: '1.1',
  when: 'tomorrow 9am',
  accounts: 'rehearsal',
  text: 'We ship',
  words: 'rehearsal',
  choice: '',
  flag: 'on',
  member: 'Ada',
  channel: '#review',
  secret: 'secret',
  number: '1',
}

describe('markup in every field', () => {
  let world: TestHouse
  let platform: StandIn
  let spoken = ''
  let grace: Speaker

  beforeAll(async () => {
    // A platform that says of itself whatever was said last.
    platform = await startStandIn(({ path }) => ({
      status: path.length % 2 === 0 ? 422 : 401,
      json: {
        error: spoken,
        error_description: spoken,
        message: spoken,
        title: spoken,
        detail: spoken,
        description: spoken,
        ok: false,
        errors: [{ message: spoken, title: spoken, code: spoken }],
      },
    }))
    const house = await openTestHouse()
    const names = [...house.house.bench.platforms.keys()].filter((name) => name !== 'rehearsal')
    await house.close()
    world = await openTestHouse({
      environment: Object.fromEntries(
        names.flatMap((name) => [
          [`${name.toUpperCase()}_API_URL`, platform.url],
          [`${name.toUpperCase()}_CLIENT_ID`, 'client'],
          [`${name.toUpperCase()}_CLIENT_SECRET`, 'client-secret'],
        ]),
      ),
    })
    grace = await world.speaker('Grace')
    await ask({ line: 'draft to rehearsal: One' })
  })
  afterAll(async () => {
    await world?.close()
    await platform?.stop()
  })

  const ask = (said: Parameters<TestHouse['house']['desk']['ask']>[1]) => world.house.desk.ask(grace, said)
  const stores = () => world.house.storage.workspace(world.house.home.id)

  const seen = new Set<string>()
  /** Looked at once for each shape: numbers and codes apart, many answers are the same. */
  function expectSafe(answer: Answer, typed: string, about: string): void {
    expectHarmless(answer, typed, [])
    const shape = JSON.stringify(answer, (key, value) => (key === 'png' ? 'png' : value)).replace(/\d+/g, '0')
    if (seen.has(shape)) return
    seen.add(shape)
    expectSafeOnAllSurfaces(answer, about)
  }

  const rightFor = (arg: Arg): string => {
    if (arg.kind === 'choice') return arg.choices?.[0]?.value ?? ''
    return arg.hint?.includes('42.1') ? '1.1' : RIGHT[arg.kind]
  }

  test('of every command, by the register', { timeout: 300_000 }, async () => {
    let fields = 0
    for (const command of world.house.commands) {
      for (const field of command.fields) {
        fields += 1
        const values: FormValues = Object.fromEntries(
          command.fields.map((arg) => [arg.name, rightFor(arg)] as const),
        )
        for (const said of MARKUP) {
          const about = `${command.name}.${field.name} ${JSON.stringify(said)}`
          expectSafe(
            await ask({ command: command.name, values: { ...values, [field.name]: said } }),
            said,
            about,
          )
          expectSafe(await ask({ command: command.name, values: { [field.name]: said } }), said, about)
        }
      }
      for (const said of MARKUP) {
        const line = `${command.name} ${said}`
        expectSafe(await ask({ line }), said, line)
      }
    }
    expect(fields).toBeGreaterThan(40)
  })

  test('of every form that opens, by what is in it', { timeout: 300_000 }, async () => {
    let fields = 0
    for (const command of world.house.commands) {
      const opened = await ask({ command: command.name, values: command.form ? { post: '1' } : {} })
      if (opened.type !== 'form') continue
      for (const field of opened.form.fields) {
        fields += 1
        for (const said of MARKUP) {
          const value = field.kind === 'choices' ? [said] : said
          const about = `form ${command.name}.${field.name} ${JSON.stringify(said)}`
          const values = { ...opened.form.hidden, [field.name]: value }
          expectSafe(await ask({ command: command.name, values }), said, about)
        }
      }
    }
    expect(fields).toBeGreaterThan(10)
  })

  test('of every way to connect a platform, and in what the platform answers', {
    timeout: 300_000,
  }, async () => {
    let ways = 0
    for (const { name, connect } of world.house.bench.platforms.values()) {
      for (const [place, way] of connect.entries()) {
        const asked = way.fields ?? []
        if (asked.length === 0) continue
        ways += 1
        const right = Object.fromEntries(
          asked.map((field) => [
            field.name,
            field.kind === 'choice'
              ? (field.options[0]?.value ?? '')
              : /url|server|address/i.test(field.name)
                ? platform.url
                : 'acme',
          ]),
        )
        for (const said of MARKUP) {
          spoken = said
          const base = { platform: name, way: String(place + 1), ...right }
          expectSafe(
            await ask({ command: 'connect', values: base }),
            said,
            `${name} answers ${JSON.stringify(said)}`,
          )
          for (const field of asked) {
            const about = `connect ${name}.${field.name} ${JSON.stringify(said)}`
            expectSafe(
              await ask({ command: 'connect', values: { ...base, [field.name]: said } }),
              said,
              about,
            )
          }
        }
      }
    }
    expect(ways).toBeGreaterThan(5)
  })

  test('in what is kept and shown again: posts, variants, options, names, handles, files', {
    timeout: 300_000,
  }, async () => {
    const picture = await photo(16, 16)
    for (const [index, said] of MARKUP.entries()) {
      await stores().workspace.rename(said)
      const member = await stores().workspace.addMember({
        id: newId(world.clock.now()),
        name: said,
        role: 'approver',
        zone: null,
        locale: null,
        identities: [{ surface: 'playground', chat: 'local', externalId: `nasty${index}` }],
        createdAt: world.clock.now(),
      })
      const them: Speaker = {
        surface: 'playground',
        chat: { externalId: 'local', name: said },
        person: { externalId: `nasty${index}`, name: said },
      }
      const tell = (what: Parameters<typeof ask>[0]) => world.house.desk.ask(them, what)
      await tell({ command: 'connect', values: { platform: 'rehearsal', handle: said } })
      const accounts = (await stores().accounts.list()).map(({ id }) => id)
      const written = await tell({
        command: 'draft',
        values: { text: said, accounts: [accounts[0] ?? '', accounts.at(-1) ?? ''], alt: said },
        files: [{ name: `${said}.png`, bytes: async () => picture }],
      })
      expectSafe(written, said, `draft of ${JSON.stringify(said)}`)
      const post = (await stores().posts.list({})).reduce((newest, one) =>
        one.number > newest.number ? one : newest,
      )
      const number = String(post.number)
      const lines: Parameters<typeof ask>[0][] = [
        { command: 'edit', values: { post: number, platform: 'rehearsal', text: `${said} changed` } },
        { command: 'options', values: { post: number, platform: 'rehearsal', replyTo: said } },
        { line: `show ${number}` },
        { line: `edit ${number}` },
        { line: `preview ${number}` },
        { command: 'reschedule', values: { post: number, when: 'in 1 minute' } },
        { line: `submit ${number}` },
        { command: 'request-changes', values: { post: number, comment: said } },
        { line: `submit ${number}` },
        { line: 'queue' },
        { line: 'calendar' },
        { line: 'digest' },
        { line: 'accounts' },
        { line: 'roles' },
        { line: 'health' },
        { line: 'settings' },
        { line: 'hooks' },
      ]
      for (const line of lines)
        expectSafe(await tell(line), said, `${JSON.stringify(line)} about ${JSON.stringify(said)}`)
      await ask({ command: 'approve', values: { post: number } })
      await world.pass(61_000)
      // What was sent to channels and people, cards and threads.
      for (const channel of ['review', 'results', `direct:${member.id}`])
        for (const { message } of await stores().transcript.list(channel, 50))
          expectSafe(
            { type: 'message', message, audience: 'channel' },
            said,
            `${channel} of ${JSON.stringify(said)}`,
          )
    }
    expect((await stores().posts.list({ states: ['published'] })).length).toBeGreaterThan(3)
  })

  test('a megabyte in any field is told what fits, or kept, and every surface can draw the answer', {
    timeout: 300_000,
  }, async () => {
    const megabyte = `${MARKUP[0]} `.repeat(10_000).slice(0, 1_000_000)
    for (const command of world.house.commands)
      for (const field of command.fields) {
        const values = Object.fromEntries(command.fields.map((arg) => [arg.name, rightFor(arg)] as const))
        const began = performance.now()
        const answer = await ask({ command: command.name, values: { ...values, [field.name]: megabyte } })
        expect(performance.now() - began, `${command.name}.${field.name}`).toBeLessThan(3_000)
        expectSafe(answer, megabyte, `a megabyte in ${command.name}.${field.name}`)
      }
    for (const command of world.house.commands) {
      const began = performance.now()
      const answer = await ask({ line: `${command.name} ${megabyte}` })
      expect(performance.now() - began, command.name).toBeLessThan(5_000)
      expectSafe(answer, megabyte, `${command.name} and a megabyte`)
    }
  })

  test('a file’s name does not reach into the head of an answer', async () => {
    const pdf = Buffer.from('%PDF-1.4\n%%EOF\n')
    for (const [index, said] of [...MARKUP, ...NASTY].entries()) {
      await ask({
        line: 'draft With a file',
        files: [{ name: said, bytes: async () => Buffer.concat([pdf, Buffer.from(String(index))]) }],
      })
      const post = (await stores().posts.list({})).reduce((newest, one) =>
        one.number > newest.number ? one : newest,
      )
      const mediaId = post.content.media[0]?.mediaId
      if (!mediaId) continue
      const { mediaLinks, home, bench } = world.house
      const path = mediaLinks.sign({
        workspaceId: home.id,
        mediaId,
        expiresAt: world.clock.now() + 60_000,
      })
      const answer = await fetch(bench.ownAddress() + path)
      expect(answer.status, said).toBe(200)
      expect(answer.headers.get('x-injected')).toBeNull()
      expect(answer.headers.get('content-disposition'), said).toMatch(
        /^attachment; filename\*=UTF-8''[\w%.~!-]*$/,
      )
    }
  })
})

describe.skipIf(noChromium)('on the page, in a real Chromium', () => {
  test('what people wrote is text: no script runs, nothing is loaded, no element is made of it', {
    timeout: 300_000,
  }, async () => {
    const world = await openTestHouse()
    const browser = await launch()
    try {
      const ada = await world.speaker('Ada')
      for (const said of MARKUP.filter((one) => one.trim() !== ''))
        await world.house.desk.ask(ada, {
          command: 'schedule',
          values: { text: said, accounts: 'rehearsal', when: 'tomorrow 9am' },
        })
      await world.pass(1_000)
      const { page, complaints } = await visit(browser, world.house.bench.ownAddress())
      const asked: string[] = []
      page.on('dialog', (dialog) => {
        complaints.push(`A dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('request', (request) => asked.push(request.url()))
      await page.locator('[data-channel=review]').click()
      await page.getByText('<script>alert(1)</script>').first().waitFor()
      const found = await page.evaluate(() => ({
        scripts: [...document.querySelectorAll('script')].filter((one) => !one.src).length,
        images: [...document.querySelectorAll('img')].filter((one) => one.getAttribute('src') === 'x').length,
        handlers: document.querySelectorAll('[onload],[onerror],[onclick]').length,
        links: [...document.querySelectorAll('a')]
          .map((one) => one.href)
          .filter((href) => href.includes('evil')),
      }))
      expect(found).toMatchObject({ scripts: 0, images: 0, handlers: 0 })
      // An address that was written out may be one to follow; words never hide another.
      for (const href of found.links) expect(href).toMatch(/^https:\/\/evil\.example/)
      expect(asked.filter((url) => !url.startsWith(world.house.bench.ownAddress()))).toEqual([])
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
      await world.close()
    }
  })
})
