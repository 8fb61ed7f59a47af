import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { type Clock, MINUTE } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { Seen } from '../../kit/seen.ts'
import type { Installations } from './installations.ts'
import { missingScopes, slackScopes } from './scopes.ts'
import { refusalOf } from './send-failure.ts'

export interface OAuthOptions {
  clientId: string
  clientSecret: string
  /** Where people reach Crier; without it, the address of the request. */
  publicUrl?: string | undefined
  apiUrl?: string | undefined
  client: WebClientOptions
  installations: Installations
  /** Makes states single-use. */
  seen: Seen
  clock: Clock
  log: Log
  /** Is told of a new installation, so that an older token is forgotten. */
  installed(teamId: string): void
}

const STATE_LIVES = 10 * MINUTE
const COOKIE = 'crier_slack_install'

/**
 * "Add to Slack" by OAuth v2: https://docs.slack.dev/authentication/installing-with-oauth. The state is signed, so any
 * machine can read it; bound to the browser by a cookie; and taken once.
 */
export function createOAuth(options: OAuthOptions): {
  install(request: Request): Response
  callback(request: Request): Promise<Response>
} {
  const { clock, log } = options

  function install(request: Request): Response {
    const browser = randomBytes(16).toString('base64url')
    const state = writeState({
      nonce: randomBytes(16).toString('base64url'),
      browser: digest(browser),
      until: clock.now() + STATE_LIVES,
    })
    const url = new URL('/oauth/v2/authorize', options.apiUrl ?? 'https://slack.com')
    url.search = new URLSearchParams({
      client_id: options.clientId,
      scope: slackScopes.map(({ scope }) => scope).join(','),
      redirect_uri: redirectUri(request),
      state,
    }).toString()
    const secure = redirectUri(request).startsWith('https:') ? '; Secure' : ''
    return new Response(null, {
      status: 302,
      headers: {
        location: url.href,
        'set-cookie': `${COOKIE}=${browser}; Path=/slack; Max-Age=${STATE_LIVES / 1000}; HttpOnly; SameSite=Lax${secure}`,
        'cache-control': 'no-store',
      },
    })
  }

  async function callback(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams
    if (query.get('error'))
      return page(200, 'Nothing was installed', 'Slack says that the installation was declined.')
    const code = query.get('code')
    const state = readState(query.get('state') ?? '')
    const browser = cookieOf(request, COOKIE)
    if (!code || !state || !browser || digest(browser) !== state.browser)
      return tryAgain('This link was not made for this browser.')
    if (state.until < clock.now()) return tryAgain('This link is older than ten minutes.')
    if (!(await options.seen.firstTime(`slack install ${state.nonce}`)))
      return tryAgain('This link was used already.')
    try {
      return await exchange(code, redirectUri(request))
    } catch (error) {
      log.warn({ err: error }, 'An installation in Slack failed')
      return tryAgain(
        `Slack did not confirm the installation${refusalOf(error) ? ` (${refusalOf(error)})` : ''}.`,
      )
    }
  }

  async function exchange(code: string, redirect: string): Promise<Response> {
    const granted = await new WebClient(undefined, options.client).oauth.v2.access({
      client_id: options.clientId,
      client_secret: options.clientSecret,
      code,
      redirect_uri: redirect,
    })
    if (!granted.team?.id || !granted.access_token) {
      return page(
        400,
        'Nothing was installed',
        'Crier is installed in one workspace at a time, not in a whole organisation.',
      )
    }
    const teamName = granted.team.name ?? granted.team.id
    await options.installations.save({
      teamId: granted.team.id,
      teamName,
      botToken: granted.access_token,
      installedBy: granted.authed_user?.id ?? '',
    })
    options.installed(granted.team.id)
    log.info({ team: granted.team.id }, 'Crier was installed in a Slack team')
    const missing = missingScopes((granted.scope ?? '').split(','))
    const lacks = missing.map(({ scope, why }) => `It lacks ${scope}, to ${why}.`).join(' ')
    return page(200, `Crier is in ${teamName}`, `Type /crier help in Slack. ${lacks}`)
  }

  const redirectUri = (request: Request): string =>
    new URL('/slack/oauth', options.publicUrl ?? request.url).href

  const tryAgain = (why: string): Response =>
    page(400, 'Nothing was installed', `${why} `, '<a href="/slack/install">Try again</a>')

  const sign = (text: string): string =>
    createHmac('sha256', options.clientSecret).update(`slack-install:${text}`).digest('base64url')

  function writeState(state: State): string {
    const text = Buffer.from(JSON.stringify(state)).toString('base64url')
    return `${text}.${sign(text)}`
  }

  function readState(written: string): State | undefined {
    const [text = '', signature = ''] = written.split('.')
    const [one, other] = [Buffer.from(signature), Buffer.from(sign(text))]
    if (one.length !== other.length || !timingSafeEqual(one, other)) return undefined
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  }

  return { install, callback }
}

interface State {
  nonce: string
  /** Digest of what the browser's cookie holds. */
  browser: string
  /** UTC ms. */
  until: number
}

const digest = (text: string): string => createHmac('sha256', 'browser').update(text).digest('base64url')

function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/).map((pair) => pair.split('='))
  return pairs.find(([key]) => key === name)?.[1]
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const page = (status: number, title: string, words: string, markup = ''): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escapeHtml(title)}</title><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(words)}${markup}</p></main></html>`,
    { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } },
  )
