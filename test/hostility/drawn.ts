import { expect } from 'vitest'
import type { Answer } from '../../src/app/surface.ts'
import type { Form } from '../../src/message/form.ts'
import type { Message } from '../../src/message/message.ts'
import { answerJson } from '../../src/surfaces/api/message-json.ts'
import { modalOf, openForm } from '../../src/surfaces/discord/modal.ts'
import { renderAsWords, renderMessage } from '../../src/surfaces/discord/render.ts'
import { drawForm } from '../../src/surfaces/slack/draw-form.ts'
import { drawMessage } from '../../src/surfaces/slack/draw-message.ts'
import { drawMessage as drawInTerminal } from '../../src/surfaces/terminal/draw.ts'
import { contractAbsent, discordContract, problems } from '../surfaces/discord/contract.ts'
import { violations } from '../surfaces/slack/contract.ts'

if (contractAbsent) console.warn(`Skipped in part: ${contractAbsent}`)

// biome-ignore lint/suspicious/noExplicitAny: drawn payloads are walked as what they are, JSON
type Json = any

/** Draws an answer on every surface as it would be sent, and looks at each for what must not be in it. */
export function expectSafeOnAllSurfaces(answer: Answer, about: string): void {
  if (answer.type === 'form') {
    expectSafeForm(answer.form, about)
    return
  }
  expectSafeInSlack(answer.message, about)
  expectSafeInDiscord(answer.message, about)
  expectSafeInTerminal(answer.message, about)
  const json = JSON.stringify(answerJson(answer))
  expect(JSON.parse(json).text.trim(), `${about}: the API says something`).not.toBe('')
}

function expectSafeInSlack(message: Message, about: string): void {
  const { text, blocks } = drawMessage(message, { picture: () => 'F1' })
  expect(violations('blocks', blocks), about).toEqual([])
  expect(text, about).not.toMatch(/[<>]/)
  for (const node of nodesIn(blocks)) {
    if (node.type === 'mrkdwn') {
      for (const [, inner = ''] of node.text.matchAll(/<([^>]*)>/g))
        expect(inner, about).toMatch(/^(!date\^\d+\^|https?:|mailto:)/)
      expect(node.text.replace(/<[^<>]*>/g, ''), about).not.toMatch(/[<>]/)
    }
    // What a client would ping by: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    expect(['broadcast', 'user', 'usergroup', 'channel', 'team'], about).not.toContain(node.type)
    if (node.type === 'link') expect(node.url, about).toMatch(/^(https?:|mailto:)/)
  }
}

function expectSafeInDiscord(message: Message, about: string): void {
  const { body } = renderMessage(message)
  const words = renderAsWords(message)
  expect(body.allowed_mentions, about).toEqual({ parse: [] })
  expect(words.allowed_mentions, about).toEqual({ parse: [] })
  for (const sent of [body, { content: words.content }]) {
    const validate = discordContract()?.schema('MessageCreateRequest')
    if (validate && !validate(sent)) expect(problems(validate), about).toEqual([])
  }
  for (const node of nodesIn(body)) {
    for (const value of Object.values<Json>(node))
      if (typeof value === 'string') expect(value.isWellFormed(), about).toBe(true)
    if (node.type === 10) expectEscaped(node.content, about)
  }
  expectEscaped(words.content, about)
}

/** Outside of code, nothing that somebody wrote pings, hides an address behind words, or begins a block of its own. */
function expectEscaped(content: string, about: string): void {
  const outside = content.replace(/(?<!\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, 'code')
  expect(outside, about).not.toMatch(/(?<!\\)@(?:everyone|here)/)
  expect(outside, about).not.toMatch(/(?<!\\)<(?:@|#|\/|:|id:)/)
  expect(outside, about).not.toMatch(/(?<!\\)\]\(<?https?:\/\/evil/)
  expect(outside, about).not.toMatch(/(?<!\\)\|\|/)
}

function expectSafeInTerminal(message: Message, about: string): void {
  const plain = drawInTerminal(message, { colour: false })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
  expect(plain, about).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours
  const coloured = drawInTerminal(message, { colour: true }).replaceAll(/\u001b\[\d+m/g, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
  expect(coloured, about).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
}

function expectSafeForm(form: Form, about: string): void {
  expect(violations('modal', drawForm(form, { channel: 'C1' })), about).toEqual([])
  const opened = openForm('abcdef', '5', form)
  for (const at of opened.steps.keys()) {
    const modal = modalOf({ ...opened, at })
    const validate = discordContract()?.schema('ModalInteractionCallbackRequestData')
    if (validate && !validate(modal)) expect(problems(validate), about).toEqual([])
    for (const node of nodesIn(modal))
      for (const value of Object.values<Json>(node))
        if (typeof value === 'string') expect(value.isWellFormed(), about).toBe(true)
  }
  expect(JSON.stringify(answerJson({ type: 'form', form })).length, about).toBeGreaterThan(0)
}

/** Every object in a payload, itself included. */
function nodesIn(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  if (value === null || typeof value !== 'object') return []
  return [value, ...Object.values(value).flatMap(nodesIn)]
}
