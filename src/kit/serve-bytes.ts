/** What a browser may show in place. Anything else (SVG and HTML above all) can carry a script, so it is downloaded. */
const SHOWN = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/quicktime',
])

/** A file that is read as far as it is asked for. */
export interface ServedFile {
  /** Bytes. */
  size: number
  type: string
  filename?: string
  /** From the byte `from` to before the byte `to`. */
  open(part: { from: number; to: number }): Promise<ReadableStream<Uint8Array>>
}

/**
 * What somebody attached, as an HTTP answer that no browser will run: a type from a short list or a download, no sniffing,
 * an empty sandbox. Answers one `Range`, which players and some platforms ask for, and never holds the whole file.
 *
 * @param maxAge seconds for which only the reader's own cache may keep it
 */
export async function serveBytes(request: Request, file: ServedFile, maxAge: number): Promise<Response> {
  const { size } = file
  const shown = SHOWN.has(file.type)
  const headers = new Headers({
    'content-type': shown ? file.type : 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'cache-control': `private, max-age=${Math.max(0, Math.floor(maxAge))}, immutable`,
    'accept-ranges': 'bytes',
    'content-disposition': shown ? 'inline' : `attachment; filename*=UTF-8''${asHeaderName(file.filename)}`,
  })
  const range = rangeOf(request.headers.get('range'), size)
  if (range === 'outside') {
    headers.set('content-range', `bytes */${size}`)
    return new Response(null, { status: 416, headers })
  }
  const { from, to } = range ?? { from: 0, to: size - 1 }
  if (range) headers.set('content-range', `bytes ${from}-${to}/${size}`)
  headers.set('content-length', String(to + 1 - from))
  const body = request.method === 'HEAD' ? null : await file.open({ from, to: to + 1 })
  return new Response(body, { status: range ? 206 : 200, headers })
}

/** RFC 9110, section 14.2: one range; several, or none that can be read, are answered with the whole. */
function rangeOf(header: string | null, size: number): { from: number; to: number } | 'outside' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return from > to ? 'outside' : { from, to }
}

/** RFC 8187: what may stand unescaped in an extended header value. */
const asHeaderName = (filename = 'file'): string =>
  encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
