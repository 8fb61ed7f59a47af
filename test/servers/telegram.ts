import { Ajv, type ValidateFunction } from 'ajv'
import { contractMissing, type Json, readContract } from './openapi-check.ts'
import { type Answer, type Asked, type StandIn, startStandIn } from './stand-in.ts'

interface TelegramMessage {
  id: number
  method: string
  /** As the method was given it; in a form, JSON is read. */
  fields: Json
  files: { name: string; type: string; size: number }[]
}

export interface TelegramServer extends StandIn {
  token: string
  /** What requests broke the contract. */
  mistakes: string[]
  messages: TelegramMessage[]
  /** The bot's standing in the channel. */
  member: { status: string; can_post_messages?: boolean; can_send_messages?: boolean }
  chat: { id: number; type: string; title?: string; username?: string }
}

/**
 * The Bot API on loopback, with one bot and one channel. Where the official contract is at hand, a request that breaks
 * it is refused. https://core.telegram.org/bots/api
 */
export async function startTelegram(): Promise<TelegramServer> {
  const check = contractMissing('telegram.json') ? undefined : checkerOf(readContract('telegram.json'))
  const token = '4242:AAsecret-bot-token-of-acme'
  const mistakes: string[] = []
  const messages: TelegramMessage[] = []
  let last = 100

  const no = (status: number, description: string, parameters?: Json): Answer => ({
    status,
    json: { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) },
  })
  const yes = (result: Json): Answer => ({ status: 200, json: { ok: true, result } })

  function answer({ path, headers, body }: Asked): Answer {
    const [, shown, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? []
    if (shown === undefined) return no(404, 'Not Found')
    if (shown !== token) return no(401, 'Unauthorized')
    const isForm = String(headers['content-type'] ?? '').startsWith('multipart/')
    const { fields, files } = isForm ? formOf(body) : { fields: body ?? {}, files: [] }
    const wrong =
      check?.(
        method,
        fields,
        files.map(({ name }) => name),
      ) ?? []
    if (wrong.length > 0) {
      mistakes.push(`${method}: ${wrong.join('; ')}`)
      return no(400, `Bad Request: ${wrong.join('; ')}`)
    }
    const { chat, member } = server
    if (method === 'getMe') return yes({ id: 4242, is_bot: true, first_name: 'Acme', username: 'acme_bot' })
    const isHere = [String(chat.id), `@${chat.username}`].includes(String(fields.chat_id))
    if (!isHere) return no(400, 'Bad Request: chat not found')
    if (method === 'getChat') return yes(chat)
    if (method === 'getChatMember')
      return yes({ ...member, user: { id: 4242, is_bot: true, first_name: 'Acme' } })
    if (member.status === 'left') return no(403, 'Forbidden: bot is not a member of the channel chat')
    if (method === 'deleteMessage') {
      const at = messages.findIndex(({ id }) => id === fields.message_id)
      if (at < 0) return no(400, 'Bad Request: message to delete not found')
      messages.splice(at, 1)
      return yes(true)
    }
    if (member.status !== 'administrator')
      return no(400, 'Bad Request: need administrator rights in the channel chat')
    const one = (): Json => {
      last += 1
      messages.push({ id: last, method, fields, files })
      return { message_id: last, date: 1, chat }
    }
    return yes(method === 'sendMediaGroup' ? fields.media.map(one) : one())
  }

  const standIn = await startStandIn(answer)
  const server: TelegramServer = Object.assign(standIn, {
    token,
    mistakes,
    messages,
    member: { status: 'administrator', can_post_messages: true },
    chat: { id: -1001234567890, type: 'channel', title: 'Acme news', username: 'acme_news' },
  })
  return server
}

/** "In a form, what is no text is written as JSON": https://core.telegram.org/bots/api#making-requests */
function formOf(body: Json): Pick<TelegramMessage, 'fields' | 'files'> {
  const fields: Json = {}
  const files: TelegramMessage['files'] = []
  for (const [name, value] of Object.entries<Json>(body)) {
    if (value instanceof Blob) files.push({ name, type: value.type, size: value.size })
    else
      fields[name] =
        /^(\[|\{|true$|false$|\d+$)/.test(value) && name !== 'caption' ? JSON.parse(value) : value
  }
  return { fields, files }
}

/** Fields and types of the contract as JSON Schema; "N-M characters" and "N-M items" in its prose become limits. */
function checkerOf(contract: Json): (method: string, fields: Json, files: string[]) => string[] {
  const plain: Record<string, string> = {
    Integer: 'integer',
    Float: 'number',
    String: 'string',
    Boolean: 'boolean',
  }
  const typeOf = (type: string): Json =>
    type.startsWith('Array of ')
      ? { type: 'array', items: typeOf(type.slice(9)) }
      : plain[type]
        ? { type: plain[type] }
        : { $ref: `#/$defs/${type}` }
  const fieldOf = ({ types, description }: Json): Json => {
    const lists = types.every((type: string) => type.startsWith('Array of '))
    const schema: Json =
      types.length === 1
        ? typeOf(types[0])
        : lists
          ? { type: 'array', items: { anyOf: types.map((type: string) => typeOf(type.slice(9))) } }
          : { anyOf: types.map(typeOf) }
    const [, shortest, longest] = /(\d+)-(\d+) characters/.exec(description) ?? []
    const [, fewest, most] = /(\d+)-(\d+) (?:items|answer)/.exec(description) ?? []
    const [, must] = /must be [“"]?([a-z_]+)[”"]?$/.exec(description) ?? []
    return {
      ...schema,
      ...(longest ? { minLength: Number(shortest), maxLength: Number(longest) } : {}),
      ...(most ? { minItems: Number(fewest), maxItems: Number(most) } : {}),
      ...(must && schema.type === 'string' ? { const: must } : {}),
    }
  }
  const objectOf = (fields: Json[] = []): Json => ({
    type: 'object',
    additionalProperties: false,
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldOf(field)])),
  })
  const $defs: Json = Object.fromEntries(
    Object.entries<Json>(contract.types).map(([name, type]) => [
      name,
      type.subtypes
        ? { anyOf: type.subtypes.map((one: string) => ({ $ref: `#/$defs/${one}` })) }
        : objectOf(type.fields),
    ]),
  )
  $defs.InputFile = { type: 'string' }
  const ajv = new Ajv({ strict: false, allErrors: true })
  const compiled = new Map<string, ValidateFunction>()
  return (method, fields, files) => {
    if (!contract.methods[method]) return [`there is no method ${method}`]
    const validate =
      compiled.get(method) ?? ajv.compile({ $defs, ...objectOf(contract.methods[method].fields) })
    compiled.set(method, validate)
    // A file is a part of the form by its field's name, or one that a media names by attach://.
    const attached = JSON.stringify(fields)
    const own = files.filter((name) => !attached.includes(`attach://${name}`))
    const whole = { ...fields, ...Object.fromEntries(own.map((name) => [name, 'a file'])) }
    return validate(whole) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
  }
}
