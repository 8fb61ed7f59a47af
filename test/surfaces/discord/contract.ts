import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

/** CRIER_CONTRACTS, else a folder `shared/contracts` beside the clone. */
const folder = process.env.CRIER_CONTRACTS ?? resolve(import.meta.dirname, '../../../../shared/contracts')
const file = resolve(folder, 'discord-openapi.json')

/** Why requests are not checked against Discord's official OpenAPI; undefined where they are. */
export const contractAbsent: string | undefined = existsSync(file)
  ? undefined
  : 'there is no discord-openapi.json (CRIER_CONTRACTS names the folder of official contracts): requests to Discord are not checked'

interface OpenApi {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, unknown> } }>>
}

interface Contract {
  /** What is wrong with a request, in words; empty where it is right. */
  check(request: { method: string; path: string; body: unknown }): string[]
  /** The same for a part of the contract: `MessageCreateRequest`. */
  schema(name: string): ValidateFunction
}

let loaded: Contract | undefined

/** Discord's OpenAPI as one schema, with a pointer into it for each request. */
export function discordContract(): Contract | undefined {
  if (contractAbsent !== undefined) return undefined
  loaded ??= load()
  return loaded
}

function load(): Contract {
  const document = JSON.parse(readFileSync(file, 'utf8')) as OpenApi
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema({ ...document, $id: 'discord' })
  const compiled = new Map<string, ValidateFunction>()
  const validator = (pointer: string): ValidateFunction => {
    let validate = compiled.get(pointer)
    if (!validate) {
      validate = ajv.compile({ $ref: `discord#${pointer}` })
      compiled.set(pointer, validate)
    }
    return validate
  }
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    // `@original` before `{message_id}`: the more literal template holds.
    places: template.split('{').length,
  }))
  const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))

  return {
    check({ method, path, body }) {
      const found = templates
        .filter(({ pattern }) => pattern.test(path))
        .sort((a, b) => a.places - b.places)
        .find(({ template }) => document.paths[template]?.[method.toLowerCase()])
      if (!found) return [`${method} ${path} is no request of Discord's`]
      const content = document.paths[found.template]?.[method.toLowerCase()]?.requestBody?.content
      if (!content?.['application/json'])
        return body === undefined ? [] : [`${method} ${found.template} takes no body`]
      const pointer = [
        'paths',
        found.template,
        method.toLowerCase(),
        'requestBody',
        'content',
        'application/json',
        'schema',
      ]
      const validate = validator(`/${pointer.map(escaped).join('/')}`)
      return validate(body)
        ? []
        : problems(validate).map((problem) => `${method} ${found.template}: ${problem}`)
    },
    schema: (name) => validator(`/components/schemas/${escaped(name)}`),
  }
}

export const problems = (validate: ValidateFunction): string[] =>
  (validate.errors ?? [])
    .slice(0, 6)
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
