import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname } from 'node:path'

interface Asset {
  bytes: Uint8Array<ArrayBuffer>
  type: string
  etag: string
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const require = createRequire(import.meta.url)

// Inter for reading (its figures line up), Fraunces for the name alone: both SIL Open Font Licence, served from here.
const fonts = () => ({
  'inter-latin.woff2': require.resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
  'inter-latin-ext.woff2': require.resolve(
    '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
  ),
  'inter-greek.woff2': require.resolve('@fontsource-variable/inter/files/inter-greek-wght-normal.woff2'),
  'inter-cyrillic.woff2': require.resolve(
    '@fontsource-variable/inter/files/inter-cyrillic-wght-normal.woff2',
  ),
  'fraunces-latin.woff2': require.resolve(
    '@fontsource-variable/fraunces/files/fraunces-latin-wght-normal.woff2',
  ),
})

/** No script but ours, no style but ours, nothing from elsewhere, and no text that becomes markup (Trusted Types). */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** The page's files by their path, read once: `/` and everything under `/playground/`. */
export async function loadAssets(): Promise<Map<string, Asset>> {
  const folder = new URL('./page/', import.meta.url)
  const names = (await readdir(folder)).filter((name) => extname(name) in TYPES)
  const page = names.map(async (name) => {
    const path = name === 'index.html' ? '/' : `/playground/${name}`
    return [path, asset(name, await readFile(new URL(name, folder)))] as const
  })
  const letters = Object.entries(fonts()).map(
    async ([name, file]) => [`/playground/${name}`, asset(name, await readFile(file))] as const,
  )
  return new Map(await Promise.all([...page, ...letters]))
}

export function serveAsset(request: Request, { bytes, type, etag }: Asset): Response {
  const headers = {
    'content-type': type,
    // Asked for anew each time, so that a new version shows at once; unchanged files cost one empty answer.
    'cache-control': /^(font|image)/.test(type) ? 'private, max-age=86400' : 'private, no-cache',
    etag,
    'content-security-policy': PAGE_POLICY,
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  return new Response(request.method === 'HEAD' ? null : bytes, { headers })
}

function asset(name: string, read: Uint8Array): Asset {
  const bytes = Uint8Array.from(read)
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { bytes, type: TYPES[extname(name)] ?? 'application/octet-stream', etag }
}
