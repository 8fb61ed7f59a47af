import { expect, test } from 'vitest'
import { openTestHouse } from '../house.ts'
import { conversation } from './conversation.ts'

test('words that are no time are quoted, with ways to say one', () =>
  conversation(`
    Ada: schedule blurgh to rehearsal: We ship
    bot: I did not understand "blurgh". Say it like
    bot: tomorrow 9am
    Ada: schedule yesterday 9am to rehearsal: We ship
    bot: is in the past. Say a time that is still to come.
    not: Say it like
  `))

test('a draft that names accounts and no text yet opens its form, with the accounts ticked', async () => {
  const world = await openTestHouse()
  try {
    const answer = await world.house.desk.ask(await world.speaker('Ada'), { line: 'draft to rehearsal:' })
    if (answer.type !== 'form') throw new Error('No form was opened')
    const where = answer.form.fields.find(({ name }) => name === 'accounts')
    expect(where).toMatchObject({ kind: 'choices', values: [expect.any(String)] })
    expect(answer.form.fields.find(({ name }) => name === 'text')).toMatchObject({ value: '' })
  } finally {
    await world.close()
  }
})

test('the queue reads as a sentence, with or without a time', () =>
  conversation(`
    Ada: draft We ship
    Ada: schedule tomorrow 9am to rehearsal: Two
    Ada: queue
    bot: #2 Sat 21 Nov 09:00, in review: Two
    bot: #1 no time yet: We ship
  `))

test('a command that takes no words says so, and runs at a press', () =>
  conversation(`
    Ada: queue garbage
    bot: \`queue\` is said by itself, with no words behind it.
    Ada presses queue
    bot: Nothing waits.
    Ada: health?
    not: \`health \`
  `))

test('a form about what is no post is refused in words', async () => {
  const world = await openTestHouse()
  try {
    const ada = await world.speaker('Ada')
    for (const command of ['edit', 'reschedule', 'options']) {
      const answer = await world.house.desk.ask(ada, {
        command,
        values: { post: '42; drop', when: 'tomorrow', text: 'a' },
      })
      expect(JSON.stringify(answer)).toContain('a post is called by its number, such as 42')
    }
  } finally {
    await world.close()
  }
})

test('a setting that does not exist, or holds nonsense, is told what there is', () =>
  conversation(`
    Grace: settings foo bar
    bot: <name> is one of zone, team-zone, language
    Grace: settings language xx
    bot: I know no language "xx". Say one such as
    Grace: settings language de-at
    bot: language is de-AT now
    Grace: roles Ada king
    bot: <role> is one of viewer, author, approver, admin
  `))

test('control characters that were pasted by accident are left out of a text', () =>
  conversation(`
    Ada: draft to rehearsal: a\u0000b\u0007c
    bot: > abc
    bot: Rehearsal: 3 of
  `))

test('a viewer is offered only what a viewer may say', () =>
  conversation(`
    Grace: roles Ada viewer
    Ada: help
    bot: [Queue] queue
    not: [Write a post]
    Ada: draft We ship
    bot: needs the role of author
  `))

test('a line without its colon opens the form, and says what is missing', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal We ship
    bot: [form schedule]
    bot: a colon stands between the time and the text
    bot: when=tomorrow 9am to rehearsal We ship
    Ada: schedule tomorrow 9am
    bot: [form schedule]
    not: colon
  `))

test('an account without a login is named on the card and to whoever approves, before anything is parked', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship
    not: must be connected again
    Grace: disconnect rehearsal
    bot: is disconnected
    Ada: show 1
    bot: @rehearsal on Rehearsal must be connected again
    Grace: approve 1
    bot: #1 is approved
    bot: @rehearsal on Rehearsal must be connected again: what is due there waits
    Grace: publish 1
    bot: goes out now
    bot: must be connected again
  `))
