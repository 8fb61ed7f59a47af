import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import { standingClock } from '../../src/kit/clock.ts'
import { silentLog } from '../../src/kit/log.ts'
import { createFetchReceiver } from '../../src/surfaces/slack/receiver.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { startBoth } from '../surfaces/slack/running.ts'
import {
  APPROVER,
  AUTHOR,
  deliver,
  envelope,
  GENERAL,
  type Json,
  SIGNING_SECRET,
  slackServerAbsent,
  TEAM,
} from '../surfaces/slack/slack-server.ts'
import { until } from '../until.ts'
import { NASTY } from './nasty.ts'

if (slackServerAbsent) console.warn(`Skipped: forged requests before a real Slack. ${slackServerAbsent}`)

const NOW = Math.floor(Temporal.Instant.from('2026-11-20T08:00:00Z').epochMilliseconds / 1000)

/** The signature as Slack makes it: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const sign = (body: string, at: number | string = NOW, secret = SIGNING_SECRET) =>
  `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`

describe('at the door', () => {
  const taken: unknown[] = []
  const receiver = createFetchReceiver({
    signingSecret: SIGNING_SECRET,
    clock: standingClock('2026-11-20T08:00:00Z'),
    log: silentLog,
  })
  receiver.init({
    processEvent: async ({ body, ack }: { body: unknown; ack(): Promise<void> }) => {
      taken.push(body)
      await ack()
    },
  } as unknown as Parameters<typeof receiver.init>[0])
  beforeEach(() => {
    taken.length = 0
  })

  const BODY = JSON.stringify({ type: 'event_callback', event_id: 'Ev1', team_id: TEAM })
  const knock = (body: string, headers: Record<string, string>) =>
    receiver.handle(
      new Request('http://crier.example/slack/events', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    )
  const stamped = (signature: string, at: number | string = NOW) => ({
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': signature,
  })

  test.each<[string, string, Record<string, string>]>([
    ['no headers', BODY, {}],
    ['no signature', BODY, { 'x-slack-request-timestamp': String(NOW) }],
    ['no time', BODY, { 'x-slack-signature': sign(BODY) }],
    ['an empty signature', BODY, stamped('')],
    ['the hash without its version', BODY, stamped(sign(BODY).slice(3))],
    ['another version', BODY, stamped(sign(BODY).replace('v0=', 'v1='))],
    ['half a signature', BODY, stamped(sign(BODY).slice(0, 20))],
    ['a longer signature', BODY, stamped(`${sign(BODY)}00`)],
    ['capital digits', BODY, stamped(sign(BODY).toUpperCase())],
    ['another secret', BODY, stamped(sign(BODY, NOW, 'stolen'))],
    ['an empty secret', BODY, stamped(sign(BODY, NOW, ''))],
    ['another body under a good signature', BODY.replace('Ev1', 'Ev2'), stamped(sign(BODY))],
    ['one byte more', `${BODY} `, stamped(sign(BODY))],
    ['another time under a good signature', BODY, stamped(sign(BODY), NOW + 1)],
    ['a good signature of six minutes ago', BODY, stamped(sign(BODY, NOW - 301), NOW - 301)],
    ['a good signature of the future', BODY, stamped(sign(BODY, NOW + 301), NOW + 301)],
    ['a time that is no number', BODY, stamped(sign(BODY, 'NaN'), 'NaN')],
    ['a time below nothing', BODY, stamped(sign(BODY, `-${NOW}`), `-${NOW}`)],
    ['a time with a fraction', BODY, stamped(sign(BODY, `${NOW}.5`), `${NOW}.5`)],
    ['a time beyond all', BODY, stamped(sign(BODY, '9'.repeat(400)), '9'.repeat(400))],
  ])('%s is refused in a sentence, and nobody hears of it', async (_, body, headers) => {
    const response = await knock(body, headers)
    expect(response.status).toBe(401)
    expect(await response.text()).toMatch(/^[A-Z][^.\n]*\.$/)
    expect(taken).toEqual([])
  })

  test('what is signed and no request of Slack’s is refused, whatever it says it is', async () => {
    for (const [body, type] of [
      ['', 'application/json'],
      ['null', 'application/json'],
      ['[]x', 'application/json'],
      ['"text"', 'application/json'],
      ['payload=%7B', 'application/x-www-form-urlencoded'],
      ['payload=null', 'application/x-www-form-urlencoded'],
      ['<xml/>', 'text/xml'],
      ['\u0000\u0001', 'application/octet-stream'],
    ] as const) {
      const response = await knock(body, { ...stamped(sign(body)), 'content-type': type })
      expect([response.status, await response.text()], body).toEqual([400, 'Neither JSON nor a form.'])
    }
    expect(taken).toEqual([])
  })

  test('keys that would reach into every object reach nothing', async () => {
    const body =
      '{"__proto__":{"ssl_check":1,"admin":true},"constructor":{"prototype":{"admin":true}},"type":"x"}'
    expect((await knock(body, stamped(sign(body)))).status).toBe(200)
    const form = 'a=1&__proto__=x&constructor=y&ssl_check'
    const answer = await knock(form, {
      ...stamped(sign(form)),
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(answer.status).toBe(200)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('a body without an end is let go of at four megabytes, before it is looked at', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 64 * 1024
        controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    const response = await receiver.handle(
      new Request('http://crier.example/slack/events', {
        method: 'POST',
        body: endless,
        headers: stamped(sign('')),
        duplex: 'half',
      } as RequestInit),
    )
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(5 * 1024 * 1024)
  })
})

describe.skipIf(slackServerAbsent)('before a real Slack and the real front desk', () => {
  let world: TestHouse
  let both: Awaited<ReturnType<typeof startBoth>>
  let url: string

  beforeAll(async () => {
    world = await openTestHouse()
    both = await startBoth('events', world.house.desk)
    url = both.running.requestUrl
    // Ben comes first and runs Crier, Ada writes; each has a post.
    for (const [id, line] of [
      [APPROVER, 'schedule tomorrow 9am to rehearsal: His'],
      [AUTHOR, 'schedule tomorrow 9am to rehearsal: Hers'],
    ] as const)
      await world.house.desk.ask(speaker(id), { line })
  })
  afterAll(async () => {
    await both?.stop()
    await world?.close()
  })

  const speaker = (id: string): Speaker => ({
    surface: 'slack',
    chat: { externalId: TEAM, name: 'Acme' },
    person: { externalId: id, name: id === AUTHOR ? 'Ada Author' : 'Ben Approver' },
  })
  const stores = () => world.house.storage.workspace(world.house.home.id)
  const stateOf = async (number: number) => (await stores().posts.byNumber(number))?.state
  const posts = async () => (await stores().posts.list({})).length
  /** Until what was sent before has been done. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 300))

  const press = (value: string, more: Json = {}) => ({
    type: 'block_actions',
    team: { id: TEAM },
    user: { id: AUTHOR, name: 'ada', team_id: TEAM },
    actions: [{ type: 'button', action_id: 'line:0:', action_ts: '1', block_id: 'b', value }],
    trigger_id: `none-${randomUUID()}`,
    container: {},
    channel: { id: GENERAL },
    ...more,
  })
  const submission = (metadata: unknown, more: Json = {}) => ({
    type: 'view_submission',
    team: { id: TEAM },
    user: { id: AUTHOR, name: 'ada', team_id: TEAM },
    trigger_id: `none-${randomUUID()}`,
    view: {
      id: 'V1',
      type: 'modal',
      callback_id: 'form',
      private_metadata: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
      title: { type: 'plain_text', text: 'x' },
      blocks: [],
      state: { values: {} },
    },
    ...more,
  })

  test('the same request again, byte for byte, does nothing a second time', async () => {
    const body = new URLSearchParams({
      command: '/draft',
      text: 'Said once',
      team_id: TEAM,
      user_id: AUTHOR,
      channel_id: GENERAL,
      trigger_id: 'once-and-no-more',
    })
    const before = await posts()
    for (let n = 0; n < 5; n++) expect((await deliver(url, body)).status).toBe(200)
    await until('the post', async () => (await posts()) > before)
    const event = envelope(
      {
        type: 'app_mention',
        user: AUTHOR,
        text: '<@U0BOT> draft Mentioned once',
        channel: GENERAL,
        ts: '1.1',
      },
      'Ev-replayed',
    )
    for (let n = 0; n < 5; n++) await deliver(url, event, { as: 'json' })
    const pressed = press('draft Pressed once')
    for (let n = 0; n < 5; n++) await deliver(url, pressed)
    const form = submission({ command: 'draft', hidden: { text: 'Sent once' }, place: { channel: GENERAL } })
    await Promise.all([1, 2, 3].map(() => deliver(url, form)))
    await until('all four', async () => (await posts()) >= before + 4)
    await settled()
    expect(await posts()).toBe(before + 4)
  })

  test('a forged press or form gives nobody more than their own role', async () => {
    const revision = (await stores().posts.byNumber(1))?.revision ?? ''
    for (const line of [
      `approve 1 @${revision}`,
      'edit 1: Mine now',
      'cancel 1',
      'publish 1',
      `approve 2 @${(await stores().posts.byNumber(2))?.revision}`,
      `roles <@${AUTHOR}> admin`,
      'disconnect rehearsal',
      'settings approvals 0',
    ])
      await deliver(url, press(line))
    for (const [command, hidden] of Object.entries<Record<string, string>>({
      edit: { post: '1', text: 'Mine now', seen: revision },
      approve: { post: '1', seen: revision },
      roles: { member: `<@${AUTHOR}>`, role: 'admin' },
      reschedule: { post: '1', when: 'in 1 hour' },
      options: { post: '1', platform: 'rehearsal' },
      settings: { name: 'approvals', value: '0' },
    }))
      await deliver(url, submission({ command, hidden, place: { channel: GENERAL } }))
    await settled()
    const one = await stores().posts.byNumber(1)
    expect(one).toMatchObject({ state: 'in_review', content: { text: 'His' }, revision })
    expect(await stateOf(2)).toBe('in_review')
    const members = await stores().workspace.members()
    const ada = members.find(({ identities }) => identities.some((one) => one.externalId === AUTHOR))
    expect(ada?.role).toBe('author')
    expect((await stores().workspace.get()).settings.approvals).toBe(1)
  })

  test('another team’s people, and another team’s press, are nobody here', async () => {
    const before = await posts()
    const members = (await stores().workspace.members()).length
    const other = { id: 'T0OTHER', domain: 'other' }
    await deliver(url, press('draft From afar', { team: other, user: { id: 'U9', team_id: 'T0OTHER' } }))
    await deliver(url, press('draft From afar', { user: { id: 'U9', team_id: 'T0OTHER' } }))
    const form = { command: 'draft', hidden: { text: 'From afar' }, place: { channel: GENERAL } }
    await deliver(url, submission(form, { team: other, user: { id: 'U9', team_id: 'T0OTHER' } }))
    await deliver(url, submission(form, { user: { id: 'U9', team_id: 'T0OTHER' } }))
    await deliver(
      url,
      new URLSearchParams({
        command: '/crier',
        text: 'draft From afar',
        team_id: 'T0OTHER',
        user_id: 'U9',
        channel_id: GENERAL,
        trigger_id: randomUUID(),
      }),
    )
    const mention = { type: 'app_mention', user: 'U9', text: 'draft From afar', channel: GENERAL, ts: '1.1' }
    await deliver(url, { ...envelope(mention), team_id: 'T0OTHER' }, { as: 'json' })
    await deliver(url, envelope({ ...mention, user_team: 'T0OTHER' }), { as: 'json' })
    await settled()
    expect(await posts()).toBe(before)
    expect((await stores().workspace.members()).length).toBe(members)
  })

  test('shapes that Slack never sends break nothing', async () => {
    const before = await posts()
    const shapes: Json[] = [
      { type: 'block_actions' },
      press('x', { actions: [] }),
      press('x', { actions: null }),
      press('x', { actions: [{ type: 'button', action_id: 'line:0:' }] }),
      press('x', { team: null, user: {} }),
      press('x', { view: { type: 'modal', id: 'V', private_metadata: '{' } }),
      press('x', { actions: [{ type: 'static_select', action_id: 'line:0:', selected_option: null }] }),
      press('help', { actions: [{ type: 'button', action_id: 'room', value: '__proto__' }] }),
      submission(''),
      submission('{}'),
      submission('null'),
      submission({ command: '__proto__', hidden: {}, place: {} }),
      submission({ command: 'draft', hidden: { __proto__: 'x', text: 'y' }, place: { channel: 5 } }),
      submission({ command: 'draft', hidden: { post: { $ne: 1 } }, place: {} }),
      submission(
        { command: 'draft', hidden: {}, place: {} },
        { view: { id: 'V', callback_id: 'form', private_metadata: '{}', state: { values: { x: null } } } },
      ),
      { type: 'view_submission' },
      { type: 'message_action', callback_id: 'turn_into_post', team: { id: TEAM }, user: { id: AUTHOR } },
      { type: 'shortcut', callback_id: 'new_post' },
      { type: 'event_callback', team_id: TEAM, event_id: randomUUID(), event: null },
      { type: 'event_callback', team_id: TEAM, event_id: randomUUID(), event: { type: 'message' } },
      envelope({
        type: 'message',
        channel_type: 'im',
        user: AUTHOR,
        blocks: [{ type: 'rich_text' }],
        ts: '1',
      }),
      envelope({ type: 'app_mention', user: AUTHOR, text: null, channel: GENERAL, ts: '1' }),
      ...NASTY.map((text) =>
        envelope({ type: 'app_mention', user: AUTHOR, text, channel: GENERAL, ts: '1' }),
      ),
    ]
    for (const [index, shape] of shapes.entries()) {
      const response = await deliver(url, shape, index >= 18 ? { as: 'json' } : {})
      const said = await response.text()
      expect(response.status, JSON.stringify(shape)).toBeLessThanOrEqual(503)
      expect(said, JSON.stringify(shape)).not.toMatch(/\bat .*:\d+|node_modules|TypeError|Error:/)
      expect(said.split('\n').length, said).toBe(1)
    }
    await settled()
    expect(await posts()).toBe(before)
    // And it still hears those who mean well.
    await deliver(url, press('draft Still here'))
    await until('the post', async () => (await posts()) === before + 1)
  }, 60_000)
})
