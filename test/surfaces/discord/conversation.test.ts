import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FrontDesk } from '../../../src/app/surface.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { silentLog } from '../../../src/kit/log.ts'
import { heading, message, quote, text } from '../../../src/message/message.ts'
import { createDiscordSurface } from '../../../src/surfaces/discord/discord-surface.ts'
import { MODAL_WAIT } from '../../../src/surfaces/discord/interactions.ts'
import { smallDesk } from '../small-desk.ts'
import { contractAbsent } from './contract.ts'
import { type DiscordServer, discordAbsent, startDiscord, wordsOf } from './start-discord.ts'

if (discordAbsent) console.log(`skipped: ${discordAbsent}`)
else if (contractAbsent) console.log(`skipped: ${contractAbsent}`)

const MESSAGE = 4
const THINKING = 5
const UNCHANGED = 6
const UPDATE = 7
const MODAL = 9
const EPHEMERAL = 64

describe.skipIf(discordAbsent)('a conversation on Discord', () => {
  let discord: DiscordServer
  let surface: ReturnType<typeof createDiscordSurface>
  let remembered: Map<string, string>
  /** How long (ms) the desk thinks, and what it says instead of its own answer. */
  let thinks = 0

  beforeAll(async () => {
    discord = await startDiscord()
    remembered = new Map()
  })
  afterAll(() => discord?.stop())

  beforeEach(async () => {
    thinks = 0
    discord.requests.length = 0
    surface = open()
    await surface.start()
  })
  afterEach(async () => {
    await surface.stop()
    expect(discord.problems.splice(0)).toEqual([])
  })

  function open(log = silentLog) {
    const place = () => ({ chat: discord.guild, channel: discord.channels.review })
    const small = smallDesk(systemClock, () => ({
      send: (_, said, options) => surface.send(place(), said, options),
      update: (_, id, said) => surface.update(place(), id, said),
    }))
    const desk: FrontDesk = {
      ...small,
      async ask(speaker, said) {
        if (thinks > 0) await new Promise((done) => setTimeout(done, thinks))
        // The small desk knows one form; its other commands it reads as lines.
        if (!('command' in said) || said.command === 'schedule') return small.ask(speaker, said)
        const { command, values, ...rest } = said
        return small.ask(speaker, { ...rest, line: [command, ...Object.values(values)].join(' ') })
      },
    }
    return createDiscordSurface({
      desk,
      log,
      clock: systemClock,
      settings: { token: discord.token, apiUrl: discord.apiUrl },
      remembered: {
        get: async (key) => remembered.get(key),
        set: async (key, value) => void remembered.set(key, value),
      },
    })
  }

  const review = async () => (await discord.messages(discord.channels.review)).map(wordsOf)

  test('registers its commands once, and again only when they changed', async () => {
    const registrations = () =>
      discord.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/commands'))
    const before = registrations().length
    await surface.stop()
    surface = open()
    await surface.start()
    expect(registrations()).toHaveLength(before)

    remembered.set(`discord.commands.${discord.applicationId}`, 'other commands')
    await surface.stop()
    surface = open()
    await surface.start()
    expect(registrations()).toHaveLength(before + 1)
    expect(registrations().at(-1)?.body).toMatchObject([
      {
        name: 'schedule',
        options: [
          { name: 'when', type: 3, autocomplete: true, required: false },
          { name: 'accounts', type: 3, autocomplete: true },
          { name: 'text', type: 3 },
          { name: 'quiet', type: 5 },
          { name: 'file', type: 11 },
          { name: 'file2', type: 11 },
          { name: 'file3', type: 11 },
          { name: 'file4', type: 11 },
        ],
      },
      { name: 'approve' },
      { name: 'calendar' },
      { name: 'everything' },
      { name: 'shout' },
      { name: 'help' },
      { name: 'crier', options: [{ name: 'line', required: true }, {}, {}, {}, {}] },
    ])
    expect(surface.health()).toEqual({ ok: true, detail: 'connected' })
  })

  test('from /schedule without arguments to an approved card with its thread', async () => {
    const author = discord.person('author')
    const approver = discord.person('approver')

    // The form has seven fields and a modal five: it comes in two steps.
    const first = await author.slash('schedule')
    expect(first.type).toBe(MODAL)
    expect(first.modal?.title).toBe('Schedule a post (1/2)')
    const kept = await author.submit(first.modal!, {
      text: 'We ship on *Friday* @everyone',
      accounts: ['bluesky'],
      when: 'soon',
    })
    const step = await kept.message()
    expect((step?.flags ?? 0) & EPHEMERAL).toBe(EPHEMERAL)
    expect(wordsOf(step)).toContain('**Schedule a post**: step 1 of 2 is kept.')
    expect(wordsOf(step)).toContain('We ship on \\*Friday\\* \\@everyone')

    // What is wrong comes back beside its field, with everything typed; a file survives the refusal.
    const second = await author.press(step!, 'Continue')
    expect(second.modal?.title).toBe('Schedule a post (2/2)')
    const chart = discord.attachment('chart.png', new Uint8Array([1, 2, 3]), { description: 'A chart' })
    const refusal = await author.submit(second.modal!, { code: 'x1', media: [chart] }, step!)
    const refused = await refusal.message()
    expect(wordsOf(refused)).toContain('- **When**: I can\'t read "soon" as a time.')
    expect(wordsOf(refused)).toContain('We ship on')
    expect(wordsOf(refused)).toContain('your files too')

    const again = await author.press(refused!, 'Open it again')
    expect(again.modal).toMatchObject({
      components: [
        { component: { custom_id: 't.text', value: 'We ship on *Friday* @everyone' } },
        {
          component: {
            custom_id: 'm.accounts',
            options: [{ value: 'bluesky', default: true }, { value: 'mastodon' }],
          },
        },
        { label: 'When', description: '⚠ I can\'t read "soon" as a time.', component: { value: 'soon' } },
        { component: { custom_id: 'c.visibility' } },
        { component: { custom_id: 'f.quiet', default: false } },
      ],
    })
    const done = await author.submit(again.modal!, { when: 'tomorrow 9am' }, refused!)
    expect(wordsOf(await done.message())).toBe('\\#42 is in review. Its card is in `#review`.')

    const [card] = await discord.messages(discord.channels.review)
    expect(wordsOf(card)).toContain('>>> We ship on \\*Friday\\* \\@everyone')
    expect(wordsOf(card)).toContain('chart.png (A chart)')
    expect(wordsOf(card)).toContain('[Approve] approve 42 @9f3c')
    expect(wordsOf(card)).toMatch(/<t:\d+:F>/)

    const own = await author.press(card!, 'Approve')
    expect(own.type).toBe(MESSAGE)
    expect(wordsOf(await own.message())).toBe('You cannot approve your own post.')

    const approved = await approver.press(card!, 'Approve')
    expect(wordsOf(await approved.message())).toBe('You approved #42.')
    expect((await review())[0]).toContain('Approved by **approver**.')
    // The thread has the card's own id, and its name.
    expect((await discord.messages(card!.id)).map(wordsOf)).toContain('It goes out tomorrow.')
    expect(discord.requests.find(({ path }) => path.endsWith('/threads'))?.body).toMatchObject({
      name: '#42 waits for approval',
    })

    const late = await approver.press(card!, 'Approve')
    expect(wordsOf(await late.message())).toContain('already decided by approver')
  })

  test('every kind of block arrives, with its picture as a described file', async () => {
    const shown = await discord.person('author').slash('everything')
    const words = wordsOf(await discord.waitFor(shown.message, 'the answer'))
    expect(words).toContain('### Everything at once')
    expect(words).toContain('Plain, **bold**, *italic*, `code`, [a link](<https://example.com/1>), Ada, <t:')
    expect(words).toContain('not a link (javascript:alert(1))')
    expect(words).toContain('[Tomorrow 09:00] calendar 1')
    const sent = discord.requests.find(({ files }) => files.length > 0)
    expect(sent?.path).toMatch(/\/messages\/@original$/)
    expect(sent?.files.map(({ name }) => name)).toEqual(['1-pixel.png'])
    expect(sent?.body?.attachments).toEqual([
      { id: '0', filename: '1-pixel.png', description: 'A single dark pixel' },
    ])
    for (const { body, path } of discord.requests) {
      if (path.includes('/messages') && body) expect(body.allowed_mentions).toMatchObject({ parse: [] })
    }

    const chosen = await discord.person('author').choose((await shown.message())!, 'Friday 17:30')
    expect(wordsOf(await chosen.message())).toContain('### Week 50')
  })

  test('what is late says so in time: a message comes later, a form by a button', async () => {
    thinks = MODAL_WAIT + 300
    const author = discord.person('author')
    const asked = performance.now()
    const slow = await author.slash('help')
    expect(slow.type).toBe(THINKING)
    expect(performance.now() - asked).toBeLessThan(3000)
    expect(wordsOf(await discord.waitFor(slow.message, 'the late answer'))).toContain('What you can say')

    const form = await author.slash('schedule', { text: 'Typed with the command' })
    expect(form.type).toBe(THINKING)
    const ready = await discord.waitFor(form.message, 'the late form')
    thinks = 0
    const opened = await author.press(ready, 'Open the form')
    expect(opened.type).toBe(MODAL)
    expect(opened.modal).toMatchObject({
      components: [{ component: { custom_id: 't.text' } }, {}, {}, {}, {}],
    })

    thinks = MODAL_WAIT + 300
    const id = await surface.send(
      { chat: discord.guild, channel: discord.channels.review },
      message({ type: 'buttons', buttons: [{ label: 'Week', line: 'calendar 3' }] }),
      { key: 'late press' },
    )
    const card = (await discord.messages(discord.channels.review)).find((one) => one.id === id)!
    const press = await author.press(card, 'Week')
    expect(press.type).toBe(UNCHANGED)
    const answer = await discord.waitFor(
      async () =>
        (await discord.messages(discord.channels.review)).find((one) => wordsOf(one).includes('### Week 51')),
      'the late answer to a press',
    )
    expect((answer.flags ?? 0) & EPHEMERAL).toBe(EPHEMERAL)
  })

  test('a text longer than a modal comes as a file, and not both ways at once', async () => {
    const author = discord.person('author')
    const long = `${'All work and no play. '.repeat(2000)}The end.`
    const both = await author.slash('schedule', { text: 'Short', file: discord.attachment('post.txt', long) })
    expect(wordsOf(await both.message())).toContain(
      'Either write the text or attach post.txt, not both. You wrote:\n>>> Short',
    )

    const first = await author.slash('schedule', { file: discord.attachment('post.txt', long) })
    expect(JSON.stringify(first.modal)).toContain('Too long to show here')
    const kept = await author.submit(first.modal!, { accounts: ['bluesky'], when: 'tomorrow 9am' })
    const second = await author.press((await kept.message())!, 'Continue')
    const done = await author.submit(second.modal!, {})
    expect(wordsOf(await done.message())).toContain('is in review')
    const sent = discord.requests.findLast(({ files }) => files.some(({ name }) => name === 'complete.txt'))
    expect(new TextDecoder().decode(sent?.files.at(-1)?.bytes)).toContain(long)
  })

  test('a file that cannot be read refuses the form, and keeps what was typed beside it', async () => {
    const author = discord.person('author')
    const first = await author.slash('schedule')
    const kept = await author.submit(first.modal!, { accounts: ['mastodon'], when: 'tomorrow 9am' })
    const second = await author.press((await kept.message())!, 'Continue')
    const binary = discord.attachment('post.txt', new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))
    const refused = await (await author.submit(second.modal!, { media: [binary] })).message()
    expect(wordsOf(refused)).toContain(
      '- **Text**: post.txt is not plain text. Save it as UTF-8 text and attach it again.',
    )
    const again = await author.press(refused!, 'Open it again')
    expect(JSON.stringify(again.modal)).toContain('"value":"tomorrow 9am"')
  })

  test('a modal opened before a restart can be sent after it, or says what was typed', async () => {
    const author = discord.person('author')
    const first = await author.slash('schedule')
    await surface.stop()
    surface = open()
    await surface.start()
    const lost = await author.submit(first.modal!, { text: 'Do not lose me' })
    expect(wordsOf(await lost.message())).toContain(
      'That form is no longer open. Start again with `/schedule`.',
    )
    expect(wordsOf(await lost.message())).toContain('>>> Do not lose me')
  })

  test('times are read while they are typed, lines completed', async () => {
    const author = discord.person('author')
    const times = await author.suggestions('schedule', 'when', 'tomorrow 9')
    expect(times.length).toBeGreaterThan(0)
    expect(times[0]?.name).toMatch(/9|09/)
    expect((await author.suggestions('crier', 'line', 'sch')).map(({ value }) => value)).toEqual([
      'schedule ',
    ])
  })

  test('a line by /crier, by mention and in a direct message', async () => {
    const author = discord.person('author')
    const byCommand = await author.slash('crier', { line: 'calendar 1' })
    expect(wordsOf(await byCommand.message())).toContain('### Week 49')

    await author.type(`<@${discord.applicationId}> shout hello **all**`)
    const heard = await discord.waitFor(
      async () =>
        (await discord.messages(discord.channels.general)).find(
          (one) => wordsOf(one) === 'hello \\*\\*all\\*\\*',
        ),
      'the answer to a mention',
    )
    expect(heard.message_reference).toBeDefined()

    // What is for one person alone is not said in the channel.
    await author.type(`<@${discord.applicationId}> help`)
    await discord.waitFor(
      async () =>
        (await discord.messages(discord.channels.general)).find((one) =>
          wordsOf(one).includes('in your direct messages'),
        ),
      'the hint',
    )
    const direct = discord.directChannel('author')!
    expect((await discord.messages(direct)).map(wordsOf).join()).toContain('What you can say')

    await author.type('calendar 2', { direct: true })
    await discord.waitFor(
      async () => (await discord.messages(direct)).find((one) => wordsOf(one).includes('Week 50')),
      'a direct answer',
    )
    await author.type('crier, are you there?')
    await author.type('schedule', { direct: true })
    await discord.waitFor(
      async () => (await discord.messages(direct)).find((one) => wordsOf(one).includes('[Open the form]')),
      'a form',
    )

    // Whoever has left the server, or was sent away, is nobody of its team any more.
    discord.failNext(/^GET .*\/guilds\/\d+\/members\/\d+$/, {
      status: 404,
      body: { message: 'Unknown Member', code: 10007 },
    })
    await author.type('calendar 3', { direct: true })
    await discord.waitFor(
      async () =>
        (await discord.messages(direct)).find((one) =>
          wordsOf(one).includes('Say something to Crier in your server first'),
        ),
      'a refusal',
    )
    expect((await discord.messages(direct)).map(wordsOf).join()).not.toContain('Week 51')
  })

  test('a typed line takes its text from a file, or is one', async () => {
    const author = discord.person('author')
    const direct = async (words: RegExp) => {
      const channel = discord.directChannel('author')!
      return discord.waitFor(
        async () => (await discord.messages(channel)).map(wordsOf).find((one) => words.test(one)),
        String(words),
      )
    }
    const post = discord.attachment('post.txt', 'Text from a file, with *stars*')
    await author.type('schedule tomorrow 9am to bluesky:', { direct: true, attachments: [post] })
    await direct(/is in review/)
    // The desk counts from 42 after each start, so this card has the key of another: what was sent is what counts.
    expect(JSON.stringify(discord.requests.map(({ body }) => body))).toContain(
      JSON.stringify('>>> Text from a file, with \\*stars\\*').slice(1, -1),
    )

    // What is too long to be typed, Discord offers to send as `message.txt`.
    await author.type('', {
      direct: true,
      attachments: [discord.attachment('message.txt', 'shout from afar')],
    })
    await direct(/^from afar$/)

    const binary = discord.attachment('post.txt', new Uint8Array([0xff, 0xfe, 0x00, 0xd8]))
    await author.type('schedule tomorrow 9am to bluesky:', { direct: true, attachments: [binary] })
    await direct(/post\.txt is not plain text/)

    const gone = {
      ...discord.attachment('post.txt', ''),
      url: `${discord.apiUrl.replace('/api', '')}/attachments/0/gone.txt`,
    }
    const failed = await author.slash('schedule', { when: 'tomorrow 9am', file: gone })
    expect(wordsOf(await failed.message())).toMatch(/post\.txt could not be fetched from Discord/)
  })

  test('a question comes before what cannot be taken back', async () => {
    const author = discord.person('author')
    const id = await surface.send(
      { chat: discord.guild, channel: discord.channels.review },
      {
        type: 'message',
        blocks: [
          {
            type: 'buttons',
            buttons: [{ label: 'Reject', line: 'approve 999', confirm: 'Reject it for good?' }],
          },
        ],
      },
      { key: 'question' },
    )
    const card = (await discord.messages(discord.channels.review)).find((one) => one.id === id)!
    const asked = await (await author.press(card, 'Reject')).message()
    expect(wordsOf(asked)).toBe('Reject it for good?\n[Reject] approve 999')
    const done = await author.press(asked!, 'Reject')
    expect(done.type).toBe(UPDATE)
    expect(wordsOf(await done.message())).toContain('There is no such post')
  })

  test('an edit that overtakes its first response is tried again', async () => {
    discord.failNext(/^PATCH .*@original$/, {
      status: 404,
      body: { code: 10015, message: 'Unknown Webhook' },
    })
    const shown = await discord.person('author').slash('everything')
    expect(wordsOf(await discord.waitFor(shown.message, 'the answer'))).toContain('### Everything at once')
  })

  test('the same key is sent once; a message changes in place; a person is told directly', async () => {
    const place = { chat: discord.guild, channel: discord.channels.review }
    const once = await surface.send(place, message(text('Once')), { key: 'k' })
    expect(await surface.send(place, message(text('Once')), { key: 'k' })).toBe(once)
    await surface.update(place, once, message(text('Changed')))
    expect((await review()).filter((words) => words === 'Once' || words === 'Changed')).toEqual(['Changed'])

    await surface.tell(
      { chat: discord.guild, person: discord.person('approver').id },
      message(quote('For you')),
      { key: 't' },
    )
    const direct = discord.directChannel('approver')!
    expect((await discord.messages(direct)).map(wordsOf)).toContain('>>> For you')
  })

  test.each([
    [{ status: 403, body: { code: 50013, message: 'Missing Permissions' } }, false, /needs Send Messages/],
    [{ status: 403, body: { code: 50001, message: 'Missing Access' } }, false, /View Channels/],
    [{ status: 404, body: { code: 10003, message: 'Unknown Channel' } }, false, /choose another/],
    [
      {
        status: 429,
        body: { message: 'slow', retry_after: 20, global: false },
        headers: { 'retry-after': '20' },
      },
      true,
      /slow down/,
    ],
  ])('a refusal %j is told in words', async (answer, retry, words) => {
    discord.failNext(/^POST \/channels\/\d+\/messages$/, answer)
    const sending = surface.send(
      { chat: discord.guild, channel: discord.channels.review },
      message(text('x')),
      { key: String(words) },
    )
    await expect(sending).rejects.toMatchObject({
      name: 'SendError',
      retry,
      message: expect.stringMatching(words),
    })
    if (retry) await expect(sending).rejects.toMatchObject({ after: expect.closeTo(20_000, -3) })
  })

  test('a drawing that Discord refuses arrives in words', async () => {
    discord.failNext(/^POST \/channels\/\d+\/messages$/, {
      status: 400,
      body: { code: 50035, message: 'Invalid Form Body' },
    })
    const id = await surface.send(
      { chat: discord.guild, channel: discord.channels.review },
      message(quote('@here')),
      { key: 'w' },
    )
    const sent = (await discord.messages(discord.channels.review)).find((one) => one.id === id)
    expect(sent?.content).toBe('\\> \\@here')
  })

  test('neither what people write nor a token is logged', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
    await surface.stop()
    surface = open(log)
    await surface.start()
    discord.failNext(/^POST \/channels\/\d+\/messages$/, {
      status: 400,
      body: { code: 50035, message: 'Invalid Form Body' },
    })
    await surface.send(
      { chat: discord.guild, channel: discord.channels.review },
      message(quote('private words')),
      { key: 'l' },
    )
    discord.failNext(/callback$/, { status: 404, body: { code: 10062, message: 'Unknown interaction' } })
    void discord
      .person('author')
      .slash('help')
      .catch(() => undefined)
    await discord.waitFor(() => lines.find((line) => line.includes('did not reach')), 'the logged failure')
    expect(lines.join('')).toContain('"code":50035')
    expect(lines.join('')).toContain('/interactions/')
    expect(lines.join('')).not.toMatch(/private words|interaction-token|token-\d/)
  })

  test('an answer that is under way arrives although Crier stops, and a card keeps its thread after a restart', async () => {
    thinks = 400
    const place = { chat: discord.guild, channel: discord.channels.review }
    const card = await surface.send(place, message(heading('#7 *waits*')), { key: 'card 7' })
    const asked = discord.person('author').slash('help')
    await new Promise((done) => setTimeout(done, 200))
    await surface.stop()
    expect(wordsOf(await (await asked).message())).toContain('What you can say')

    surface = open()
    await surface.start()
    await surface.send(place, message(text('It is out.')), { key: 'reply 7', thread: card })
    await surface.send(place, message(text('Twelve likes.')), { key: 'reply 7b', thread: card })
    expect(discord.requests.findLast(({ path }) => path.endsWith('/threads'))?.body).toMatchObject({
      name: '#7 *waits*',
    })
    expect((await discord.messages(card)).map(wordsOf)).toEqual([
      '### \\#7 \\*waits\\*',
      'It is out.',
      'Twelve likes.',
    ])
  })

  test('a wrong token is told at once, a silent Discord is tried again', async () => {
    const options = {
      log: silentLog,
      clock: systemClock,
      remembered: { get: async () => undefined, set: async () => {} },
    }
    discord.failNext(/applications\/@me/, { status: 401, body: { code: 0, message: '401: Unauthorized' } })
    const wrong = createDiscordSurface({
      ...options,
      desk: smallDesk(systemClock),
      settings: { token: 'wrong', apiUrl: discord.apiUrl },
    })
    await expect(wrong.start()).rejects.toThrow('Discord refuses DISCORD_TOKEN.')

    const away = createDiscordSurface({
      ...options,
      desk: smallDesk(systemClock),
      settings: { token: 'x', apiUrl: 'http://127.0.0.1:9' },
    })
    await away.start()
    expect(away.health()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('could not be reached'),
    })
    await away.stop()
  })
})
