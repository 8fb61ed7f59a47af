import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { textsIn, violationsInLog } from './contract.ts'
import { startBoth } from './running.ts'
import {
  APPROVALS,
  APPROVER,
  AUTHOR,
  BOT,
  GENERAL,
  type Human,
  type Json,
  slackServerAbsent,
  TEAM,
} from './slack-server.ts'
import { createSmallDesk } from './small-desk.ts'

if (slackServerAbsent) console.warn(`Skipped: conversations in Slack. ${slackServerAbsent}`)

const words = (message: Json): string => textsIn(message.blocks ?? []).join(' ')

describe.skipIf(slackServerAbsent).each(['socket', 'events'] as const)(
  'a conversation in Slack, by %s',
  (mode) => {
    const { desk, heard, drafts } = createSmallDesk()
    let both: Awaited<ReturnType<typeof startBoth>>
    let ada: Human
    let ben: Human

    beforeAll(async () => {
      both = await startBoth(mode, desk)
      ada = await both.slack.human(AUTHOR)
      ben = await both.slack.human(APPROVER)
    })
    afterAll(async () => {
      await both?.stop()
    })

    const seen = (human: Human, channel: string, part: string) =>
      until(`"${part}" in ${channel}`, async () =>
        (await human.messages(channel)).findLast((message: Json) => words(message).includes(part)),
      )

    test('a line is taken at once and answered to the person alone', async () => {
      await ada.slash(GENERAL, '/draft', 'We ship on Friday &amp; party')
      const answer = await seen(ada, GENERAL, 'is kept')
      expect(answer.ephemeral_to).toBe(AUTHOR)
      expect(words(answer)).toContain('We ship on Friday & party')
      expect(heard.at(-1)).toMatchObject({
        said: { line: 'draft We ship on Friday & party', channel: GENERAL, direct: false },
        speaker: {
          surface: 'slack',
          chat: { externalId: TEAM, name: 'Acme' },
          person: { externalId: AUTHOR, name: 'ada', zone: 'Europe/Berlin', admin: false },
        },
      })
    })

    test('a press says its line, and what the channel should see it sees', async () => {
      await ben.press(GENERAL, 'Approve')
      const said = await seen(ben, GENERAL, 'is approved by')
      expect(words(said)).toMatch(/approved by +ben/)
      expect(said.ephemeral_to).toBeUndefined()
      expect(heard.at(-1)?.said).toMatchObject({ line: 'approve 1', press: true, channel: GENERAL })
    })

    test('/crier says anything, and help where nothing is said', async () => {
      await ada.slash(GENERAL, '/crier', '/page 3')
      await seen(ada, GENERAL, 'Page 3')
      await ada.slash(GENERAL, '/crier', ' ')
      await seen(ada, GENERAL, 'What I can do')
    })

    test('people and channels are read as names, and as ids where a command is about them', async () => {
      await ada.slash(GENERAL, '/crier', `roles <@${APPROVER}|ben> author`)
      await seen(ada, GENERAL, `Role of <@${APPROVER}> author`)
      await ada.slash(GENERAL, '/crier', `settings review <#${APPROVALS}|approvals>`)
      await seen(ada, GENERAL, `Set review <#${APPROVALS}>`)
      await ada.slash(GENERAL, '/draft', `Thanks <@${APPROVER}|ben> in <#${GENERAL}|general> :tada:`)
      await seen(ada, GENERAL, 'Thanks @ben in #general 🎉')
    })

    test('a form: filled in, refused beside the field with nothing lost, then taken', async () => {
      await ada.slash(GENERAL, '/draft')
      await until('the form', () => ada.modal?.callback_id === 'form')
      expect(ada.modal?.title.text).toBe('Draft')
      ada.errors.length = 0
      ada.submit({ Text: 'A forbidden word', When: 'never' })
      expect(await until('the mistakes', () => ada.errors.at(-1))).toEqual({
        'field:text': 'That word is forbidden.',
        'field:when': '"never" is no time.',
      })
      expect(ada.modal?.callback_id).toBe('form')
      ada.submit({
        Text: 'Clean\nwords',
        When: 'tomorrow',
        Accounts: ['Acme on Bluesky'],
        Urgent: ['Urgent'],
      })
      await seen(ada, GENERAL, 'Clean\nwords')
      expect(ada.modal).toBeUndefined()
      expect(drafts.at(-1)?.values).toEqual({
        text: 'Clean\nwords',
        when: 'tomorrow',
        accounts: ['a2'],
        urgent: true,
      })
    })

    test('a mistake of the whole form stands in the form, with what was typed', async () => {
      await ada.slash(GENERAL, '/draft')
      await until('the form', () => ada.modal?.callback_id === 'form')
      ada.submit({ Text: 'We are closed' })
      await until('the mistake', () =>
        textsIn(ada.modal?.blocks ?? [])
          .join(' ')
          .includes('The desk is closed.'),
      )
      const box = ada.modal?.blocks.find(({ block_id }: Json) => block_id === 'field:text')
      expect(box.element.initial_value).toBe('We are closed')
      ada.submit({ Text: 'We are open' })
      await seen(ada, GENERAL, 'We are open')
    })

    test('a text of 63,000 characters goes into a form and comes back whole', async () => {
      const long = Array.from({ length: 1750 }, (_, index) => `Paragraph number ${index} of the text.`).join(
        '\n',
      )
      expect(long.length).toBeGreaterThan(60_000)
      drafts.push({ text: long, files: [], values: {} })
      await ada.slash(GENERAL, '/crier', `edit ${drafts.length}`)
      await until('the form', () => ada.modal?.title.text === 'Edit the draft')
      ada.submit()
      await until('the draft', () => drafts.at(-1)?.values.post)
      expect(drafts.at(-1)?.text).toBe(long)
      await until('the form to close', () => !ada.modal)
    })

    test('a press opens a form with what is there', async () => {
      await ada.slash(GENERAL, '/draft', 'To be edited')
      await seen(ada, GENERAL, 'To be edited')
      await ada.press(GENERAL, 'Edit')
      await until('the form', () => ada.modal?.title.text === 'Edit the draft')
      ada.submit()
      await until('the draft', () => drafts.at(-1)?.text === 'To be edited' && drafts.at(-1)?.values.post)
    })

    test('files come along, from a form and from a message', async () => {
      const bytes = new Uint8Array(2000).fill(7)
      const direct = await directWith(ada)
      const files = await ada.attach(direct, 'cat.png', bytes, 'draft Look at the cat')
      await seen(ada, direct, 'Look at the cat')
      expect(drafts.at(-1)?.files).toEqual([{ name: 'cat.png', size: 2000 }])
      await ada.slash(GENERAL, '/draft')
      await until('the form', () => ada.modal?.callback_id === 'form')
      ada.submit({ Text: 'With a file', Pictures: files })
      await seen(ada, GENERAL, 'With a file')
      expect(drafts.at(-1)).toMatchObject({ text: 'With a file', files: [{ name: 'cat.png', size: 2000 }] })
    })

    test('an answer that takes long: a waiting view at once, the answer in it', async () => {
      const begin = performance.now()
      await ada.slash(GENERAL, '/crier', 'slow 2600 form')
      await until('the waiting view', () =>
        textsIn(ada.modal?.blocks ?? [])
          .join('')
          .includes('One moment'),
      )
      expect(performance.now() - begin).toBeLessThan(2500)
      await until('the form', () => ada.modal?.title.text === 'A slow form')
      ada.submit({ Note: 'typed', 'Refuse me': ['Refuse me'] })
      await until('the waiting view', () =>
        textsIn(ada.modal?.blocks ?? [])
          .join('')
          .includes('One moment'),
      )
      await until('the refused form', () =>
        textsIn(ada.modal?.blocks ?? [])
          .join(' ')
          .includes('Refused after a while.'),
      )
      expect(
        ada.modal?.blocks.find(({ block_id }: Json) => block_id === 'field:note').element.initial_value,
      ).toBe('typed')
      ada.submit({ Note: 'typed' })
      await until('the answer', () =>
        textsIn(ada.modal?.blocks ?? [])
          .join('')
          .includes('That took a while.'),
      )
    })

    test('a direct message is a line; where no form can be opened, a button says the line again', async () => {
      const direct = await directWith(ada)
      await ada.say(direct, 'draft')
      await seen(ada, direct, 'There is more to fill in.')
      await ada.press(direct, 'Open the form')
      await until('the form', () => ada.modal?.title.text === 'Draft')
      ada.submit({ Text: 'From a direct message' })
      const answer = await seen(ada, direct, 'From a direct message')
      expect(answer.user).toBe(BOT)
      expect(heard.at(-1)?.said).toMatchObject({ command: 'draft', channel: direct, direct: true })
    })

    test('a mention is a line too, answered in its thread to the person alone', async () => {
      await ada.say(GENERAL, `<@${BOT}> page 9`)
      const answer = await seen(ada, GENERAL, 'Page 9')
      expect(answer.ephemeral_to).toBe(AUTHOR)
    })

    test('what others write in channels and bots write anywhere is no line', async () => {
      const before = heard.length
      await ada.say(GENERAL, 'just talking')
      await ada.slash(GENERAL, '/crier', 'page 77')
      await seen(ada, GENERAL, 'Page 77')
      expect(heard.slice(before).map(({ said }) => 'line' in said && said.line)).toEqual(['page 77'])
    })

    test('a button that turns the page replaces its message in a direct message', async () => {
      const direct = await directWith(ada)
      await ada.say(direct, 'page 1')
      await seen(ada, direct, 'Page 1')
      const count = (await ada.messages(direct)).length
      await ada.press(direct, 'On')
      await seen(ada, direct, 'Page 2')
      expect((await ada.messages(direct)).length).toBe(count)
    })

    test('the home tab shows the help and the doors', async () => {
      await ada.openHome()
      const home = await until('the home tab', () => ada.homes[AUTHOR])
      expect(words(home)).toContain('What I can do')
      expect(words(home)).toContain('New draft Queue Calendar')
    })

    test('a picture is uploaded once and shown, its words beside it', async () => {
      await ada.slash(GENERAL, '/crier', 'picture')
      const shown = await seen(ada, GENERAL, 'Look:')
      const image = shown.blocks.find(({ type }: Json) => type === 'image')
      expect(image).toMatchObject({
        alt_text: 'The week in colours',
        slack_file: { id: expect.stringMatching(/^F/) },
      })
      await ada.slash(GENERAL, '/crier', 'picture')
      await until(
        'the second picture',
        async () =>
          (await ada.messages(GENERAL)).filter((one: Json) => words(one).includes('Look:')).length === 2,
      )
      expect(both.running.calls.filter(({ method }) => method === 'files.getUploadURLExternal')).toHaveLength(
        1,
      )
    })

    test('it sends to channels, threads and people, and changes what it sent', async () => {
      const { surface } = both.running
      const place = { chat: TEAM, channel: APPROVALS }
      const message = (text: string) => ({
        type: 'message' as const,
        blocks: [{ type: 'text' as const, spans: [{ type: 'plain' as const, text }] }],
      })
      const ts = await surface.send(place, message('The card'), { key: 'k1' })
      expect(await surface.send(place, message('The card'), { key: 'k1' })).toBe(ts)
      await surface.send(place, message('In the thread'), { key: 'k2', thread: ts })
      await surface.update(place, ts, message('The card, later'))
      const all = await ben.messages(APPROVALS)
      expect(all.map((one: Json) => [words(one), one.thread_ts])).toEqual([
        ['The card, later', undefined],
        ['In the thread', ts],
      ])
      await surface.tell(
        { chat: TEAM, person: APPROVER },
        {
          type: 'message',
          blocks: [
            {
              type: 'text',
              spans: [
                { type: 'member', id: 'ben', name: 'Ben' },
                { type: 'plain', text: ', please look' },
              ],
            },
          ],
        },
        { key: 'k3' },
      )
      const told = await seen(ben, await directWith(ben), ', please look')
      expect(told.blocks[0].elements[0].elements[0]).toEqual({ type: 'user', user_id: APPROVER })
    })

    test('everything that left is valid by Slack’s own types and limits', async () => {
      expect(both.running.wrong).toEqual([])
      const { checked, wrong } = violationsInLog(await ada.log())
      expect(wrong).toEqual([])
      expect(checked).toBeGreaterThan(20)
      const methods = new Set(both.running.calls.map(({ method }) => method))
      expect([...methods]).toEqual(
        expect.arrayContaining([
          'chat.postMessage',
          'chat.postEphemeral',
          'chat.update',
          'views.open',
          'views.update',
          'views.publish',
          'respond',
          'users.info',
        ]),
      )
    })

    /** The channel of a person's direct messages with Crier; opened by the first message. */
    async function directWith(human: Human): Promise<string> {
      const open = await human.directChannel()
      if (open) return open
      await human.openHome()
      return until('a direct channel', () => human.directChannel())
    }
  },
)
