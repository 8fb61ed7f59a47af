import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestHouse } from '../house.ts'
import { type HookReceiver, startReceiver } from '../servers/hook-receiver.ts'
import { conversation } from './conversation.ts'

let receiver: HookReceiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.stop())

/** A conversation that may speak of RECEIVER. */
const talk = (script: string) =>
  conversation(script.replaceAll('RECEIVER', receiver.origin), {
    environment: { HOOK_ORIGINS: receiver.origin },
  })

test('a webhook is added with its secret, told, looked into and taken away', () =>
  talk(`
    Grace: hooks
    bot: Nobody outside is told what happens here yet
    Grace: hooks add RECEIVER/1 for post.scheduled, published on rehearsal
    bot: Webhook 1 127.0.0.1
    bot: is told post.scheduled and delivery.published on Rehearsal.
    bot: Signing secret: \`whsec_
    bot: it is shown this once
    bot: The trial call was taken
    Grace presses Log
    bot: Nothing yet

    Grace: settings approvals 0
    Ada: schedule in 2 hours to rehearsal: We ship
    Grace: hooks log 1
    bot: ⏳
    bot: post.scheduled #1
    bot: 0 tries
    time: 2026-11-20T10:00:00Z
    Grace: hooks log 1
    bot: delivery.published #1.1 to
    bot: HTTP 204
    bot: 1 try
    bot: post.scheduled #1
    bot: hooks replay <code>

    Grace: hooks
    bot: 1 127.0.0.1
    not: whsec_
    Grace: hooks test 1
    bot: took the trial call (HTTP 204
    Grace: hooks remove 1
    bot: is told nothing any more
    Grace: hooks
    bot: Nobody outside is told
    Grace: hooks test 1
    bot: There is no webhook 1
    Grace: hooks log 1
    bot: hook.test asked for by Grace
  `))

test('only an admin settles who outside is told', () =>
  talk(`
    Ada: hooks
    bot: needs the role of admin; yours is author
    Ada: hooks incoming
    bot: needs the role of admin
  `))

test('what can’t be read is said, and what there is', () =>
  talk(`
    Grace: hooks add
    bot: [form hooks] Add a webhook
    Grace: hooks add nowhere
    bot: This is not a web address to send to
    Grace: hooks add RECEIVER for claps
    bot: No event is called "claps"
    bot: post.submitted
    Grace: hooks add RECEIVER for published on friendfeed
    bot: I know no platform called "friendfeed"
    Grace: hooks add http://user:pass@example.com/
    bot: This is not a web address to send to
    Grace: hooks log
    bot: Say which webhook by its number
    Grace: hooks replay nothing
    bot: There is no call "nothing" in any log
    Grace: hooks remove 7
    bot: There is no webhook 7
    Grace: hooks dance 1
    bot: I can't read that as \`hooks
  `))

test('a mistake in the form comes back beside its field, with what was chosen', async () => {
  const world = await openTestHouse({ environment: { HOOK_ORIGINS: receiver.origin } })
  try {
    const values = { action: 'add', form: 'yes', events: ['post.failed'], platforms: ['rehearsal'] }
    const ask = async (what: string) =>
      world.house.desk.ask(await world.speaker('Grace'), { command: 'hooks', values: { ...values, what } })
    const refused = await ask('nowhere')
    if (refused.type !== 'form') throw new Error('It was taken')
    expect(refused.form.errors).toEqual({ what: expect.stringContaining('This is not a web address') })
    expect(refused.form.fields).toMatchObject([
      { name: 'what', value: 'nowhere' },
      { name: 'events', values: ['post.failed'] },
      { name: 'platforms', values: ['rehearsal'] },
    ])
    expect(await ask(`${receiver.origin}/form`)).toMatchObject({ type: 'message' })
    const hooks = await world.house.storage.workspace(world.house.home.id).hooks.list()
    expect(hooks).toMatchObject([{ number: 1, events: ['post.failed'], platforms: ['rehearsal'] }])
  } finally {
    await world.close()
  }
})

test('a receiver that says no to the trial is kept, since it may not know the secret yet', async () => {
  receiver.answer(() => ({ status: 401 }))
  await talk(`
    Grace: hooks add RECEIVER/strict
    bot: is told everything
    bot: The trial call was not taken (HTTP 401)
    Grace presses Try it
    bot: did not take the trial call: the receiver answered HTTP 401
    bot: It is tried again by itself
  `)
  receiver.answer(() => ({ status: 204 }))
})

test('reports from outside have an address that is shown once', () =>
  talk(`
    Grace: hooks incoming
    bot: Reports from outside
    bot: /hooks/
    bot: "delivery": "42.1"
    bot: it is shown this once
  `))
