import { z } from 'zod'
import type { Routes } from '../../app/routes.ts'
import type { FrontDesk, Said, Speaker } from '../../app/surface.ts'
import { parseJson } from '../../kit/parse-json.ts'
import { quoted } from '../../kit/user-error.ts'
import type { Form } from '../../message/form.ts'
import { answerJson } from './message-json.ts'
import { openApi } from './openapi.ts'

export interface ApiOptions {
  desk: FrontDesk
  /** Whose token this is; undefined for nobody's. Compares in constant time. */
  verify(token: string): Promise<Speaker | undefined>
  version: string
}

const Value = z.union([z.string(), z.boolean(), z.number(), z.array(z.string())])
const Call = z.union([
  z.strictObject({ line: z.string().min(1) }),
  z.strictObject({ command: z.string().min(1), args: z.record(z.string(), Value).default({}) }),
])

const SHAPE =
  'Send { "line": "schedule tomorrow 9am to bluesky: We ship" } or { "command": "schedule", "args": { … } }.'

/** `POST /api/commands`: what people can type, for programs. `GET /api/openapi.json`: what can be said. */
export function createApi({ desk, verify, version }: ApiOptions): Routes {
  return {
    path: '/api',
    async handle(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/api/openapi.json')
        return only(request, 'GET') ?? Response.json(openApi(desk, version))
      if (pathname !== '/api/commands') return undefined
      return only(request, 'POST') ?? run(request, { desk, verify })
    },
  }
}

async function run(request: Request, { desk, verify }: Omit<ApiOptions, 'version'>): Promise<Response> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const speaker = token === undefined ? undefined : await verify(token)
  if (!speaker) {
    const sentence =
      token === undefined
        ? 'A token is missing: send "Authorization: Bearer <token>".'
        : 'This token opens nothing: make a new one.'
    return refuse(401, sentence, { 'www-authenticate': 'Bearer' })
  }

  const text = await request.text()
  const body = parseJson(text)
  if (body === undefined) return refuse(400, `The request is not JSON. ${SHAPE}`)
  const call = Call.safeParse(body)
  if (!call.success) return refuse(400, `The request has another shape than Crier reads. ${SHAPE}`)

  const said = asSaid(call.data)
  if ('command' in said && !desk.commands.some(({ name }) => name === said.command)) {
    return refuse(404, `There is no command ${quoted(said.command)}; /api/openapi.json lists them.`)
  }
  const answer = await desk.ask(speaker, said)
  const json = answerJson(answer, speaker.person)
  return answer.type === 'form'
    ? Response.json({ error: mistakes(answer.form), ...json }, { status: 422, headers: FRESH })
    : Response.json(answer.refused ? { error: json.text, ...json } : json, {
        status: answer.refused ? 422 : 200,
        headers: FRESH,
      })
}

function asSaid(call: z.infer<typeof Call>): Said {
  if ('line' in call) return { line: call.line }
  const values = Object.entries(call.args).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ])
  return { command: call.command, values: Object.fromEntries(values) }
}

/** A form is what a person would be asked; a program is told in one sentence what is missing or wrong. */
function mistakes({ command, errors, fields }: Form): string {
  const found = Object.entries(errors ?? {}).map(([name, sentence]) =>
    name ? `${name}: ${sentence}` : sentence,
  )
  if (found.length > 0) return found.join(' ')
  const needed = fields.filter((field) => field.required && isEmpty(field)).map(({ name }) => name)
  return needed.length > 0
    ? `${command} needs ${needed.join(', ')}.`
    : `${command} needs values: see the form's fields.`
}

function isEmpty(field: Form['fields'][number]): boolean {
  if ('values' in field) return (field.values ?? []).length === 0
  return !('value' in field) || field.value === undefined || field.value === ''
}

const FRESH = { 'cache-control': 'no-store' }

const refuse = (status: number, error: string, headers: Record<string, string> = {}): Response =>
  Response.json({ error }, { status, headers: { ...FRESH, ...headers } })

const only = (request: Request, method: 'GET' | 'POST'): Response | undefined =>
  request.method === method || (method === 'GET' && request.method === 'HEAD')
    ? undefined
    : refuse(405, `This address takes ${method} only.`, { allow: method })
