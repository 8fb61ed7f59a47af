import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Field, Form } from '../../../src/message/form.ts'
import * as say from '../../../src/message/message.ts'
import { plainSpans } from '../../../src/message/plain-text.ts'
import { continuation, drawForm, splitText } from '../../../src/surfaces/slack/draw-form.ts'
import { drawMessage } from '../../../src/surfaces/slack/draw-message.ts'
import { withEmoji } from '../../../src/surfaces/slack/emoji.ts'
import { errorsBeside, readForm, type SentView, withMoreRoom } from '../../../src/surfaces/slack/read-form.ts'
import { richWords } from '../../../src/surfaces/slack/rich-words.ts'
import { escapeSlack, readSlackText, tidy } from '../../../src/surfaces/slack/slack-text.ts'
import { textsIn, violations } from './contract.ts'
import { forms, hostile, messages } from './hostile.ts'
import type { Json } from './slack-server.ts'

// Texts of 63,000 characters shrink for minutes: a failure is shown as it was found, with the seed that repeats it.
fc.configureGlobal({ endOnFailure: true, interruptAfterTimeLimit: 15_000 })

const picture = (image: say.ImageSource) => ('mediaId' in image && image.mediaId === 'up' ? 'F1' : undefined)
const SIGN = /…/

describe('a message', () => {
  test('whatever people write: within Slack’s limits and its types', () => {
    fc.assert(
      fc.property(messages(), (message) => {
        const drawn = drawMessage(message, { picture })
        expect(violations('blocks', drawn.blocks)).toEqual([])
        expect(drawn.text.length).toBeGreaterThan(0)
        expect(drawn.text.length).toBeLessThanOrEqual(4000)
      }),
      { numRuns: 100 },
    )
  })

  test('nobody can be pinged, and nothing becomes a link that was none', () => {
    fc.assert(
      fc.property(messages(), (message) => {
        const { text, blocks } = drawMessage(message, { picture })
        expect(text).not.toMatch(/[<>]/)
        const links = new Set(linksOf(message))
        for (const element of markupIn(blocks)) {
          expect(element.verbatim).toBe(true)
          for (const [, inner = ''] of element.text.matchAll(/<([^>]*)>/g)) {
            expect(inner).toMatch(/^(!date\^\d+\^|https?:|mailto:)/)
          }
          expect(element.text.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
        }
        for (const element of elementsIn(blocks)) {
          expect(['text', 'link', 'date']).toContain(element.type)
          if (element.type === 'link') expect(links).toContain(element.url)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('what is left out leaves a sign', () => {
    fc.assert(
      fc.property(hostile(), hostile(), hostile(), (one, other, third) => {
        const { blocks } = drawMessage(say.message(say.text(one), say.quote(other), say.list([third, one])))
        const shown = textsIn(blocks).join('')
        for (const part of [one, other, third].map(tidy)) {
          if (!shown.includes(part)) expect(shown).toMatch(SIGN)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a text of 63,000 characters says how many more there are', () => {
    const { blocks } = drawMessage(
      say.message(
        say.heading('A post'),
        say.quote('word '.repeat(12_600)),
        say.buttons(say.button('Show', 'show 1')),
      ),
    )
    const shown = textsIn(blocks).join('')
    const [, more = ''] = /… \(([\d,]+) more characters\)/.exec(shown) ?? []
    const kept = shown.match(/word /g)?.length ?? 0
    expect(kept * 5 + Number(more.replaceAll(',', ''))).toBeCloseTo(63_000, -2)
    expect(shown).toContain('Show')
  })

  test('more blocks than fit: buttons stay, and a line says how many parts are missing', () => {
    const many = Array.from({ length: 80 }, (_, index) => say.text(`part ${index}`))
    const { blocks } = drawMessage(say.message(...many, say.buttons(say.button('Go', 'go'))))
    expect(blocks).toHaveLength(50)
    expect(blocks.at(-1)).toMatchObject({ type: 'actions' })
    expect(textsIn(blocks)).toContain('… and 32 more parts, which do not fit here')
  })

  test('styles, times, members and links, as one would draw them by hand', () => {
    const at = Date.UTC(2026, 10, 27, 8)
    const { blocks } = drawMessage(
      say.message(
        say.text(
          'By ',
          say.memberSpan({ id: 'm1', name: 'Ada' }),
          ', ',
          say.bold('bold'),
          ' ',
          say.link('https://example.com/a', 'here'),
        ),
        say.facts({ When: say.time(at, 'Europe/Berlin') }),
        say.note('was ', say.time(at, 'UTC')),
      ),
      { mention: (id) => (id === 'm1' ? 'U1' : undefined) },
    )
    expect(elementsIn(blocks)).toEqual([
      { type: 'text', text: 'By ' },
      { type: 'user', user_id: 'U1' },
      { type: 'text', text: ', ' },
      { type: 'text', text: 'bold', style: { bold: true } },
      { type: 'text', text: ' ' },
      { type: 'link', url: 'https://example.com/a', text: 'here' },
      { type: 'text', text: 'When: ', style: { bold: true } },
      {
        type: 'date',
        timestamp: at / 1000,
        format: '{date_long_pretty} at {time}',
        fallback: 'Fri 27 Nov 2026, 09:00 (Berlin time)',
      },
    ])
    expect(markupIn(blocks).map(({ text }) => text)).toEqual([
      `was <!date^${at / 1000}^{date_long_pretty} at {time}|Fri 27 Nov 2026, 08:00 (UTC)>`,
    ])
  })
})

describe('a form', () => {
  test('whatever stands in it: within Slack’s limits and its types', () => {
    fc.assert(
      fc.property(forms(), (form) => {
        expect(
          violations('modal', drawForm(form, { channel: 'C1', responseUrl: 'https://hooks.slack.com/x' })),
        ).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('submitted untouched, it gives back what stood in it', () => {
    fc.assert(
      fc.property(forms(), (form) => {
        const view = filled(drawForm(form, { channel: 'C1' }))
        if (view.callback_id !== 'form') return
        const { values, command } = readForm(view)
        expect(command).toBe(form.command)
        for (const field of form.fields) {
          const stood = standing(field)
          if (stood !== undefined) expect(values[field.name]).toEqual(stood)
        }
        for (const [name, value] of Object.entries(form.hidden)) {
          if (!form.fields.some((field) => field.name === name)) expect(values[name]).toBe(value)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('a long text is cut and joined without a trace, also where Slack trims its inputs', () => {
    fc.assert(
      fc.property(
        hostile().map((text) => tidy(text).trim()),
        (text) => {
          const parts = splitText(text)
          expect(parts.every(({ value }) => value.length <= 3000)).toBe(true)
          expect(parts.map(({ between, value }) => between + value).join('')).toBe(text)
          const view = filled(drawForm(textForm(text), {}), (value) => value)
          if (view.callback_id === 'form') expect(readForm(view).values.text).toBe(withEmoji(text))
        },
      ),
      { numRuns: 200 },
    )
    const paragraphs = Array.from(
      { length: 900 },
      (_, index) => `Paragraph ${index} says what it says.`,
    ).join('\n\n')
    const trimmed = filled(drawForm(textForm(paragraphs), {}), (value) => value.trim())
    expect(trimmed.blocks.filter(({ type }) => type === 'input').length).toBeGreaterThan(5)
    expect(readForm(trimmed).values.text).toBe(paragraphs)
  })

  test('more room: what was typed stays, and a further box is joined by a line break', () => {
    const view = filled(drawForm(textForm('first'), {}), () => 'typed')
    const roomier = withMoreRoom(view, 'text')!
    expect(violations('modal', roomier)).toEqual([])
    const again = filled(roomier)
    expect(readForm(again).values.text).toBe('typed')
    const last = roomier.blocks.findLast((block) => block.type === 'input')!
    again.state!.values[last.block_id!] = { text: { type: 'plain_text_input', value: 'more' } }
    expect(readForm(again).values.text).toBe('typed\nmore')
    expect(continuation({ name: 'text', label: 'Text (continued)' }, 2, '').label.text).toBe(
      'Text (continued)',
    )
  })

  test('a text that no form holds is refused in words, never cut', () => {
    const view = drawForm(textForm('x'.repeat(300_000)), {})
    expect(view.callback_id).toBe('shown')
    expect(textsIn(view.blocks).join('')).toContain('300,000 characters')
  })

  test('mistakes stand beside their fields; those of the whole form need the view drawn anew', () => {
    const form = textForm('text')
    const view = filled(drawForm(form, {}))
    expect(errorsBeside({ ...form, errors: { text: 'Too dull.' } }, view)).toEqual({
      'field:text': 'Too dull.',
    })
    expect(errorsBeside({ ...form, errors: { '': 'Not now.' } }, view)).toBeUndefined()
    expect(errorsBeside({ ...form, command: 'other', errors: { text: 'No.' } }, view)).toBeUndefined()
    const drawn = drawForm({ ...form, errors: { '': 'Not now.', text: 'Too dull.' } }, {})
    expect(textsIn(drawn.blocks)).toEqual(expect.arrayContaining(['⚠️ Not now.', '⚠️ Too dull.']))
    expect(errorsBeside({ ...form, errors: { text: 'Still dull.' } }, filled(drawn))).toBeUndefined()
  })
})

test('what people typed is read as they meant it', () => {
  const as = { person: (id: string) => `@${id}`, channel: (id: string, name: string) => `#${name || id}` }
  expect(readSlackText('A &amp; B &lt;c&gt; &amp;lt;', as)).toBe('A & B <c> &lt;')
  expect(readSlackText('<https://example.com/a?b=1&amp;c=2>', as)).toBe('https://example.com/a?b=1&c=2')
  expect(readSlackText('see <http://example.com|example.com> and <https://x.test/|here>', as)).toBe(
    'see example.com and here (https://x.test/)',
  )
  expect(readSlackText('<mailto:a@b.test|a@b.test> <@U1> <#C1|general> <!here>', as)).toBe(
    'a@b.test @U1 #general @here',
  )
})

test('what is escaped is read back as it was', () => {
  const as = { person: (id: string) => id, channel: (id: string) => id }
  fc.assert(
    fc.property(hostile(), (text) => {
      expect(readSlackText(escapeSlack(text), as)).toBe(text)
    }),
  )
})

test('emoji by Slack’s names are the signs themselves, and nothing else is', () => {
  expect(withEmoji('ship :tada: :+1::skin-tone-3: :v::skin-tone-2: :flag-de:')).toBe('ship 🎉 👍🏼 ✌🏻 🇩🇪')
  expect(withEmoji(':party_parrot: at 10:30:00, a:b:c')).toBe(':party_parrot: at 10:30:00, a:b:c')
})

test('rich text is read without the signs of its styles', () => {
  const as = { person: (id: string) => `@${id}`, channel: (id: string) => `#${id}` }
  const section = (...elements: Json[]) => ({ type: 'rich_text_section', elements })
  const blocks = [
    {
      type: 'rich_text',
      elements: [
        section(
          { type: 'text', text: 'We ', style: { bold: true } },
          { type: 'text', text: 'ship *it* ' },
          { type: 'emoji', name: 'tada', unicode: '1f389' },
        ),
        {
          type: 'rich_text_list',
          style: 'bullet',
          elements: [
            section({ type: 'text', text: 'one' }),
            section({ type: 'link', url: 'https://x.test/a' }),
          ],
        },
        section(
          { type: 'user', user_id: 'U1' },
          { type: 'text', text: ' ' },
          { type: 'link', url: 'https://x.test/', text: 'here' },
        ),
      ],
    },
  ]
  expect(richWords(blocks, as)).toBe('We ship *it* 🎉\n• one\n• https://x.test/a\n@U1 here (https://x.test/)')
  expect(richWords(undefined, as)).toBeUndefined()
})

const textForm = (value: string): Form => ({
  type: 'form',
  title: 'Draft',
  command: 'draft',
  hidden: {},
  fields: [{ kind: 'text', name: 'text', label: 'Text', required: true, multiline: true, value }],
  submit: 'Save',
})

/** The view as Slack sends it when somebody submits it as it stands. */
function filled(view: Json, typed: (value: string) => string = (value) => value): SentView {
  const values: Json = {}
  for (const { type, block_id, element } of view.blocks) {
    if (type !== 'input') continue
    values[block_id] = {
      [element.action_id]: {
        value: element.initial_value === undefined ? null : typed(element.initial_value),
        selected_option: element.initial_option ?? null,
        selected_options: element.initial_options ?? [],
        files: [],
      },
    }
  }
  return { ...view, id: 'V1', state: { values } }
}

function standing(field: Field): unknown {
  switch (field.kind) {
    case 'text':
      return withEmoji(tidy(field.value ?? ''))
    case 'flag':
      return field.value ?? false
    case 'choice':
      return field.options.length === 0
        ? undefined
        : field.options.some(({ value }) => value === field.value)
          ? field.value
          : ''
    case 'choices':
      return field.options.length === 0
        ? undefined
        : [...new Set(field.options.map(({ value }) => value))].filter((value) =>
            field.values?.includes(value),
          )
    default:
      return undefined
  }
}

const elementsIn = (node: Json): Json[] => {
  if (Array.isArray(node)) return node.flatMap(elementsIn)
  if (node === null || typeof node !== 'object') return []
  if (/^rich_text_(section|quote)$/.test(node.type)) return node.elements
  return elementsIn(Object.values(node))
}

const markupIn = (node: Json): Json[] => {
  if (Array.isArray(node)) return node.flatMap(markupIn)
  if (node === null || typeof node !== 'object') return []
  return node.type === 'mrkdwn' ? [node] : markupIn(Object.values(node))
}

const linksOf = (message: say.Message): string[] =>
  message.blocks
    .flatMap((block) =>
      block.type === 'text' || block.type === 'note'
        ? block.spans
        : block.type === 'facts'
          ? block.facts.flatMap(({ value }) => value)
          : block.type === 'list'
            ? block.items.flat()
            : [],
    )
    .flatMap((span) => (span.type === 'link' && URL.canParse(span.href) ? new URL(span.href).href : []))

test('the plain reading of a time is the fallback that old clients show', () => {
  expect(plainSpans([say.time(0, 'UTC')])).toBe('Thu 1 Jan 1970, 00:00 (UTC)')
})
