import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FrontDesk, Speaker } from '../../../src/app/surface.ts'
import { standingClock } from '../../../src/kit/clock.ts'
import { type Message, message, quote, text } from '../../../src/message/message.ts'
import { plainText } from '../../../src/message/plain-text.ts'
import { chat } from '../../../src/surfaces/terminal/chat.ts'
import { drawMessage } from '../../../src/surfaces/terminal/draw.ts'
import { execLine } from '../../../src/surfaces/terminal/terminal.ts'
import { everything, smallDesk } from '../small-desk.ts'

const clock = standingClock('2026-11-26T08:00:00Z')
const speaker: Speaker = {
  surface: 'terminal',
  chat: { externalId: 'local', name: 'Terminal' },
  person: { externalId: 'ada', name: 'Ada', zone: 'Europe/Berlin' },
}

function screen(isTTY = false) {
  const said: string[] = []
  return { isTTY, write: (words: string) => said.push(words), read: () => said.join('') }
}

async function exec(line: string, options: { json?: boolean; desk?: FrontDesk } = {}) {
  const out = screen()
  const code = await execLine(options.desk ?? smallDesk(clock), line, {
    speaker,
    out,
    ...(options.json ? { json: true } : {}),
  })
  return { code, said: out.read() }
}

test('a line is answered in words, and its buttons say what they type', async () => {
  const { code, said } = await exec('calendar')
  expect(code).toBe(0)
  expect(said).toBe(`Week 48
- Mon 09:00 We ship on Friday
- Tue nothing yet
- Wed 12:30 Meet the team
[Back] calendar -1
[Today] calendar 0
[On] calendar 1
`)
})

test('a command that needs more says what, and how to say it in one line', async () => {
  const { code, said } = await exec('schedule We ship')
  expect(code).toBe(2)
  expect(said).toContain('Schedule a post\n')
  expect(said).toContain('- Code (optional): Only if your admin gave you one\n')
  expect(said).toContain('Say it in one line: schedule <when> [to <accounts>]: <text>\n')
  expect(said).toContain('For example: schedule tomorrow 9am to bluesky: We ship on Friday\n')
})

test('as JSON, a message is whole, with its words and its pictures', async () => {
  const { said } = await exec('everything', { json: true })
  const answer = JSON.parse(said)
  expect(answer).toMatchObject({ type: 'message', audience: 'person', message: { type: 'message' } })
  expect(answer.text).toContain('Everything at once')
  const picture = answer.message.blocks.find(({ type }: { type: string }) => type === 'image')
  expect(Buffer.from(picture.image.png, 'base64').subarray(1, 4).toString()).toBe('PNG')
  expect(JSON.parse((await exec('schedule', { json: true })).said)).toMatchObject({
    type: 'form',
    form: { command: 'schedule' },
  })
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys is the matter of this test
const OURS = /\u001b\[(1|2|22|31|32|36|39)m/g

test('colour changes no word, and only a terminal gets it', () => {
  const shown = everything(clock.now())
  const coloured = drawMessage(shown, { colour: true })
  expect(coloured).toMatch(OURS)
  expect(coloured.replace(OURS, '').replaceAll('┃ ', '> ')).toBe(plainText(shown))
  expect(drawMessage(shown, { colour: false })).toBe(plainText(shown))
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys is the matter of this test
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

test('nothing a person wrote steers the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (said) => {
      const shown: Message = message(quote(`${said}\u001b[2J\u001b]0;mine\u0007`), text(said))
      expect(drawMessage(shown, { colour: true }).replace(OURS, '')).not.toMatch(OBEYED)
    }),
  )
})

async function talk(lines: string[]): Promise<string> {
  const input = new PassThrough()
  const output = new PassThrough()
  const out = screen()
  output.on('data', (chunk) => out.write(String(chunk)))
  input.end(lines.map((line) => `${line}\n`).join(''))
  await chat(smallDesk(clock), { speaker, out, input, output })
  return out.read()
}

test('a conversation asks a form field by field, and again for what was wrong', async () => {
  const said = await talk([
    'schedule',
    'We ship',
    'bluesky',
    'whenever',
    'public',
    'no',
    '',
    '',
    '',
    'tomorrow 9am',
    '',
    '',
    '',
    'exit',
    'help',
  ])
  expect(said).toContain('  bluesky: @acme on Bluesky')
  expect(said).toContain('I can\'t read "whenever" as a time.')
  expect(said).toContain('Text [We ship]: ')
  expect(said).toContain('#42 is in review.')
  expect(said).not.toContain('What you can say')
})

test('leaving a form does nothing, and the conversation goes on', async () => {
  const said = await talk(['schedule', 'exit', 'calendar'])
  expect(said).toContain('Left the form; nothing was done.')
  expect(said).toContain('Week 48')
})
