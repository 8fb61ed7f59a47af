/** How a column of plain data is written: `undefined` fields are left out. */
export const toJson = (value: unknown): string => JSON.stringify(value)

export const fromJson = (stored: unknown): unknown => JSON.parse(String(stored))

const BYTES = '$bytes'

/** Plain data that may hold pictures by their bytes: those become base64. */
export const toJsonWithBytes = (value: unknown): string =>
  // A method, because a Buffer's own toJSON runs before the replacer sees it: `this` still holds the Buffer.
  JSON.stringify(value, function (this: Record<string, unknown>, key: string, inner: unknown) {
    const original = this[key]
    return original instanceof Uint8Array ? { [BYTES]: Buffer.from(original).toString('base64') } : inner
  })

/** Plain data with its pictures as bytes again. */
export function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value)
  const [first] = entries
  if (entries.length === 1 && first?.[0] === BYTES && typeof first[1] === 'string')
    return new Uint8Array(Buffer.from(first[1], 'base64'))
  return Object.fromEntries(entries.map(([key, inner]) => [key, withBytes(inner)]))
}

/**
 * A text as every database can hold it: PostgreSQL knows no NUL, and half a surrogate pair is no character. Nobody types
 * either on purpose; both become U+FFFD, the sign for what cannot be shown.
 */
export const storable = (text: string): string =>
  (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text).toWellFormed()
