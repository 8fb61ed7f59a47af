import type { Body } from './http-body.ts'

const SECRET_NAME = /pass|secret|token|key|auth|jwt|code|signature|cookie/i
const TEXT_NAME = /text|status|content|message|caption|title|description|comment|alt/i
const SHORTEST = 6

/**
 * What must not be repeated in an error or a log, even where a platform's answer repeats it: credentials in headers,
 * address and body, and what the team wrote.
 */
export function privateStrings(url: URL, headers: Record<string, string>, body: Body | undefined): string[] {
  const found = new Set<string>()
  const add = (value: string): void => {
    if (value.length >= SHORTEST) found.add(value)
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!SECRET_NAME.test(name)) continue
    add(value)
    add(value.replace(/^\S+ /, ''))
  }
  if (url.password) add(decodeURIComponent(url.password))
  if (url.username) add(decodeURIComponent(url.username))
  for (const [name, value] of url.searchParams) if (SECRET_NAME.test(name)) add(value)
  for (const [name, value] of leavesOf(body)) {
    if (SECRET_NAME.test(name) || TEXT_NAME.test(name) || /\s/.test(value)) add(value)
  }
  // Longest first, so that a part of a secret never leaves the rest of it standing.
  return [...found].sort((a, b) => b.length - a.length)
}

/** `words` with each private string, as it is or as an address writes it, replaced by an ellipsis. */
export const scrub = (words: string, secrets: readonly string[]): string =>
  secrets.reduce(
    (rest, secret) => rest.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…'),
    words,
  )

function leavesOf(body: Body | undefined): [string, string][] {
  if (body === undefined || 'stream' in body) return []
  if ('bytes' in body) {
    return body.type === 'application/json'
      ? leaves('', JSON.parse(new TextDecoder().decode(body.bytes)))
      : []
  }
  if ('multipart' in body)
    return body.multipart.flatMap((part) => ('value' in part ? [[part.name, part.value]] : []))
  return leaves('', 'json' in body ? body.json : body.form)
}

function leaves(name: string, value: unknown): [string, string][] {
  if (typeof value === 'string') return [[name, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([inner, one]) => leaves(Array.isArray(value) ? name : inner, one))
}
