import { fileURLToPath } from 'node:url'
// ajv: checks JSON against a schema. ts-json-schema-generator: writes that schema from Slack's own types.
import { Ajv, type ValidateFunction } from 'ajv'
import { createGenerator } from 'ts-json-schema-generator'
import type { Json } from './slack-server.ts'

let schema: ReturnType<ReturnType<typeof createGenerator>['createSchema']> | undefined
const validators = new Map<string, ValidateFunction>()

/** What is wrong with a payload, by a closed schema generated from @slack/types and by Slack's limits. Empty is good. */
export function violations(method: string, payload: Json): string[] {
  const validate = validatorOf(method)
  const wrong = validate(payload)
    ? []
    : (validate.errors ?? []).slice(-4).map(({ instancePath, message }) => `${instancePath} ${message}`)
  return [...wrong, ...overLimits(payload)].map((one) => `${method}: ${one}`)
}

function validatorOf(method: string): ValidateFunction {
  const before = validators.get(method)
  if (before) return before
  schema ??= createGenerator({
    path: fileURLToPath(new URL('./payloads.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
    type: 'Payloads',
    additionalProperties: false,
    skipTypeCheck: true,
    topRef: true,
  }).createSchema('Payloads')
  const properties = (schema as Json).definitions.Payloads.properties
  if (!(method in properties)) throw new Error(`Crier calls ${method}, which the contract does not know`)
  const ajv = new Ajv({ strict: false, allErrors: false })
  const validate = ajv.compile({ ...properties[method], definitions: schema.definitions })
  validators.set(method, validate)
  return validate
}

/** Slack's limits, written down a second time, from https://docs.slack.dev/reference/block-kit. */
function overLimits(payload: Json): string[] {
  const wrong: string[] = []
  const atMost = (what: string, length: number | undefined, limit: number) => {
    if ((length ?? 0) > limit) wrong.push(`${what}: ${length} of ${limit}`)
  }
  const filled = (what: string, text: unknown) => {
    if (typeof text !== 'string' || text.length === 0) wrong.push(`${what} is empty`)
  }
  const plain = (what: string, element: Json, limit: number) => {
    if (!element) return
    filled(what, element.text)
    atMost(what, element.text.length, limit)
  }
  const view = payload.view ?? (payload.type === 'modal' ? payload : undefined)
  const blocks: Json[] = Array.isArray(payload) ? payload : (view?.blocks ?? payload.blocks ?? [])
  if (payload.text !== undefined) {
    filled('text', payload.text)
    atMost('text', payload.text.length, 4000)
  }
  atMost('blocks', blocks.length, view ? 100 : 50)
  if (view) {
    plain('title', view.title, 24)
    plain('submit', view.submit, 24)
    plain('close', view.close, 24)
    atMost('private_metadata', view.private_metadata?.length, 3000)
    atMost('view', Buffer.byteLength(JSON.stringify(view)), 250_000)
    if (view.type === 'modal' && !view.submit && blocks.some(({ type }) => type === 'input'))
      wrong.push('no submit')
  } else atMost('all texts', textsIn(blocks).join('').length, 12_000)
  const ids = blocks.flatMap(({ block_id }) => block_id ?? [])
  if (new Set(ids).size < ids.length) wrong.push('a block_id stands twice')
  const actionIds = blocks.flatMap(({ elements }) =>
    (elements ?? []).flatMap((one: Json) => one.action_id ?? []),
  )
  if (!view && new Set(actionIds).size < actionIds.length) wrong.push('an action_id stands twice')
  for (const block of blocks) {
    atMost('block_id', block.block_id?.length, 255)
    switch (block.type) {
      case 'header':
        plain('header', block.text, 150)
        break
      case 'context':
        atMost('context', block.elements.length, 10)
        for (const element of block.elements) plain('context text', element, 3000)
        break
      case 'actions':
        atMost('actions', block.elements.length, 25)
        for (const element of block.elements) elementLimits(element, atMost, plain)
        break
      case 'input':
        plain('label', block.label, 2000)
        plain('hint', block.hint, 2000)
        elementLimits(block.element, atMost, plain)
        break
      case 'image':
        filled('alt_text', block.alt_text)
        atMost('alt_text', block.alt_text.length, 2000)
        plain('image title', block.title, 2000)
        break
      case 'rich_text':
        if (block.elements[0].type !== 'rich_text_list')
          atMost('rich text', textsIn(block).join('').length, 3100)
        for (const text of textsIn(block)) filled('rich text', text)
        break
    }
  }
  return wrong
}

function elementLimits(
  element: Json,
  atMost: (what: string, length: number | undefined, limit: number) => void,
  plain: (what: string, element: Json, limit: number) => void,
) {
  atMost('action_id', element.action_id?.length, 255)
  plain('placeholder', element.placeholder, 150)
  if (element.type === 'button') {
    plain('button', element.text, 75)
    atMost('value', element.value?.length, 2000)
    plain('confirm title', element.confirm?.title, 100)
    plain('confirm text', element.confirm?.text, 300)
    plain('confirm', element.confirm?.confirm, 30)
    plain('deny', element.confirm?.deny, 30)
  }
  if (element.type === 'plain_text_input') atMost('initial_value', element.initial_value?.length, 3000)
  const groups = element.option_groups ?? []
  atMost('groups', groups.length, 100)
  for (const group of groups) plain('group', group.label, 75)
  for (const options of [element.options ?? [], ...groups.map((group: Json) => group.options)]) {
    atMost('options', options.length, /radio|checkbox/.test(element.type) ? 10 : 100)
    for (const option of options) {
      plain('option', option.text, 75)
      plain('option hint', option.description, 75)
      atMost('option value', option.value?.length, 150)
    }
  }
}

/** Every text that people read in blocks, in order. */
export function textsIn(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn)
  if (node === null || typeof node !== 'object') return []
  if (typeof node.text === 'string') return [node.text]
  return Object.entries(node).flatMap(([key, value]) => (key === 'confirm' ? [] : textsIn(value)))
}

/** The same of everything that a bot called, by the server's own log: for a Crier that runs in another process. */
export function violationsInLog(log: readonly Json[]): { checked: number; wrong: string[] } {
  const calls = log.filter(({ direction, kind }) => direction === 'from_bot' && kind === 'web_api')
  const wrong = calls.flatMap(({ summary, detail }) => {
    const payload = Object.entries(detail ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? meant(key, value) : value,
    ])
    return violations(summary, Object.fromEntries(payload))
  })
  return { checked: calls.length, wrong }
}

/** Calls that leave, checked on their way and kept. */
export function checkedFetch(): {
  fetch: typeof fetch
  wrong: string[]
  calls: { method: string; payload: Json }[]
} {
  const wrong: string[] = []
  const calls: { method: string; payload: Json }[] = []
  const look = (url: URL, init: RequestInit | undefined) => {
    const method =
      /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1] ??
      (url.pathname.includes('/_hooks/') ? 'respond' : undefined)
    if (!method) return
    const payload =
      typeof init?.body === 'string' && init.body.startsWith('{') ? JSON.parse(init.body) : fields(init?.body)
    calls.push({ method, payload })
    wrong.push(...violations(method, payload))
  }
  return {
    wrong,
    calls,
    fetch: (input, init) => {
      look(new URL(String(input)), init)
      return fetch(input, init)
    },
  }
}

const AS_JSON = new Set([
  'blocks',
  'view',
  'metadata',
  'files',
  'link_names',
  'mrkdwn',
  'unfurl_links',
  'unfurl_media',
  'include_locale',
  'include_all_metadata',
  'limit',
  'length',
])

/** Slack takes numbers, truths and structures as text. */
const meant = (key: string, value: string): Json => (AS_JSON.has(key) ? JSON.parse(value) : value)

const fields = (body: unknown): Json =>
  Object.fromEntries(
    [...new URLSearchParams(String(body ?? ''))].map(([key, value]) => [key, meant(key, value)]),
  )
