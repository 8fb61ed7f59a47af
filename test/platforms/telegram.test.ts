import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MediaItem } from '../../src/platforms/contract/platform.ts'
import telegram from '../../src/platforms/telegram.ts'
import { contractMissing } from '../servers/openapi-check.ts'
import { startTelegram, type TelegramServer } from '../servers/telegram.ts'
import {
  expectNothingPrivate,
  failureOf,
  image,
  memoryProgress,
  NOW,
  publication,
  stageFor,
} from './stage.ts'

const missing = contractMissing('telegram.json')
if (missing)
  console.log(`Telegram: requests are not checked against the official contract, because ${missing}`)

let server: TelegramServer
beforeAll(async () => {
  server = await startTelegram()
})
beforeEach(() => {
  server.messages.length = 0
  server.chat = { id: -1001234567890, type: 'channel', title: 'Acme news', username: 'acme_news' }
  server.member = { status: 'administrator', can_post_messages: true }
})
afterEach(() => expect(server.mistakes.splice(0)).toEqual([]))
afterAll(() => server.stop())

const [form] = telegram.connect
if (form.by !== 'form') throw new Error('Telegram connects by a form')
const { open } = form

const stage = (
  credentials: unknown = { token: server.token, chatId: String(server.chat.id) },
  account = {},
) => stageFor(telegram, { apiUrl: server.url, credentials, account })

const video = (changes: Partial<MediaItem> = {}): MediaItem => ({
  ...image('film', ''),
  type: 'video/mp4',
  width: 1280,
  height: 720,
  duration: 12_400,
  filename: 'film.mp4',
  ...changes,
})

const publish = (changes: Parameters<typeof publication>[0], progress = memoryProgress()) =>
  telegram.commit(publication(changes), stage().io, progress, 0)

describe('connecting', () => {
  it.each(['@acme_news', 'acme_news', 'https://t.me/acme_news', '-1001234567890'])(
    'by %s',
    async (channel) => {
      const account = await open({ token: server.token, channel }, stage().io)
      expect(account).toMatchObject({
        externalId: '-1001234567890',
        handle: '@acme_news',
        credentials: { token: server.token, chatId: '-1001234567890' },
      })
      expectNothingPrivate([account.facts, account.handle], [server.token])
    },
  )

  it.each([
    [{ token: 'my token', channel: '@acme_news' }, 'token', /not a bot token/],
    [{ token: '1:AAwrong', channel: '@acme_news' }, 'token', /does not know this bot token/],
    [{ token: 'TOKEN', channel: '@somebody_else' }, 'channel', /@acme_bot can’t see/],
    [{ token: 'TOKEN', channel: 'two words' }, 'channel', /not the name of a channel/],
  ])('tells what is wrong with %j', async (values, field, message) => {
    const typed = { ...values, token: values.token.replace('TOKEN', server.token) }
    await expect(open(typed, stage().io)).rejects.toMatchObject({
      name: 'UserError',
      field,
      message: expect.stringMatching(message),
    })
  })

  it.each([
    ['channel', { status: 'member' }, false],
    ['channel', { status: 'administrator', can_post_messages: false }, false],
    ['channel', { status: 'left' }, false],
    ['supergroup', { status: 'member' }, true],
    ['supergroup', { status: 'administrator' }, true],
    ['supergroup', { status: 'restricted', can_send_messages: false }, false],
  ])('in a %s as %j: %s', async (type, member, may) => {
    server.chat.type = type
    server.member = member
    const opening = open({ token: server.token, channel: '@acme_news' }, stage().io)
    if (may) expect((await opening).facts.kind).toBe(type)
    else await expect(opening).rejects.toMatchObject({ field: 'channel', message: /may not post/ })
  })

  it('a person is no channel', async () => {
    server.chat.type = 'private'
    await expect(open({ token: server.token, channel: '@acme_news' }, stage().io)).rejects.toMatchObject({
      field: 'channel',
    })
  })
})

describe('publishing', () => {
  it('a text full of what mark-up would stumble over, letter by letter', async () => {
    const text = '*5 > 3* _and_ [that](is) `all`! #1 <b>&amp;</b> (v1.0) ~|{}=-+.\\'
    const published = await publish({ text })
    expect(server.messages).toMatchObject([{ method: 'sendMessage', fields: { text } }])
    expect(server.messages[0]?.fields).not.toHaveProperty('parse_mode')
    expect(published).toEqual({
      remoteId: '101',
      url: 'https://t.me/acme_news/101',
      facts: { chatId: '-1001234567890', messageIds: [101] },
    })
  })

  it('marks as entities, counted as strings count', async () => {
    await publish({
      text: '👨‍👩‍👧 **bold __both__** and `a*b` and [kettle](https://example.com/k_(1)) ||psst|| ~~no~~ 2 ** 3',
      options: { formatting: 'marks', linkPreview: 'hidden', notification: 'silent' },
    })
    const { text, entities, ...rest } = server.messages[0]?.fields ?? {}
    expect(text).toBe('👨‍👩‍👧 bold both and a*b and kettle) psst no 2 ** 3'.replace('kettle)', 'kettle)'))
    const marked = entities.map((one: { type: string; offset: number; length: number }) => [
      one.type,
      text.slice(one.offset, one.offset + one.length),
    ])
    expect(marked).toEqual([
      ['bold', 'bold both'],
      ['italic', 'both'],
      ['code', 'a*b'],
      ['text_link', 'kettle'],
      ['spoiler', 'psst'],
      ['strikethrough', 'no'],
    ])
    expect(rest).toMatchObject({ disable_notification: true, link_preview_options: { is_disabled: true } })
  })

  it.each([
    ['a photo', image(), 'sendPhoto', 'photo'],
    ['a video', video(), 'sendVideo', 'video'],
    [
      'a document',
      { ...image(), type: 'application/pdf', width: null, height: null, filename: 'plan.pdf' },
      'sendDocument',
      'document',
    ],
    ['a moving image', { ...image(), type: 'image/gif' }, 'sendAnimation', 'animation'],
  ])('%s with its caption', async (_what, item, method, field) => {
    await publish({ text: '[1] caption', media: [item] })
    expect(server.messages).toMatchObject([
      {
        method,
        fields: { caption: '[1] caption' },
        files: [{ name: field, type: item.type, size: item.size }],
      },
    ])
  })

  it('a video says how large and how long it is', async () => {
    await publish({ media: [video()] })
    expect(server.messages[0]?.fields).toMatchObject({ width: 1280, height: 720, duration: 12 })
  })

  it('an album, whose messages are all kept', async () => {
    const published = await publish({ text: 'Two', media: [image('a'), video()] })
    expect(server.messages[0]?.fields.media).toEqual([
      { type: 'photo', media: 'attach://file0', caption: 'Two' },
      expect.objectContaining({ type: 'video', media: 'attach://file1', width: 1280 }),
    ])
    expect(server.messages[0]?.files.map(({ name }) => name)).toEqual(['file0', 'file1'])
    expect(published.facts?.messageIds).toHaveLength(2)

    await telegram.remove?.(published, stage().io)
    expect(server.messages).toEqual([])
    await telegram.remove?.(published, stage().io)
  })

  it('a poll', async () => {
    await publish({ text: 'Which kettle?', options: { poll: 'Blue\n\n Red ' } })
    expect(server.messages).toMatchObject([
      {
        method: 'sendPoll',
        fields: { question: 'Which kettle?', options: [{ text: 'Blue' }, { text: 'Red' }] },
      },
    ])
  })

  it('in a channel without a name, at an address for its members', async () => {
    delete server.chat.username
    const { url } = await publish({})
    expect(url).toBe('https://t.me/c/1234567890/101'.replace('101', String(server.messages[0]?.id)))
  })
})

describe('when it goes wrong', () => {
  const fail = (status: number, description: string, parameters?: unknown) => ({
    status,
    json: { ok: false, error_code: status, description, parameters },
  })

  it('waits as long as the body says', async () => {
    server.failNext(/sendMessage/, fail(429, 'Too Many Requests: retry after 9', { retry_after: 9 }))
    expect((await failureOf(publish({}))).next).toEqual({ do: 'retry', after: NOW + 9_000 })
  })

  it.each([
    [403, 'Forbidden: bot was kicked from the channel chat', 'reconnect'],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'reconnect'],
    [400, 'Bad Request: message is too long', 'edit'],
    [400, "Bad Request: can't parse entities", 'edit'],
    [413, 'Request Entity Too Large', 'edit'],
    [502, 'Bad Gateway', 'check'],
  ])('%i %s: %s', async (status, description, expected) => {
    server.failNext(/sendMessage/, fail(status, description))
    expect((await failureOf(publish({}))).next.do).toBe(expected)
  })

  it('a group that moved: the next try goes to where it is now', async () => {
    const progress = memoryProgress()
    server.failNext(
      /sendMessage/,
      fail(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1009 }),
    )
    expect((await failureOf(publish({}, progress))).next).toEqual({ do: 'retry' })
    server.chat.id = -1009
    await telegram.commit(publication(), stage({ token: server.token, chatId: '-77' }).io, progress, 0)
    expect(server.messages).toHaveLength(1)
  })

  it('a file that can’t be read was never sent', async () => {
    const broken = { ...image(), bytes: () => Promise.reject(new Error('The disk is gone')) }
    const before = server.asked.length
    expect((await failureOf(publish({ media: [broken] }))).next).toEqual({ do: 'retry' })
    expect(server.asked).toHaveLength(before)
  })

  it('tells the token nobody, though it is in every address', async () => {
    const { io, lines } = stage()
    server.failNext(/sendMessage/, fail(400, `Bad Request: POST /bot${server.token}/sendMessage`))
    const refused = await failureOf(telegram.commit(publication(), io, memoryProgress(), 0))
    expect(refused.message).toContain('sendMessage')
    server.failNext(/sendMessage/, 'drop')
    const lost = await failureOf(telegram.commit(publication(), io, memoryProgress(), 0))
    expect(lost.next).toEqual({ do: 'check' })
    expect(lines.length).toBeGreaterThan(0)
    expectNothingPrivate([refused, lost, ...lines], [server.token])
  })
})

describe('checking', () => {
  const errors = (changes: Partial<ReturnType<typeof publication>>) =>
    telegram
      .check(publication(changes), {})
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)

  it('a caption is shorter than a text', () => {
    const text = 'a'.repeat(1030)
    expect(errors({ text })).toEqual([])
    expect(errors({ text, media: [image()] })).toEqual([
      "It is 6 characters over a caption on Telegram's 1,024",
    ])
  })

  it('counts what is left when marks are read', () => {
    const text = `**${'a'.repeat(4096)}**`
    expect(errors({ text, options: { formatting: 'marks' } })).toEqual([])
    expect(errors({ text })).toHaveLength(1)
  })

  it.each([
    ['too long a photo', { media: [{ ...image(), width: 4200, height: 200 }] }, /20 times/],
    ['too large a photo', { media: [{ ...image(), width: 8000, height: 3000 }] }, /10,000/],
    [
      'a document among photos',
      { media: [image(), { ...image('b'), type: 'application/pdf' }] },
      /a document or other files/,
    ],
    ['a GIF in an album', { media: [{ ...image(), type: 'image/gif' }, image('b')] }, /alone/],
    [
      'eleven files',
      { media: Array.from({ length: 11 }, (_, i) => (i < 6 ? image(`m${i}`) : video())) },
      /at most 10/,
    ],
    ['a poll of one answer', { options: { poll: 'Yes' } }, /2 to 12/],
    ['a poll with files', { options: { poll: 'Yes\nNo' }, media: [image()] }, /no files/],
  ])('%s', (_what, changes, message) => expect(errors(changes).join()).toMatch(message))
})
