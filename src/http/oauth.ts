import {
  type BrowserSecret,
  beginSignIn,
  chooseAccounts,
  finishSignIn,
  introduceSignIn,
} from '../app/connect-by-browser.ts'
import type { Routes } from '../app/routes.ts'
import { SIGN_IN_WITHIN } from '../app/sign-in-links.ts'
import { SignInStopped } from '../app/sign-in-stopped.ts'
import type { Workbench } from '../app/workbench.ts'
import { SECOND } from '../kit/clock.ts'
import { choicePage, introductionPage, signedInPage, stoppedPage } from './oauth-pages.ts'
import { refusal } from './refusal.ts'

/** A choice carries the sealed logins of every Page a person has: some hundred of them fit. */
const MAX_BODY = 512 * 1024

/**
 * Signing in at a platform with a browser:
 *
 * - `GET /oauth/<platform>/start?ticket=…` says who asks for what; its form posts the ticket back, and only then is the
 *   person sent to the platform. So a link that somebody else made connects nothing unawares, and a chat's link preview
 *   begins nothing.
 * - `GET /oauth/<platform>/callback?state=…&code=…` is where the platform sends them back.
 * - `POST /oauth/<platform>/choose` keeps the accounts that were ticked.
 */
export function oauthRoutes(bench: Workbench): Routes {
  return {
    path: '/oauth',
    maxBody: MAX_BODY,
    async handle(request) {
      const url = new URL(request.url)
      const [, name = '', step = ''] =
        /^\/oauth\/([a-z][a-z0-9-]*)\/(start|callback|choose)$/.exec(url.pathname) ?? []
      if (!bench.platforms.has(name)) return undefined
      try {
        return await stepOf(bench, request, url, name, `${request.method} ${step}`)
      } catch (error) {
        if (error instanceof SignInStopped) return stoppedPage(error)
        throw error
      }
    },
  }
}

async function stepOf(
  bench: Workbench,
  request: Request,
  url: URL,
  name: string,
  step: string,
): Promise<Response | undefined> {
  const secretOf = (secret: string) => cookieOf(request, secret)
  switch (step) {
    case 'GET start': {
      const ticket = url.searchParams.get('ticket') ?? ''
      return introductionPage(await introduceSignIn(bench, name, ticket), ticket)
    }
    case 'POST start': {
      if (!isOurPage(bench, request)) return notOurPage()
      const form = await fieldsOf(request)
      const { url: away, secret } = await beginSignIn(bench, name, form.get('ticket') ?? '')
      const headers = {
        location: away,
        'set-cookie': setCookie(bench, name, secret),
        'cache-control': 'no-store',
      }
      return new Response(null, { status: 303, headers })
    }
    case 'GET callback': {
      const outcome = await finishSignIn(bench, name, url.searchParams, secretOf)
      if (!('pass' in outcome)) return signedInPage(outcome)
      const chosen = choicePage(outcome)
      chosen.headers.append('set-cookie', setCookie(bench, name, outcome.secret))
      return chosen
    }
    case 'POST choose': {
      if (!isOurPage(bench, request)) return notOurPage()
      const form = await fieldsOf(request)
      const choice = { pass: form.get('choice') ?? '', chosen: form.getAll('account') }
      return signedInPage(await chooseAccounts(bench, name, choice, secretOf))
    }
    default:
      return undefined
  }
}

const fieldsOf = async (request: Request): Promise<URLSearchParams> =>
  new URLSearchParams(await request.text())

/** Did the form stand on a page of this install? Browsers say where a form came from, and no page can change that. */
function isOurPage(bench: Workbench, request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const own = [new URL(bench.ownAddress()).origin, new URL(request.url).origin]
  return own.includes(request.headers.get('origin') ?? '')
}

const notOurPage = (): Response => refusal(403, 'This form did not come from a page of Crier.')

/** Lax, since the platform's page leads back here; for this platform's pages alone. */
const setCookie = (bench: Workbench, platform: string, { name, value }: BrowserSecret): string =>
  [
    `${name}=${value}`,
    `Path=/oauth/${platform}`,
    // Longer than what it holds is good for, so that who comes late is told so.
    `Max-Age=${(6 * SIGN_IN_WITHIN) / SECOND}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(bench.ownAddress().startsWith('https:') ? ['Secure'] : []),
  ].join('; ')

function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/).map((pair) => pair.split('='))
  return pairs.find(([known]) => known === name)?.[1]
}
