import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Access {
  /** The secret in the printed link. Absent: no login, which is safe on loopback only, and the guard sees to that. */
  key?: string
  /** Where people reach Crier, if not at its own address: a reverse proxy's origin. */
  publicUrl?: string
}

export interface Connection {
  remoteAddress: string | undefined
}

const COOKIE = 'crier_key'
/** Seconds: thirty days. */
const COOKIE_AGE = 30 * 24 * 60 * 60

/**
 * Who may see the page. Without a key only this machine may, under a loopback name: another site that lets its own
 * name point here (DNS rebinding) is refused by that name. What changes something must come from the page itself.
 *
 * @returns the refusal, or undefined for whoever may go on
 */
export function refuseStrangers(
  request: Request,
  connection: Connection,
  access: Access,
): Response | undefined {
  const host = request.headers.get('host') ?? ''
  if (access.key === undefined) {
    if (!isLoopbackHost(host) || !isLoopbackAddress(connection.remoteAddress) || wasPassedOn(request)) {
      return no(
        403,
        'This playground is open to its own machine only; set PUBLIC_URL to open it to your team.',
      )
    }
  } else {
    const entered = enter(request, access.key, access)
    if (entered) return entered
    if (!holdsKey(request, access.key)) {
      return no(401, 'This playground needs its key: open the link that Crier printed when it started.')
    }
  }
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  return changes && !fromThePage(request, host, access)
    ? no(403, 'Only the playground’s own page may do this; programs talk to /api/commands.')
    : undefined
}

/** `/?key=…`: the key becomes a cookie, and leaves the address. */
function enter(request: Request, key: string, access: Access): Response | undefined {
  const url = new URL(request.url)
  const offered = url.searchParams.get('key')
  if (offered === null || request.method !== 'GET' || url.pathname !== '/') return undefined
  if (!same(offered, key)) {
    return no(401, 'This key is not the playground’s: open the link that Crier printed when it last started.')
  }
  const secure = access.publicUrl?.startsWith('https:') ? '; Secure' : ''
  return new Response(ENTERED, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'set-cookie': `${COOKIE}=${mark(key)}; Path=/; Max-Age=${COOKIE_AGE}; HttpOnly; SameSite=Strict${secure}`,
    },
  })
}

// A page instead of a redirect: followed from another site's link, a redirect would still count as that site's, and
// the strict cookie would stay behind. What this page opens is our own.
const ENTERED = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0;url=/"><title>Crier</title><p><a href="/">Open the playground</a></p></html>
`

function holdsKey(request: Request, key: string): boolean {
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((cookie) => cookie.trim())
  const held = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
  return held !== undefined && same(held, mark(key))
}

/** The cookie is derived from the key, so that a stolen cookie jar does not give away the link. */
const mark = (key: string): string =>
  createHmac('sha256', key).update('crier playground cookie').digest('base64url')

function same(one: string, other: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

/** Browsers send Origin with every POST. Behind a proxy the Host may be rewritten, so its public origin counts too. */
function fromThePage(request: Request, host: string, { publicUrl }: Access): boolean {
  const origin = request.headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  return new URL(origin).host === host || (publicUrl !== undefined && new URL(publicUrl).origin === origin)
}

export function isLoopbackHost(host: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:]+)(:\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
  return name === 'localhost' || name === '[::1]' || (name !== undefined && /^127(\.\d{1,3}){3}$/.test(name))
}

/** A proxy on this machine speaks from loopback, under whatever name it likes: it speaks for somebody else. */
const wasPassedOn = ({ headers }: Request): boolean => PASSED_ON.some((name) => headers.has(name))
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip', 'via']

const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address))

const no = (status: number, sentence: string): Response =>
  new Response(`${sentence}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
