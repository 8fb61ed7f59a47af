import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

/**
 * Where the platforms' official contracts are kept, which are not ours to distribute: CRIER_CONTRACTS, else a folder
 * `shared/contracts` beside the clone.
 */
const FOLDER =
  process.env.CRIER_CONTRACTS ?? fileURLToPath(new URL('../../../shared/contracts', import.meta.url))

/** Why a contract can't be read here, or undefined where it can. */
export const contractMissing = (file: string): string | undefined =>
  existsSync(`${FOLDER}/${file}`)
    ? undefined
    : `there is no ${file} (CRIER_CONTRACTS names the folder of official contracts)`

// biome-ignore lint/suspicious/noExplicitAny: somebody else's document of any shape; ajv is what reads it.
export type Json = any

export const readContract = (file: string): Json => JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8'))

export interface HttpExchange {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed JSON, or a form's fields; undefined where there is none. */
  body: unknown
}

/**
 * Checks requests and answers against an OpenAPI 3 document. The whole document is one schema and each check a JSON
 * pointer into it, so recursive schemas need no resolving. Only `paths` are kept, which compiles in a fraction of the time.
 */
export function openapiCheck(whole: Json, paths: readonly string[]) {
  const document = { ...whole, paths: Object.fromEntries(paths.map((path) => [path, whole.paths[path]])) }
  for (const path of paths) if (!document.paths[path]) throw new Error(`The contract has no ${path}`)
  const options = {
    strict: false,
    allErrors: true,
    validateSchema: false,
    formats: {
      binary: true,
      byte: true,
      int32: true,
      int64: true,
      uint64: true,
      'iso-639-1': true,
      scopes: true,
    },
  } as const
  const exact = new Ajv(options)
  const lenient = new Ajv({ ...options, coerceTypes: 'array' })
  for (const ajv of [exact, lenient]) {
    // ajv-formats is CommonJS: its function is the module's default there and the default's default here.
    ;((formats as Json).default ?? formats)(ajv)
    ajv.addSchema(document, 'contract:')
  }
  const compiled = new Map<string, ValidateFunction>()

  function check(ajv: Ajv, pointer: readonly string[], value: unknown): string[] {
    const id = pointer
      .map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const key = `${ajv === exact}${id}`
    const validate = compiled.get(key) ?? ajv.compile({ $ref: `contract:#/${id}` })
    compiled.set(key, validate)
    return validate(value) ? [] : (validate.errors ?? []).map(said)
  }

  const routes = paths.map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }))

  function operationOf(method: string, path: string) {
    const by = method.toLowerCase()
    for (const route of routes) {
      const match = route.pattern.exec(path)
      const operation = match && document.paths[route.path][by]
      if (operation) return { operation, params: match.groups ?? {}, pointer: ['paths', route.path, by] }
    }
    return undefined
  }

  return {
    /** What in a request breaks the contract: none where all is well. */
    request({ method, path, query, headers, body }: HttpExchange): string[] {
      const found = operationOf(method, path)
      if (!found) return [`There is no ${method} ${path}`]
      const { operation, params, pointer } = found
      const mistakes: string[] = []
      const known = new Set<string>()
      for (const [index, one] of (operation.parameters ?? []).entries()) {
        const at = one.$ref ? one.$ref.slice(2).split('/') : [...pointer, 'parameters', String(index)]
        const parameter = one.$ref ? at.reduce((inner: Json, key: string) => inner[key], document) : one
        const { name, in: place, required } = parameter
        if (place === 'query') known.add(name)
        const value = { path: params[name], query: query.get(name), header: headers[name.toLowerCase()] }[
          place as 'path'
        ]
        if (value === undefined || value === null) {
          if (required) mistakes.push(`${name} is required`)
        } else {
          const isList = place === 'query' && parameter.schema.type === 'array' && parameter.explode === false
          const shown = isList ? String(value).split(',') : value
          mistakes.push(...check(lenient, [...at, 'schema'], shown))
        }
      }
      for (const name of query.keys()) if (!known.has(name)) mistakes.push(`${name} is no parameter`)
      const content = operation.requestBody?.content
      const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
      if (!content || (body === undefined && !operation.requestBody.required)) return mistakes
      if (!content[type]) return [...mistakes, `${type || 'no content type'} is not taken`]
      return [...mistakes, ...check(exact, [...pointer, 'requestBody', 'content', type, 'schema'], body)]
    },
    /** What in an answer breaks the contract, so that a stand-in does not teach what is not so. */
    answer(method: string, path: string, status: number, body: unknown): string[] {
      const found = operationOf(method, path)
      const schema = found?.operation.responses[String(status)]?.content?.['application/json']
      if (!found || !schema) return []
      return check(
        exact,
        [...found.pointer, 'responses', String(status), 'content', 'application/json', 'schema'],
        body,
      )
    },
  }
}

const said = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath} ${message} ${'additionalProperty' in params ? params.additionalProperty : ''}`.trim()
