import { Readable } from 'node:stream'
import { FormData } from 'undici'

/** What a request carries. */
export type Body =
  | { json: unknown }
  | { form: Readonly<Record<string, FormValue>> }
  | { multipart: readonly Part[] }
  | { bytes: Uint8Array; type: string }
  /** An upload that need not be in memory at once. `size` in bytes, where it is known beforehand. */
  | { stream: AsyncIterable<Uint8Array>; type: string; size?: number }

export type FormValue = string | number | boolean | undefined

export type Part =
  | { name: string; value: string }
  | { name: string; bytes: Uint8Array; type: string; filename: string }

export interface EncodedBody {
  body: string | Uint8Array | FormData | Readable
  headers: Record<string, string>
  /** Bytes, as far as known: what an upload's time-out is reckoned by. */
  size: number
}

/** The bytes of a body and the headers that describe them. */
export function encodeBody(body: Body): EncodedBody {
  if ('json' in body) return encodeText(JSON.stringify(body.json), 'application/json')
  if ('form' in body) return encodeText(formEncoded(body.form), 'application/x-www-form-urlencoded')
  if ('multipart' in body) return encodeMultipart(body.multipart)
  if ('bytes' in body) {
    return { body: body.bytes, headers: { 'content-type': body.type }, size: body.bytes.byteLength }
  }
  const length = body.size === undefined ? {} : { 'content-length': String(body.size) }
  return {
    body: Readable.from(body.stream, { objectMode: false }),
    headers: { 'content-type': body.type, ...length },
    size: body.size ?? 0,
  }
}

const encodeText = (text: string, type: string): EncodedBody => ({
  body: text,
  headers: { 'content-type': type },
  size: Buffer.byteLength(text),
})

function encodeMultipart(parts: readonly Part[]): EncodedBody {
  const form = new FormData()
  let size = 0
  for (const part of parts) {
    if ('value' in part) {
      form.append(part.name, part.value)
      size += Buffer.byteLength(part.value)
    } else {
      // A copy, because a Blob takes no view of memory that may be shared.
      form.append(part.name, new Blob([Uint8Array.from(part.bytes)], { type: part.type }), part.filename)
      size += part.bytes.byteLength
    }
  }
  // undici writes the boundary into the content type itself.
  return { body: form, headers: {}, size }
}

const formEncoded = (form: Readonly<Record<string, FormValue>>): string =>
  new URLSearchParams(
    Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString()

export type Query = Readonly<Record<string, FormValue | readonly string[]>>

/** `url` with `query` added; an undefined value is left out, a list repeats its name. */
export function withQuery(url: string, query: Query = {}): URL {
  const full = new URL(url)
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) full.searchParams.append(name, String(one))
  }
  return full
}
