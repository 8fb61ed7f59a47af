import { z } from 'zod'
import { authorizationUrl, exchangeCode, SignInError, withheld } from '../accounts/oauth.ts'
import { randomToken } from '../kit/ids.ts'
import { UserError } from '../kit/user-error.ts'
import type { Connected, OAuthConnect, OAuthServer, Platform } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { connectedView } from '../views/accounts.ts'
import { accountName } from '../views/post-card.ts'
import { andList } from '../views/words.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { tell } from './announce.ts'
import { connectIo, keepAccount } from './connect-accounts.ts'
import {
  actorOfTicket,
  callbackOf,
  callbackWarning,
  linkFor,
  passesOf,
  readTicket,
  SIGN_IN_WITHIN,
  Ticket,
} from './sign-in-links.ts'
import { forWhat, SignInStopped, tooLate, wordsFor, wrongPlace } from './sign-in-stopped.ts'
import type { Workbench } from './workbench.ts'

const State = z.object({ nonce: z.string(), workspace: z.string(), platform: z.string() })
const Server = z.custom<OAuthServer>((value) => typeof value === 'object' && value !== null)
const Begun = z.object({ ticket: Ticket, server: Server, verifier: z.string().nullable() })
const Choice = z.object({
  nonce: z.string(),
  ticket: Ticket,
  missing: z.array(z.string()),
  found: z.array(
    z.object({
      externalId: z.string(),
      handle: z.string(),
      credentials: z.unknown(),
      facts: z.record(z.string(), z.unknown()),
      showOnce: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
    }),
  ),
})

/** What is kept in the browser that began, so that nobody else's browser can end it. */
export interface BrowserSecret {
  name: string
  value: string
}

export interface SignInIntroduction {
  platform: Platform
  way: OAuthConnect<unknown>
  workspace: string
  member: string
  /** A sentence about the callback address, where the platform will not like it. */
  warning: string | undefined
  /** Where the platform's page is, if it is not on https: the operator's own server. */
  openOrigin: string | undefined
}

export interface SignedIn {
  platform: Platform
  /** What people call the accounts that are connected now. */
  accounts: string[]
  /** Permissions that were not given, each with what it would be for. */
  missing: string[]
  /** Secrets that Crier made, by account: shown once. */
  showOnce: { label: string; value: string }[]
}

export interface SignInChoice {
  platform: Platform
  /** A sealed text that comes back with the choice. */
  pass: string
  /** `known` were connected before: they are ticked. */
  found: { externalId: string; handle: string; kind: string | undefined; known: boolean }[]
  secret: BrowserSecret
}

/** Who asks for what, before anybody is sent away. @throws SignInStopped */
export async function introduceSignIn(
  bench: Workbench,
  platformName: string,
  pass: string,
): Promise<SignInIntroduction> {
  const { actor, platform, way } = await readTicket(bench, platformName, pass)
  const apiUrl = bench.apiUrlOf(platform)
  return {
    platform,
    way,
    workspace: actor.workspace.name,
    member: actor.member.name,
    warning: callbackWarning(bench, platform, way),
    openOrigin: apiUrl.startsWith('http:') ? new URL(apiUrl).origin : undefined,
  }
}

/** Where the person is sent, and what their browser keeps until they are back. @throws SignInStopped */
export async function beginSignIn(
  bench: Workbench,
  platformName: string,
  pass: string,
): Promise<{ url: string; secret: BrowserSecret }> {
  const { actor, platform, way, ticket } = await readTicket(bench, platformName, pass)
  const redirectUri = callbackOf(bench, platform)
  const io = connectIo(bench, actor.workspace.id, platform)
  const server = await stopping(bench, platform, ticket, () =>
    way.server(ticket.values, { ...io, redirectUri }),
  )
  const passes = passesOf(bench)
  const nonce = randomToken()
  const state = passes.issue(
    'sign-in state',
    { nonce, workspace: actor.workspace.id, platform: platform.name } satisfies z.infer<typeof State>,
    SIGN_IN_WITHIN,
  )
  const { url, verifier } = await authorizationUrl({ way, server, redirectUri, state })
  const begun: z.infer<typeof Begun> = { ticket, server, verifier }
  return {
    url,
    secret: { name: secretName(nonce), value: passes.issue(begunBy(nonce), begun, SIGN_IN_WITHIN) },
  }
}

/**
 * The person is back. One account is kept at once; of several they choose.
 *
 * @param secretOf what the browser kept under a name
 * @throws SignInStopped
 */
export async function finishSignIn(
  bench: Workbench,
  platformName: string,
  parameters: URLSearchParams,
  secretOf: (name: string) => string | undefined,
): Promise<SignedIn | SignInChoice> {
  const passes = passesOf(bench)
  const stateText = parameters.get('state') ?? ''
  const state = passes.open('sign-in state', stateText, State)
  if (state === 'unknown')
    throw new SignInStopped('This sign-in was not begun by Crier, so nothing was connected.', {
      wayOut: 'Say `connect` in the chat and follow the link you are given.',
    })
  if (state === 'expired') throw tooLate()
  const { nonce, platform: name, workspace } = state.holds
  if (name !== platformName) throw wrongPlace()
  const begun = passes.open(begunBy(nonce), secretOf(secretName(nonce)) ?? '', Begun)
  if (begun === 'expired') throw tooLate()
  if (begun === 'unknown')
    throw new SignInStopped('This sign-in was begun in another browser, so nothing was connected.', {
      wayOut: 'Open the link from the chat in the browser in which you sign in.',
    })
  const { ticket, server, verifier } = begun.holds
  await onlyOnce(bench, workspace, `sign-in ${nonce}`)

  const { actor, platform, way } = await actorOfTicket(bench, ticket)
  const io = connectIo(bench, actor.workspace.id, platform)
  const { found, missing } = await stopping(bench, platform, ticket, async () => {
    const apiUrl = bench.apiUrlOf(platform)
    const tokens = await exchangeCode({
      way,
      server,
      redirectUri: callbackOf(bench, platform),
      state: stateText,
      parameters,
      verifier,
      fetch: bench.fetchOf(platform),
      openOrigin: apiUrl === '' ? undefined : new URL(apiUrl).origin,
      now: io.now,
      signal: io.signal,
    })
    const walked = wayGranted(platform, way, tokens)
    const needed = withheld(walked, tokens).filter(({ optional }) => !optional)
    if (needed.length > 0)
      throw new UserError(`${platform.label} did not give Crier ${forWhat(needed)}`, {
        wayOut: 'Nothing was connected. Sign in again and leave everything ticked.',
      })
    return {
      found: await walked.accounts(tokens, ticket.values, { ...io, server }),
      missing: withheld(way, tokens).map((scope) => forWhat([scope])),
    }
  })
  const [only, second] = found
  if (!only)
    throw new SignInStopped(`This login opens no account on ${platform.label}.`, {
      again: linkFor(bench, ticket),
    })
  if (!second) return keepAll(actor, platform, found, missing)
  return {
    platform,
    pass: passes.issue(
      'sign-in choice',
      { nonce, ticket, missing, found: found.map(withoutUndefined) },
      SIGN_IN_WITHIN,
    ),
    found: await Promise.all(
      found.map(async ({ externalId, handle, facts }) => ({
        externalId,
        handle,
        kind: typeof facts.kind === 'string' ? facts.kind : undefined,
        known: await isKnown(actor, platform, externalId),
      })),
    ),
    secret: { name: choiceName(nonce), value: passes.issue(chosenBy(nonce), {}, SIGN_IN_WITHIN) },
  }
}

const isKnown = async ({ stores }: Actor, platform: Platform, externalId: string): Promise<boolean> => {
  const account = await stores.accounts.byExternalId(platform.name, externalId)
  return account !== undefined && account.state !== 'disconnected'
}

/** Keeps the accounts that were chosen. @throws SignInStopped */
export async function chooseAccounts(
  bench: Workbench,
  platformName: string,
  { pass, chosen }: { pass: string; chosen: readonly string[] },
  secretOf: (name: string) => string | undefined,
): Promise<SignedIn> {
  const passes = passesOf(bench)
  const choice = passes.open('sign-in choice', pass, Choice)
  if (choice === 'expired') throw tooLate()
  if (choice === 'unknown' || choice.holds.ticket.platform !== platformName) throw wrongPlace()
  const { nonce, ticket, found, missing } = choice.holds
  if (typeof passes.open(chosenBy(nonce), secretOf(choiceName(nonce)) ?? '', z.object({})) === 'string')
    throw new SignInStopped('This choice belongs to another browser, so nothing was connected.', {
      wayOut: 'Choose in the browser in which you signed in.',
    })
  const { actor, platform } = await actorOfTicket(bench, ticket)
  const wanted = found.filter(({ externalId }) => chosen.includes(externalId))
  if (wanted.length === 0)
    throw new SignInStopped('No account was chosen, so nothing was connected.', {
      wayOut: 'Go back and tick the ones you want.',
    })
  await onlyOnce(bench, ticket.workspace, `sign-in choice ${nonce}`)
  return keepAll(
    actor,
    platform,
    wanted.map((one) => ({ ...one, credentials: platform.credentials.parse(one.credentials) })),
    missing,
  )
}

async function keepAll(
  actor: Actor,
  platform: Platform,
  found: readonly (Omit<Connected<unknown>, 'showOnce'> & {
    showOnce?: Connected<unknown>['showOnce'] | undefined
  })[],
  missing: string[],
): Promise<SignedIn> {
  const { bench, workspace, member } = actor
  const done: SignedIn = { platform, accounts: [], missing, showOnce: [] }
  for (const { showOnce = [], ...connected } of found) {
    const account = await keepAccount(actor, platform, connected).catch((error: unknown) => {
      throw error instanceof UserError ? keptSome(error, done) : error
    })
    done.accounts.push(accountName(account, bench.platforms))
    done.showOnce.push(...showOnce)
    await bench.stores.transaction(workspace.id, async (stores) => {
      const said = connectedView(account, bench.platforms, { missing })
      await tell(stores, await stores.workspace.chats(), member.id, said, bench.clock.now())
    })
  }
  return done
}

/** What was kept before the one that could not be stays: it is said, with the secrets that are shown once. */
function keptSome({ message, wayOut }: UserError, { accounts, showOnce }: SignedIn): SignInStopped {
  const secrets = showOnce.map(({ label, value }) => `${label}: ${value}`)
  const kept =
    accounts.length > 0 ? `${andList(accounts)} ${accounts.length === 1 ? 'is' : 'are'} connected.` : ''
  return new SignInStopped(`${message}.`, {
    wayOut: [kept, ...secrets, wayOut ?? ''].filter(Boolean).join(' '),
  })
}

/** Where less was granted than this way asks for, and another way asks for no more than that, it is that one that was walked. */
function wayGranted(
  platform: Platform,
  way: OAuthConnect<unknown>,
  tokens: Parameters<typeof withheld>[1],
): OAuthConnect<unknown> {
  const enough = (one: OAuthConnect<unknown>): boolean =>
    withheld(one, tokens).every(({ optional }) => optional === true)
  if (enough(way)) return way
  const asked = new Set(way.scopes.map(({ name }) => name))
  const narrower = platform.connect.find(
    (one): one is OAuthConnect<unknown> =>
      one.by === 'oauth' && one !== way && one.scopes.every(({ name }) => asked.has(name)) && enough(one),
  )
  return narrower ?? way
}

async function onlyOnce(bench: Workbench, workspace: string, key: string): Promise<void> {
  const { marks } = bench.stores.workspace(workspace as WorkspaceId)
  if (await marks.setOnce(key, bench.clock.now())) return
  throw new SignInStopped('This sign-in has been used already.', {
    wayOut: 'If the account is not among `accounts`, say `connect` in the chat and sign in once more.',
  })
}

/** What goes wrong on the way is said in words, with a way back in. */
async function stopping<Value>(
  bench: Workbench,
  platform: Platform,
  ticket: Ticket,
  work: () => Promise<Value>,
): Promise<Value> {
  const again = linkFor(bench, ticket)
  try {
    return await work()
  } catch (error) {
    if (error instanceof UserError) {
      // What was typed before is sealed in the link, so the same link would stop at the same mistake.
      const typed = error.field !== undefined && error.field in ticket.values
      const retype = typed ? `Say \`connect ${platform.name}\` in the chat to type it again.` : undefined
      const wayOut = [error.wayOut, retype].filter(Boolean).join(' ')
      throw new SignInStopped(error.message, { ...(typed ? {} : { again }), ...(wayOut ? { wayOut } : {}) })
    }
    if (error instanceof PublishError)
      throw new SignInStopped(error.message, {
        again,
        weather: error.next.do === 'retry',
        wayOut: 'Nothing was connected.',
      })
    if (error instanceof SignInError) {
      bench.log.info({ platform: platform.name, trouble: error.trouble }, 'A sign-in stopped')
      throw wordsFor(error, {
        platform,
        way: platform.connect[ticket.way],
        callback: callbackOf(bench, platform),
        again,
      })
    }
    throw error
  }
}

const begunBy = (nonce: string): string => `sign-in browser ${nonce}`
const chosenBy = (nonce: string): string => `sign-in chooser ${nonce}`
/** One name per sign-in, so that two tabs do not disturb each other. */
const secretName = (nonce: string): string => `crier-sign-in-${nonce.slice(0, 8)}`
const choiceName = (nonce: string): string => `crier-choice-${nonce.slice(0, 8)}`

const withoutUndefined = (one: Connected<unknown>): Connected<unknown> => JSON.parse(JSON.stringify(one))
