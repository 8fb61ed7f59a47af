import { expect } from 'vitest'
import type { Answer } from '../../src/app/surface.ts'
import type { Form } from '../../src/message/form.ts'
import type { Button } from '../../src/message/message.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

/**
 * A conversation as it would be read over somebody's shoulder, through the real dispatcher, stores, scheduler and platform.
 *
 *     Ada: schedule tomorrow 9am to rehearsal: We ship
 *     bot: #1 is in review          what the last answer holds, in this order
 *     not: is live                  what it does not hold
 *     Grace presses Approve         the button of the last answer, by its label
 *     time: 2026-11-21T08:00:00Z    the clock moves, and what is due happens
 *     feed: We ship                 what the rehearsal feed holds, newest first; `feed: nothing`
 *     card: #1 is published         the card in the review channel
 *     results: is live              what was said in the results channel last
 */
export async function conversation(
  script: string,
  options: Parameters<typeof openTestHouse>[0] = {},
): Promise<void> {
  const world = await openTestHouse(options)
  try {
    await play(world, script)
  } finally {
    await world.close()
  }
}

export async function play(world: TestHouse, script: string): Promise<void> {
  let last: Answer | undefined
  let rest = ''
  const steps = script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'))
  for (const step of steps) {
    const [, who = '', what = ''] = /^([^:]+?):\s?(.*)$/s.exec(step) ?? []
    const press = /^(\w+) presses (.+)$/.exec(step)
    if (press) {
      const [, name = '', label = ''] = press
      const button = buttonsOf(last).find((one) => one.label === label)
      if (!button) throw new Error(`No button "${label}" in: ${wordsOf(last)}`)
      last = await world.house.desk.ask(await world.speaker(name), { line: button.line, press: true })
      rest = wordsOf(last)
      continue
    }
    switch (who) {
      case 'bot': {
        const at = rest.indexOf(what)
        if (at < 0)
          expect.fail(
            `Expected "${what}" in:\n${rest || '(nothing more)'}\n\nThe whole answer:\n${wordsOf(last)}`,
          )
        rest = rest.slice(at + what.length)
        break
      }
      case 'not':
        expect(wordsOf(last)).not.toContain(what)
        break
      case 'time':
        await world.pass(/^\d{4}-/.test(what) ? what : Number(what))
        break
      case 'feed': {
        const items = await world.house.storage.workspace(world.house.home.id).feed.list(50)
        const texts = items.map((item) => item.text)
        if (what === 'nothing') expect(texts).toEqual([])
        else expect(texts.join(' | ')).toBe(what)
        break
      }
      case 'card':
        expect(await channelText(world, 'review')).toContain(what)
        break
      case 'results':
        expect(await channelText(world, 'results')).toContain(what)
        break
      default: {
        if (who === '') throw new Error(`A conversation can't read "${step}"`)
        last = await world.house.desk.ask(await world.speaker(who), { line: what.replaceAll('⏎', '\n') })
        rest = wordsOf(last)
      }
    }
  }
}

async function channelText(world: TestHouse, channel: string): Promise<string> {
  await world.pass(0)
  const entries = await world.house.storage.workspace(world.house.home.id).transcript.list(channel, 50)
  return entries.map((entry) => plainText(entry.message)).join('\n---\n')
}

const wordsOf = (answer: Answer | undefined): string => {
  if (!answer) return ''
  return answer.type === 'message'
    ? plainText(answer.message, { zone: 'Europe/Berlin' })
    : formWords(answer.form)
}

const formWords = (form: Form): string =>
  [
    `[form ${form.command}] ${form.title}`,
    ...Object.entries(form.errors ?? {}).map(([field, sentence]) => `!${field || 'form'}: ${sentence}`),
    ...form.fields.map(
      (field) =>
        `${field.name}=${'value' in field ? String(field.value ?? '') : 'values' in field ? (field.values ?? []).join(',') : ''}`,
    ),
  ].join('\n')

const buttonsOf = (answer: Answer | undefined): Button[] =>
  answer?.type === 'message'
    ? answer.message.blocks.flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
    : []
