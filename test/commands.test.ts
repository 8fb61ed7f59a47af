import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from '../src/app/command.ts'
import { parseUsage } from '../src/app/read-line.ts'
import { commandsFolder } from '../src/build.ts'
import { loadFolder } from '../src/kit/load-folder.ts'
import { BUTTON_LINE } from '../src/message/message.ts'
import { plainText } from '../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from './house.ts'

const commands = await loadFolder<Command>(commandsFolder())

/** What must have happened to post 42 before a command's example makes sense. */
const BEFORE: Record<string, readonly [who: string, line: string][]> = {
  submit: [
    ['Ada', 'draft to rehearsal: Forty-two'],
    ['Ada', 'reschedule 1 tomorrow 10am'],
  ],
  settle: [
    ['Ada', 'schedule tomorrow 9am to rehearsal: Forty-two'],
    ['Grace', 'approve 1'],
  ],
  resume: [['Grace', 'pause']],
  hooks: [['Grace', 'hooks add https://hooks.invalid/catch/1']],
}
const IN_REVIEW: readonly [string, string][] = [['Ada', 'schedule tomorrow 9am to rehearsal: Forty-two']]

/** Examples that are refused rightly in this world, and the words they are refused with. */
const REFUSED: Record<string, string> = {
  'options 42': 'asks for more than a text',
  'options 42 rehearsal': 'asks for nothing besides a text',
  'split 42 bluesky': 'It fits Bluesky in one post',
  'retry 42': 'Nothing of #1 has failed',
  'settle 42.1 drop': 'There is nothing to decide',
  'hooks replay k3m9qt': 'There is no call "k3m9qt"',
  'hooks resume 1': 'Webhook 1 is not switched off',
  'roles Alex approver': 'I know no member called "Alex"',
}

test('the file is the register: names, examples and usages agree', async () => {
  const files = (await readdir(commandsFolder())).sort()
  expect(files).toEqual(commands.map((command) => `${command.name}.ts`))
  for (const { name, summary, usage, fields, examples } of commands) {
    expect(summary.length, name).toBeLessThanOrEqual(100)
    expect(examples.length, `${name} has examples`).toBeGreaterThan(0)
    for (const example of examples) expect(example.split(' ')[0], name).toBe(name)
    for (const field of fields) expect(field.label.length, `${name} ${field.name}`).toBeLessThanOrEqual(45)
    const named = JSON.stringify(parseUsage(usage)).match(/"name":"([\w-]+)"/g) ?? []
    for (const one of named)
      expect(
        fields.map((field) => `"name":"${field.name}"`),
        `${name}: ${one}`,
      ).toContain(one)
  }
})

describe('every example runs as it stands', () => {
  for (const command of commands) {
    for (const example of command.examples) {
      test(example, async () => {
        const world = await openTestHouse()
        try {
          for (const [who, line] of BEFORE[command.name] ?? IN_REVIEW)
            await world.house.desk.ask(await world.speaker(who), { line })
          const answer = await world.house.desk.ask(await world.speaker('Grace'), {
            line: example.replaceAll('42', '1'),
          })
          const said = answer.type === 'message' ? plainText(answer.message) : `[form ${answer.form.title}]`
          expect(said).not.toMatch(/Something went wrong in Crier itself/)
          const refusal = REFUSED[example]
          if (refusal) expect(said).toContain(refusal)
          else
            expect(said).not.toMatch(
              /needs the role|I can't read|There is no|I know no|did not understand|can no longer|Only a /,
            )
        } finally {
          await world.close()
        }
      })
    }
  }
})

describe('bad input to every command gets a sentence and the way out', () => {
  let world: TestHouse
  beforeAll(async () => {
    world = await openTestHouse()
    await world.house.desk.ask(await world.speaker('Ada'), { line: 'draft to rehearsal: Something' })
  })
  afterAll(() => world.close())

  const BAD = [
    '',
    ' ',
    ' 999999999999999999999',
    ' #0',
    ' -1',
    ' 1 1 1 1 1 1',
    ' \u0000\u0007',
    ' @everyone',
    ` ${'x'.repeat(100_000)}`,
    ' tomorrow: ',
    ' : :',
    ` $\{7*7} {{}}`,
    " '; drop table posts; --",
    ' ＦＵＬＬ',
    ' 🦄',
  ]
  for (const command of commands) {
    test(command.name, async () => {
      for (const bad of BAD) {
        const answer = await world.house.desk.ask(await world.speaker('Grace'), {
          line: `${command.name}${bad}`,
        })
        const said = answer.type === 'message' ? plainText(answer.message) : answer.form.title
        expect(said, `${command.name}${bad.slice(0, 40)}`).not.toMatch(/Something went wrong in Crier itself/)
        expect(said.trim()).not.toBe('')
        if (answer.type === 'message') {
          for (const block of answer.message.blocks) {
            if (block.type === 'buttons')
              for (const { line } of block.buttons) expect(line.length).toBeLessThanOrEqual(BUTTON_LINE)
          }
        }
      }
      if (command.name === 'pause')
        await world.house.desk.ask(await world.speaker('Grace'), { line: 'resume' })
    })
  }

  test('an unknown word names the nearest command', async () => {
    const answer = await world.house.desk.ask(await world.speaker('Ada'), { line: '/shedule tomorrow' })
    expect(answer.type === 'message' && plainText(answer.message)).toContain('Did you mean `schedule`?')
  })
})
