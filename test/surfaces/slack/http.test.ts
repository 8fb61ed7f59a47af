import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { textsIn } from './contract.ts'
import { startBoth, startSurface } from './running.ts'
import {
  AUTHOR,
  BOT_TOKEN,
  deliver,
  envelope,
  GENERAL,
  type Human,
  type Json,
  SIGNING_SECRET,
  slackServerAbsent,
  TEAM,
} from './slack-server.ts'
import { createSmallDesk } from './small-desk.ts'

if (slackServerAbsent) console.warn(`Skipped: signed requests from Slack. ${slackServerAbsent}`)

describe.skipIf(slackServerAbsent)('signed requests', () => {
  const { desk, heard, drafts } = createSmallDesk()
  let both: Awaited<ReturnType<typeof startBoth>>
  let ada: Human
  let url: string
  let apiUrl: string

  beforeAll(async () => {
    both = await startBoth('events', desk)
    ada = await both.slack.human(AUTHOR)
    url = both.running.requestUrl
    apiUrl = both.slack.apiUrl
  })
  afterAll(async () => {
    await both?.stop()
  })

  const now = () => Math.floor(Date.now() / 1000)
  const mention = (text: string, id?: string) =>
    envelope({ type: 'app_mention', user: AUTHOR, text: `<@U0BOT> ${text}`, channel: GENERAL, ts: '1.1' }, id)
  const json = { as: 'json' as const }

  test('only Slack’s signature of these five minutes is taken', async () => {
    const before = heard.length
    expect((await deliver(url, mention('page 1'), { ...json, secret: 'stolen' })).status).toBe(401)
    expect((await deliver(url, mention('page 1'), { ...json, at: now() - 301 })).status).toBe(401)
    expect((await deliver(url, mention('page 1'), { ...json, at: now() + 301 })).status).toBe(401)
    const unsigned = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(mention('page 1')),
      headers: { 'content-type': 'application/json' },
    })
    expect(unsigned.status).toBe(401)
    const tampered = await deliver(url, mention('page 1'), {
      ...json,
      headers: { 'x-slack-signature': 'v0=00' },
    })
    expect(tampered.status).toBe(401)
    expect((await deliver(url, mention('page 1'), { ...json, at: now() - 290 })).status).toBe(200)
    await until('the one that is genuine', () => heard.length === before + 1)
  })

  test('it answers Slack’s questions about the address', async () => {
    const challenge = await deliver(url, { type: 'url_verification', challenge: 'c-1' }, json)
    expect(await challenge.json()).toEqual({ challenge: 'c-1' })
    expect((await fetch(url)).status).toBe(405)
    expect((await deliver(url, { huge: 'x'.repeat(5_000_000) }, json)).status).toBe(413)
  })

  test('an event that is sent again is handled once', async () => {
    const before = heard.length
    for (const num of [0, 1, 2]) {
      const headers: Record<string, string> =
        num > 0 ? { 'x-slack-retry-num': String(num), 'x-slack-retry-reason': 'http_timeout' } : {}
      expect((await deliver(url, mention('page 5', 'Ev-again'), { ...json, headers })).status).toBe(200)
    }
    expect((await deliver(url, mention('page 6', 'Ev-another'), json)).status).toBe(200)
    await until('both events', () => heard.length >= before + 2)
    expect(heard.slice(before).map(({ said }) => 'line' in said && said.line)).toEqual(['page 5', 'page 6'])
  })

  test('it acknowledges long before it has answered', async () => {
    const begin = performance.now()
    const body = new URLSearchParams({
      command: '/crier',
      text: 'slow 2500',
      team_id: TEAM,
      user_id: AUTHOR,
      channel_id: GENERAL,
      trigger_id: 't',
      response_url: `${both.slack.base}/_hooks/response/none`,
    })
    const response = await deliver(url, body)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(performance.now() - begin).toBeLessThan(2400)
    // Neither the trigger nor the response_url is any good: the answer is whispered.
    await until('the answer', async () =>
      (await ada.messages(GENERAL)).some((one: Json) => textsIn(one.blocks).includes('That took a while.')),
    )
  })

  test('a command and a press that come again are handled once', async () => {
    const before = heard.length
    const place = { team_id: TEAM, user_id: AUTHOR, channel_id: GENERAL }
    const command = { command: '/crier', text: 'page 7', trigger_id: 'none-again', ...place }
    for (let n = 0; n < 3; n++) expect((await deliver(url, new URLSearchParams(command))).status).toBe(200)
    const again = { trigger_id: 'none-pressed', channel: { id: GENERAL } }
    for (let n = 0; n < 3; n++)
      expect((await press({ action_id: 'line:0:', value: 'page 8' }, again)).status).toBe(200)
    await press({ action_id: 'line:0:', value: 'page 9' }, { channel: { id: GENERAL } })
    await until('the last of them', () => heard.length >= before + 3)
    expect(heard.slice(before).map(({ said }) => 'line' in said && said.line)).toEqual([
      'page 7',
      'page 8',
      'page 9',
    ])
  })

  const press = (action: Json, more: Json) =>
    deliver(url, {
      type: 'block_actions',
      team: { id: TEAM },
      user: { id: AUTHOR, name: 'ada', team_id: TEAM },
      actions: [{ type: 'button', action_ts: '1', block_id: 'b', ...action }],
      // No two requests of Slack's share one; nothing can be opened by these.
      trigger_id: `none-${randomUUID()}`,
      container: {},
      ...more,
    })

  test('an own message that turns its page is replaced, another answer stands beside it', async () => {
    const at = both.running.calls.length
    const more = {
      channel: { id: GENERAL },
      container: { type: 'message', is_ephemeral: true, message_ts: '1.1' },
      response_url: `${both.slack.base}/_hooks/response/none`,
    }
    await press({ action_id: 'line:0:page', value: 'page 2' }, more)
    await press({ action_id: 'line:1:page', value: 'help' }, more)
    const replaced = () =>
      both.running.calls
        .slice(at)
        .filter(({ method }) => method === 'respond')
        .map(({ payload }) => payload.replace_original)
    await until('both answers', () => replaced().length === 2)
    expect(replaced().sort()).toEqual([false, true])
  })

  test('somebody of another company in a shared channel gives no orders', async () => {
    const before = heard.length
    await press(
      { action_id: 'line:0:', value: 'approve 1' },
      { channel: { id: GENERAL }, container: {}, user: { id: AUTHOR, team_id: 'T0OTHER' } },
    )
    await until('the refusal', async () =>
      (await ada.messages(GENERAL)).some((one: Json) =>
        textsIn(one.blocks).join('').includes('members of Acme only'),
      ),
    )
    expect(heard.length).toBe(before)
  })

  test('a press in a modal is answered in that modal', async () => {
    await ada.slash(GENERAL, '/draft')
    const view = await until('a view', () => ada.modal)
    const shown = { ...view, callback_id: 'shown' }
    await press(
      { action_id: 'line:0:', value: 'page 4' },
      { view: shown, container: { type: 'view', view_id: view.id } },
    )
    await until('the page', () => textsIn(ada.modal?.blocks ?? []).includes('Page 4'))
  })

  test('more room: one more box, what was typed kept', async () => {
    await ada.slash(GENERAL, '/draft')
    const view = await until('the form', () => (ada.modal?.callback_id === 'form' ? ada.modal : undefined))
    const state = { values: { 'field:text': { text: { type: 'plain_text_input', value: 'already typed' } } } }
    await press(
      { action_id: 'room', value: 'text' },
      { view: { ...view, state }, container: { type: 'view', view_id: view.id } },
    )
    const box = await until('the box', () =>
      ada.modal?.blocks.find((block: Json) => block.label?.text === 'Text (continued)'),
    )
    expect(box).toMatchObject({ type: 'input', optional: true })
    expect(ada.modal?.blocks[0].element.initial_value).toBe('already typed')
    ada.submit({ 'Text (continued)': 'and more' })
    await until('the draft', () => drafts.at(-1)?.text === 'already typed\nand more')
  })

  test('how a time is read shows while it is typed', async () => {
    await ada.slash(GENERAL, '/draft')
    const view = await until('the form', () => (ada.modal?.callback_id === 'form' ? ada.modal : undefined))
    const state = { values: { 'field:when': { when: { type: 'plain_text_input', value: 'tomorrow' } } } }
    await press(
      { type: 'plain_text_input', action_id: 'when', block_id: 'field:when', value: 'tomorrow' },
      { view: { ...view, state }, container: { type: 'view', view_id: view.id } },
    )
    await until('the reading', () => textsIn(ada.modal?.blocks ?? []).includes('→ Sat 28 Nov, 09:00'))
    expect(
      ada.modal?.blocks.find(({ block_id }: Json) => block_id === 'field:when').element.initial_value,
    ).toBe('tomorrow')
  })

  test('a message is turned into a post: its words and its files are in the form', async () => {
    const files = await ada.attach(GENERAL, 'plan.png', new Uint8Array(500).fill(1))
    // The server's triggers come with commands; a shortcut borrows one.
    await deliver(url, {
      type: 'message_action',
      callback_id: 'turn_into_post',
      team: { id: TEAM },
      user: { id: AUTHOR, name: 'ada', team_id: TEAM },
      channel: { id: GENERAL },
      message: {
        type: 'message',
        text: 'We ship &lt;soon&gt; <https://x.test/a>',
        files: [{ id: files[0].id }],
      },
      message_ts: '1.1',
      trigger_id: await borrowedTrigger(),
      response_url: `${both.slack.base}/_hooks/response/none`,
    })
    await until(
      'the form',
      () => ada.modal?.blocks[0].element?.initial_value === 'We ship <soon> https://x.test/a',
    )
    ada.submit()
    await until('the draft', () => drafts.at(-1)?.text === 'We ship <soon> https://x.test/a')
    expect(drafts.at(-1)?.files).toEqual([{ name: 'plan.png', size: 500 }])
  })

  test('a shortcut from anywhere: the form, and the answer in its place', async () => {
    await deliver(url, {
      type: 'shortcut',
      callback_id: 'new_post',
      team: { id: TEAM },
      user: { id: AUTHOR, username: 'ada', team_id: TEAM },
      trigger_id: await borrowedTrigger(),
    })
    await until('the form', () => ada.modal?.callback_id === 'form' && ada.modal?.title.text === 'Draft')
    ada.submit({ Text: 'From anywhere' })
    await until('the answer', () =>
      textsIn(ada.modal?.blocks ?? [])
        .join(' ')
        .includes('From anywhere'),
    )
    expect(ada.modal?.callback_id).toBe('shown')
  })

  test('files are fetched from Slack only', async () => {
    const before = drafts.length
    await deliver(
      url,
      envelope({
        type: 'message',
        channel_type: 'im',
        channel: 'D1',
        user: AUTHOR,
        text: 'draft with a foreign file',
        ts: '1.2',
        subtype: 'file_share',
        files: [{ id: 'F1', name: 'x.png', url_private_download: 'https://thief.example/x.png' }],
      }),
      json,
    )
    const direct = await until('the direct channel', () => ada.directChannel())
    await until('the refusal', async () =>
      (await ada.messages(direct)).some((one: Json) =>
        textsIn(one.blocks).join('').includes('x.png is not kept by Slack'),
      ),
    )
    expect(drafts.length).toBe(before)
  })

  test('an installation that is removed is forgotten', async () => {
    const many = await startSurface(desk, {
      clientId: 'c',
      clientSecret: 's',
      signingSecret: SIGNING_SECRET,
      apiUrl,
    })
    await many.installations.save({
      teamId: TEAM,
      teamName: 'Acme',
      botToken: BOT_TOKEN,
      installedBy: AUTHOR,
    })
    const before = heard.length
    expect((await deliver(many.requestUrl, mention('page 8'), json)).status).toBe(200)
    await until('the line', () => heard.length > before)
    await deliver(many.requestUrl, envelope({ type: 'app_uninstalled' }), json)
    await until('the installation to be gone', () => many.installations.all.size === 0)
    expect((await deliver(many.requestUrl, mention('page 9'), json)).status).toBe(200)
    await expect(
      many.surface.send({ chat: TEAM, channel: GENERAL }, { type: 'message', blocks: [] }, { key: 'k' }),
    ).rejects.toMatchObject({ retry: false, message: expect.stringContaining('no longer installed') })
    expect(heard.length).toBe(before + 1)
    await many.stop()
  })

  test('everything that left is valid by Slack’s own types and limits', () => {
    expect(both.running.wrong).toEqual([])
  })

  async function borrowedTrigger(): Promise<string> {
    const opened = both.running.calls.findLast(
      ({ method, payload }) => method === 'views.open' && !payload.trigger_id.startsWith('none'),
    )
    return opened?.payload.trigger_id
  }
})
