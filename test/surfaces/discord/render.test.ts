import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bold,
  button,
  buttons,
  code,
  facts,
  heading,
  italic,
  link,
  type Message,
  memberSpan,
  message,
  note,
  quote,
  text,
  time,
} from '../../../src/message/message.ts'
import { plainText } from '../../../src/message/plain-text.ts'
import { carries, idToLine, isOwn } from '../../../src/surfaces/discord/custom-id.ts'
import { cleaned, escapeKeepingLinks, escapeMarkdown } from '../../../src/surfaces/discord/markdown.ts'
import {
  BUTTON_LABEL,
  COMPONENTS,
  CONTENT,
  FILES,
  PICTURE_DESCRIPTION,
  PLACEHOLDER,
  TEXT_IN_ALL,
} from '../../../src/surfaces/discord/message-limits.ts'
import { type DiscordMessage, renderAsWords, renderMessage } from '../../../src/surfaces/discord/render.ts'
import { anyMessage, hostileText } from './arbitrary-message.ts'
import { contractAbsent, discordContract, problems } from './contract.ts'

if (contractAbsent) console.log(`skipped: ${contractAbsent}`)

describe('what a person wrote', () => {
  test('is shown as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(hostileText(), (said) => {
        expect(shownBy(escapeMarkdown(said))).toBe(cleaned(said))
        expect(shownBy(escapeKeepingLinks(said))).toBe(cleaned(said))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['@everyone **hi**', '\\@everyone \\*\\*hi\\*\\*'],
    ['<@123> and <@&4>', '\\<\\@123> and \\<\\@&4>'],
    ['[bank](https://evil.example)', '\\[bank\\](<https://evil.example>)'],
    ['see https://a.example/x_y_z.', 'see <https://a.example/x_y_z>.'],
    ['(https://a.example/Foo_(bar))', '(<https://a.example/Foo_(bar)>)'],
    ['- a\n1. b\n# c\n> d', '\\- a\n1\\. b\n\\# c\n\\> d'],
  ])('%j becomes %j', (said, drawn) => {
    // The last bracket of a sentence around an address may stay with it or not: both show the same words.
    expect(escapeKeepingLinks(said).replace('(bar))>', '(bar)>)')).toBe(drawn)
  })

  test('spans look as they say, and links open what they name', () => {
    const drawn = textOf(
      renderMessage(
        message(
          text(
            bold('b*b'),
            italic('i'),
            ' ',
            code('c_c'),
            ' ',
            link('https://crier.example/a_(b)', 'the post'),
            ' ',
            link('https://evil.example', 'https://bank.example'),
            ' ',
            link('javascript:alert(1)', 'click'),
            ' ',
            memberSpan({ id: '1', name: '@here' }),
            ' ',
            time(1_764_144_000_000, 'Europe/Berlin'),
          ),
        ),
      ),
    )
    expect(drawn).toBe(
      '**b\\*b**\u200b*i* `c_c` [the post](<https://crier.example/a%5F%28b%29>) https://bank.example (<https://evil.example/>) click (javascript:alert(1)) \\@here <t:1764144000:F>',
    )
  })
})

describe('a message for Discord', () => {
  test('keeps its order, has a frame, and its buttons say their lines', () => {
    const card = message(
      heading('#42 waits for approval'),
      quote('We ship on *Friday*\n\n@everyone', 'Bluesky, 29 of 300'),
      facts({ When: [time(1_764_144_000_000, 'UTC')], By: 'Ada' }),
      buttons(
        button('Approve', 'approve 42 @9f3c', { style: 'primary' }),
        button('Cancel', 'cancel 42', { style: 'danger', confirm: 'Sure?' }),
      ),
      note('Twice the same is fine'),
      buttons(button('Approve', 'approve 42 @9f3c')),
    )
    expect(renderMessage(card).body).toMatchInlineSnapshot(`
      {
        "allowed_mentions": {
          "parse": [],
        },
        "components": [
          {
            "components": [
              {
                "content": "### \\#42 waits for approval",
                "type": 10,
              },
              {
                "content": "-# Bluesky, 29 of 300",
                "type": 10,
              },
              {
                "content": ">>> We ship on \\*Friday\\*

      \\@everyone",
                "type": 10,
              },
              {
                "content": "**When**: <t:1764144000:F>
      **By**: Ada",
                "type": 10,
              },
              {
                "components": [
                  {
                    "custom_id": "approve 42 @9f3c",
                    "label": "Approve",
                    "style": 1,
                    "type": 2,
                  },
                  {
                    "custom_id": "cancel42",
                    "label": "Cancel",
                    "style": 4,
                    "type": 2,
                  },
                ],
                "type": 1,
              },
              {
                "content": "-# Twice the same is fine",
                "type": 10,
              },
              {
                "components": [
                  {
                    "custom_id": "approve42 @9f3c",
                    "label": "Approve",
                    "style": 2,
                    "type": 2,
                  },
                ],
                "type": 1,
              },
            ],
            "type": 17,
          },
        ],
        "flags": 32768,
      }
    `)
  })

  test('a long text is shortened with a sign, and all of it is attached', () => {
    const long = 'All work and no play. '.repeat(2860)
    const drawn = renderMessage(message(heading('Post'), quote(long), buttons(button('Show', 'show 1'))))
    expect(textOf(drawn)).toMatch(/…\n-# Shortened/)
    expect(String(drawn.files[0]?.data)).toContain(long.trim())
    expect(linesIn(drawn)).toEqual(['show 1'])
  })

  test('more buttons than Discord has room for become a menu', () => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      buttons(
        button('Approve', `approve ${index}`),
        button('Show', `show ${index}`),
        button('Cancel', `cancel ${index}`, { confirm: 'Sure?' }),
      ),
    )
    const drawn = renderMessage(message(heading('Queue'), ...rows))
    expect(linesIn(drawn)).toHaveLength(60)
    expect(count(drawn)).toBeLessThanOrEqual(COMPONENTS)
    expect(drawn.files).toEqual([])
  })

  test('holds every limit, pings nobody and loses nothing without a sign', () => {
    fc.assert(
      fc.property(anyMessage, (said) => checkMessage(said, renderMessage(said, { pictures }))),
      { numRuns: 400 },
    )
  })

  test('as words too', () => {
    fc.assert(
      fc.property(anyMessage, (said) => {
        const { content, files } = renderAsWords(said)
        expect(content.length).toBeLessThanOrEqual(CONTENT)
        expect(content.trim()).not.toBe('')
        if (files.length === 0) expect(shownBy(content).trim()).toBe(cleaned(plainText(said)).trim() || '-')
        else expect(String(files[0]?.data)).toBe(plainText(said).toWellFormed())
      }),
      { numRuns: 200 },
    )
  })
})

const pictures = new Map([['media-1', { bytes: new Uint8Array([1, 2, 3]), type: 'image/jpeg' }]])

function checkMessage(said: Message, drawn: DiscordMessage): void {
  const texts = textsIn(drawn)
  expect(texts.join('').length).toBeLessThanOrEqual(TEXT_IN_ALL)
  expect(count(drawn)).toBeLessThanOrEqual(COMPONENTS)
  expect(drawn.body.allowed_mentions).toEqual({ parse: [] })
  expect(drawn.files.length).toBeLessThanOrEqual(FILES)
  for (const one of texts) {
    expect(one.trim()).not.toBe('')
    // Behind our own marks stands nothing that Discord would read as a mention, a command or an emoji.
    expect(
      one
        .replaceAll(/\\[!-/:-@[-`{-~]/g, '')
        .replaceAll(/<t:-?\d+:F>|<https?:\/\/[^\s>]*>/g, '')
        .replaceAll(/`[^`\n]*`/g, ''),
    ).not.toMatch(/<[@#/:]|@(everyone|here)|```/)
  }
  const ids = controlsIn(drawn).map(({ custom_id: id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const control of controlsIn(drawn)) {
    expect(control.custom_id.length).toBeLessThanOrEqual(100)
    if (control.type === 2) expect(control.label?.length ?? 0).toBeLessThanOrEqual(BUTTON_LABEL)
    if (control.type !== 3) continue
    expect(control.placeholder?.length ?? 0).toBeLessThanOrEqual(PLACEHOLDER)
    expect(control.options.length).toBeLessThanOrEqual(25)
    expect(new Set(control.options.map(({ value }) => value)).size).toBe(control.options.length)
  }
  for (const { description } of drawn.body.attachments ?? []) {
    expect((description ?? '').length).toBeLessThanOrEqual(PICTURE_DESCRIPTION)
  }

  const complete = drawn.files.find(({ name }) => name === 'complete.txt')
  if (complete) {
    expect(texts.at(-1)).toContain('Shortened')
    expect(String(complete.data)).toBe(plainText(said).toWellFormed())
  } else {
    // Nothing was left out: every quote can be read whole, every line can be said.
    const shown = shownBy(texts.join('\n'))
    for (const block of said.blocks) {
      if (block.type === 'quote' && block.text.trim() !== '')
        expect(shown).toContain(cleaned(block.text).trim())
    }
    const offered = said.blocks
      .flatMap((block) =>
        block.type === 'buttons' ? block.buttons : block.type === 'select' ? block.options : [],
      )
      .filter(({ line }) => carries(line))
    expect(linesIn(drawn).sort()).toEqual(offered.map(({ line }) => line).sort())
  }

  const contract = discordContract()
  if (contract) {
    const validate = contract.schema('MessageCreateRequest')
    const { attachments, ...body } = drawn.body
    expect(validate({ ...body, ...(attachments && { attachments }) }) || problems(validate)).toBe(true)
  }
}

/** What Discord shows of escaped words: a mark behind a backslash as itself, an address in angle brackets as itself. */
function shownBy(markdown: string): string {
  return markdown.replaceAll(
    /\\([!-/:-@[-`{-~])|<(https?:\/\/[^\s>]+)>/g,
    (_, mark?: string, address?: string) => mark ?? address ?? '',
  )
}

type Inside = Extract<DiscordMessage['body']['components'][number], { type: 17 }>['components'][number]

const insideOf = ({ body }: DiscordMessage): Inside[] =>
  body.components.flatMap((one) => (one.type === 17 ? one.components : [one as Inside]))

const textsIn = (drawn: DiscordMessage): string[] =>
  insideOf(drawn).flatMap((one) => (one.type === 10 ? [one.content] : []))
const textOf = (drawn: DiscordMessage): string => textsIn(drawn).join('\n')

const count = ({ body }: DiscordMessage): number =>
  body.components.reduce(function add(sum: number, one): number {
    const inner = 'components' in one ? (one.components as (typeof body.components)[number][]) : []
    return inner.reduce(add, sum + 1)
  }, 0)

const controlsIn = (drawn: DiscordMessage) =>
  insideOf(drawn).flatMap((one) =>
    one.type === 1
      ? one.components.flatMap((inner) =>
          (inner.type === 2 && 'custom_id' in inner) || inner.type === 3 ? [inner] : [],
        )
      : [],
  )

const linesIn = (drawn: DiscordMessage): string[] =>
  controlsIn(drawn)
    .flatMap((control) =>
      control.type === 3 ? control.options.map(({ value }) => value) : [control.custom_id],
    )
    .filter((id) => !isOwn(id))
    .map((id) => idToLine(id).line)
