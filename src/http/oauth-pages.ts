import { createHash } from 'node:crypto'
import type { SignedIn, SignInChoice, SignInIntroduction } from '../app/connect-by-browser.ts'
import type { SignInStopped } from '../app/sign-in-stopped.ts'
import { andList, counted } from '../views/words.ts'

/** Markup whose text is escaped. */
interface Html {
  html: string
}

const STYLE = `
:root { color-scheme: light dark; font: 17px/1.5 Inter, system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText }
main { box-sizing: border-box; width: min(34rem, 100%); padding: 2rem 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem }
li { margin: .25rem 0 }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
label { display: block; padding: .6rem 0; border-top: 1px solid color-mix(in srgb, CanvasText 20%, Canvas) }
input { width: 1.1rem; height: 1.1rem; margin-right: .6rem; vertical-align: -.15rem }
button, a.button { display: inline-block; margin-top: 1rem; padding: .65rem 1.25rem; border: 0; border-radius: .5rem; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; background: CanvasText; color: Canvas }
small { display: block; margin-top: 1.5rem; opacity: .8 }
`

/** Before anybody is sent away: who asks for what. Nobody is signed in for somebody else's team unawares. */
export function introductionPage(
  { platform, way, workspace, member, warning, openOrigin }: SignInIntroduction,
  ticket: string,
): Response {
  const body = html`
    <p>${member} asked Crier to connect an account to the team <b>${workspace}</b>, so that its posts can be published there.</p>
    <p>${platform.label} will ask you to allow:</p>
    <ul>${way.scopes.map((scope) => html`<li>${scope.for} <code>${scope.name}</code>${scope.optional ? ' (may be left out)' : ''}</li>`)}</ul>
    ${warning === undefined ? '' : html`<p>⚠️ ${warning}</p>`}
    <form method="post" action="/oauth/${platform.name}/start">
      <input type="hidden" name="ticket" value="${ticket}">
      <button>Go on to ${platform.label}</button>
    </form>
    <small>If you do not know this team, close this page: nothing has happened.</small>`
  return page(200, `Connect ${platform.label}`, body, openOrigin)
}

const CHECKED: Html = { html: ' checked' }

/** Which of the accounts that the login opens. */
export const choicePage = ({ platform, pass, found }: SignInChoice): Response =>
  page(
    200,
    `Which accounts on ${platform.label}?`,
    html`
    <p>This login opens ${counted(found.length, 'account')}. Tick those that the team publishes to.</p>
    <form method="post" action="/oauth/${platform.name}/choose">
      <input type="hidden" name="choice" value="${pass}">
      ${found.map(
        ({ externalId, handle, kind, known }) =>
          html`<label><input type="checkbox" name="account" value="${externalId}"${known ? CHECKED : ''}>${handle}${kind ? ` (${kind})` : ''}</label>`,
      )}
      <button>Connect</button>
    </form>`,
  )

export const signedInPage = ({ accounts, missing, showOnce }: SignedIn): Response =>
  page(
    200,
    `${andList(accounts)} ${accounts.length === 1 ? 'is' : 'are'} connected`,
    html`
    ${showOnce.map(({ label, value }) => html`<p>${label}: <code>${value}</code><br>Copy it now: it is shown this once.</p>`)}
    ${missing.length === 0 ? '' : html`<p>Not given, so Crier does without: ${missing.join('; ')}.</p>`}
    <p>You can close this page and go back to the chat.</p>`,
  )

export const stoppedPage = ({ message, wayOut, again, weather }: SignInStopped): Response =>
  page(
    weather ? 502 : 400,
    'Not connected',
    html`
    <p>${message}</p>
    ${wayOut === undefined ? '' : html`<p>${wayOut.replaceAll('`', '')}</p>`}
    ${again === undefined ? '' : html`<a class="button" href="${again}">Try again</a>`}`,
  )

const hashOfStyle = createHash('sha256').update(STYLE).digest('base64')

function page(status: number, title: string, body: Html, openOrigin?: string): Response {
  const whole = html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title} · Crier</title>`
  return new Response(
    `${whole.html}<style>${STYLE}</style><main><h1>${escaped(title)}</h1>${body.html}</main></html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        // The form leads on to the platform by a redirect, which `form-action` judges too.
        'content-security-policy':
          `default-src 'none'; style-src 'sha256-${hashOfStyle}'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https: ${openOrigin ?? ''}`.trim(),
        // The form's own Origin must be told, and no address (it holds a ticket or a code) to anybody else.
        'referrer-policy': 'same-origin',
      },
    },
  )
}

type Part = string | Html | readonly Html[]

function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const drawn = parts.map((part) =>
    typeof part === 'string'
      ? escaped(part)
      : 'html' in part
        ? part.html
        : part.map((one) => one.html).join(''),
  )
  return { html: strings.map((one, index) => one + (drawn[index] ?? '')).join('') }
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
