import { createHash, randomBytes } from 'node:crypto'
import { instantOf } from '../kit/clock.ts'
import { newId, randomToken, shortCode } from '../kit/ids.ts'
import { quoted, UserError } from '../kit/user-error.ts'
import {
  HOOK_EVENTS,
  type Hook,
  type HookCall,
  type HookEvent,
  type NewHookCall,
  type TryEnd,
} from '../outbox/hook.ts'
import type { Role } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import { platformByName } from './connect-accounts.ts'
import { type Heard, HOOK_LEASE, postSigned, sendCall, type Target } from './hooks-send.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'

/** The least role that may settle who outside is told. */
export const HOOKS_ROLE: Role = 'admin'

/** Hooks of one workspace at a time: each makes every event dearer. */
const MOST_HOOKS = 20
/** How many calls of a hook its log shows. */
export const HOOK_LOG = 100

/** A hook that was just added: its secret is told this once. */
export interface AddedHook {
  hook: Hook
  secret: string
  heard: Heard
}

/**
 * Adds a hook, and calls its address once on trial. An answer that says no is told and keeps nobody from going on: a
 * receiver that checks signatures can't know the secret yet.
 *
 * @param events what it is told; empty: everything
 * @param platforms names of platforms it is limited to; empty: all
 * @throws UserError where the address is none, or not on the public internet
 */
export async function addHook(
  actor: Actor,
  { address, events, platforms }: { address: string; events: HookEvent[]; platforms: string[] },
): Promise<AddedHook> {
  const { bench, workspace, member, stores } = actor
  const url = addressOf(address)
  if (open(await stores.hooks.list()).length >= MOST_HOOKS)
    throw new UserError(`There are ${MOST_HOOKS} webhooks already`, {
      wayOut: 'Remove one first.',
      offers: [{ label: 'Webhooks', line: 'hooks' }],
    })
  const at = bench.clock.now()
  const target: Target = { url: url.href, secret: `whsec_${randomBytes(32).toString('base64')}` }
  const heard = await postSigned(bench, target, `test_${newId(at)}`, testBody(at, null))
  if (heard.status === null && heard.private)
    throw new UserError(`${url.host} is not on the public internet`, {
      wayOut: 'Whoever runs Crier can allow it with HOOK_ORIGINS.',
      field: 'address',
    })
  const id = newId(at)
  const hook = await bench.stores.transaction(workspace.id, async (inside) => {
    const added = await inside.hooks.add({
      id,
      host: url.host,
      sealed: bench.sealer.seal(JSON.stringify(target), id),
      events,
      platforms,
      state: 'active',
      failingSince: null,
      createdBy: member.id,
      createdAt: at,
    })
    await record(inside, {
      by: member.id,
      at,
      verb: 'hook.added',
      subject: `hook:${added.number}`,
      details: { host: url.host, events, platforms },
    })
    return added
  })
  return { hook, secret: target.secret, heard }
}

function addressOf(said: string): URL {
  // Slack puts links in brackets.
  const url = URL.parse(said.trim().replace(/^<([^|>]+)(?:\|[^>]*)?>$/, '$1'))
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || said.length > 2_000)
    throw new UserError('This is not a web address to send to', {
      wayOut: 'Copy it whole from the receiver: it begins with https:// and holds no password.',
      field: 'address',
    })
  return url
}

/** Takes a hook away; its log stays readable for a while. */
export async function removeHook(actor: Actor, number: number): Promise<Hook> {
  return changed(actor, number, 'hook.removed', async (stores, hook, at) => {
    await stores.hooks.endWaiting(hook.id, 'The hook was taken away', at)
    return stores.hooks.change(hook.id, { state: 'removed', sealed: null })
  })
}

/** Goes on with a hook that was switched off. What failed meanwhile is not made up for; it can be replayed. */
export async function resumeHook(actor: Actor, number: number): Promise<Hook> {
  return changed(actor, number, 'hook.resumed', async (stores, hook) => {
    if (hook.state === 'active')
      throw new UserError(`Webhook ${number} is not switched off`, { offers: logOffer(number) })
    return stores.hooks.change(hook.id, { state: 'active', failingSince: null })
  })
}

async function changed(
  actor: Actor,
  number: number,
  verb: string,
  change: (stores: WorkspaceStores, hook: Hook, at: number) => Promise<Hook | undefined>,
): Promise<Hook> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  return bench.stores.transaction(workspace.id, async (stores) => {
    const hook = await hookByNumber(stores, number)
    const now = await change(stores, hook, at)
    await record(stores, { by: member.id, at, verb, subject: `hook:${number}` })
    return now ?? hook
  })
}

/** Calls the receiver at once with a `hook.test`, and says what came of it. */
export async function testHook(actor: Actor, number: number): Promise<{ hook: Hook; end: TryEnd }> {
  const hook = await hookByNumber(actor.stores, number)
  const at = actor.bench.clock.now()
  const end = await sendNow(actor, {
    id: newId(at),
    code: shortCode(),
    hookId: hook.id,
    messageId: `test_${newId(at)}`,
    round: 0,
    event: 'hook.test',
    subject: `asked for by ${actor.member.name}`,
    body: testBody(at, number),
    createdAt: at,
  })
  return { hook, end }
}

/**
 * Sends a call again at once, under the same `webhook-id`, so that a receiver can tell that it had it.
 *
 * @throws UserError where there is no such call, its hook is removed, or it is still on its way
 */
export async function replayCall(
  actor: Actor,
  code: string,
): Promise<{ hook: Hook; call: HookCall; end: TryEnd }> {
  const { stores, bench, workspace, member } = actor
  const call = await stores.hooks.callByCode(code.toLowerCase())
  const hook = call && (await stores.hooks.list()).find(({ id }) => id === call.hookId)
  if (!call || !hook)
    throw new UserError(`There is no call ${quoted(code)} in any log`, {
      wayOut: `The last ${HOOK_LOG} of each webhook are kept: \`hooks log 1\`.`,
      offers: [{ label: 'Webhooks', line: 'hooks' }],
    })
  if (hook.state === 'removed')
    throw new UserError(`Webhook ${hook.number} was removed`, { wayOut: 'Add it again with `hooks add`.' })
  if (call.state === 'waiting' || call.state === 'sending')
    throw new UserError(`${call.code} is still on its way`, {
      wayOut: 'It is tried again by itself.',
      offers: logOffer(hook.number),
    })
  const at = bench.clock.now()
  const rounds = (await stores.hooks.log(hook.id, 10 * HOOK_LOG))
    .filter(({ messageId }) => messageId === call.messageId)
    .map(({ round }) => round)
  await record(stores, {
    by: member.id,
    at,
    verb: 'hook.replayed',
    subject: `hook:${hook.number}`,
    details: { workspace: workspace.id, message: call.messageId },
  })
  const { hookId, messageId, event, subject, body } = call
  const end = await sendNow(actor, {
    id: newId(at),
    code: shortCode(),
    hookId,
    messageId,
    round: Math.max(...rounds, call.round) + 1,
    event,
    subject,
    body,
    createdAt: at,
  })
  return { hook, call, end }
}

async function sendNow({ bench, stores }: Actor, call: NewHookCall): Promise<TryEnd> {
  await stores.hooks.addCalls([call])
  const taken = await bench.stores.hookQueue.take(call.id, bench.clock.now() + HOOK_LEASE)
  if (taken) return sendCall(bench, taken, 0)
  // The job was faster: it is on its way all the same.
  return {
    sent: false,
    at: call.createdAt,
    status: null,
    duration: 0,
    problem: 'It is on its way',
    dueAt: call.createdAt,
  }
}

const testBody = (at: number, number: number | null): string =>
  JSON.stringify({ type: 'hook.test', timestamp: instantOf(at).toString(), data: { hook: number } })

/** Makes the secret of `POST /hooks/<secret>`; the one before opens nothing any more. @returns the whole address */
export async function openIncoming(actor: Actor): Promise<string> {
  const { bench, workspace, member } = actor
  const at = bench.clock.now()
  const secret = `${randomToken()}${randomToken()}`
  await bench.stores.transaction(workspace.id, async (stores) => {
    await stores.hooks.setIncoming({ secretHash: hashOf(secret), createdBy: member.id, createdAt: at })
    await record(stores, { by: member.id, at, verb: 'hook.incoming', subject: `workspace:${workspace.id}` })
  })
  return `${bench.ownAddress()}/hooks/${secret}`
}

/** 256 random bits need no salt and no slow hash. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const hookByNumber = async (stores: Pick<WorkspaceStores, 'hooks'>, number: number): Promise<Hook> =>
  hookNumbered(open(await stores.hooks.list()), number)

/** @throws UserError where none of these has the number */
export function hookNumbered(hooks: readonly Hook[], number: number): Hook {
  const hook = hooks.find((one) => one.number === number)
  if (hook) return hook
  throw new UserError(`There is no webhook ${number}`, { offers: [{ label: 'Webhooks', line: 'hooks' }] })
}

/** Those that are not removed. */
export const open = (hooks: readonly Hook[]): Hook[] => hooks.filter(({ state }) => state !== 'removed')

const logOffer = (number: number) => [{ label: 'Log', line: `hooks log ${number}` }]

/**
 * Events as people say them: `delivery.published`, `failed`, `post` (all of posts), `everything`. A bare word means the
 * delivery's where there is one: "published on linkedin" is about one account.
 *
 * @throws UserError naming what there is
 */
export function readEvents(said: readonly string[]): HookEvent[] {
  const all = Object.keys(HOOK_EVENTS) as HookEvent[]
  const found = said.flatMap((word): HookEvent[] => {
    if (/^(everything|all)$/.test(word)) return all
    const fits = all.filter((event) => event === word || event.startsWith(`${word}.`))
    if (fits.length > 0) return fits
    const bare =
      all.find((event) => event === `delivery.${word}`) ?? all.find((event) => event === `post.${word}`)
    if (bare) return [bare]
    throw new UserError(`No event is called ${quoted(word)}`, {
      wayOut: `There are ${all.map((event) => `\`${event}\``).join(', ')}.`,
      field: 'events',
    })
  })
  return found.length === all.length ? [] : [...new Set(found)]
}

/** @throws UserError naming what there is */
export const readPlatforms = (actor: Actor, said: readonly string[]): string[] => [
  ...new Set(said.map((word) => platformByName(actor.bench, word).name)),
]

/** Words of a list, however it is written: `a, b and c`. */
export const wordsOf = (said: string | readonly string[] | undefined): string[] =>
  (typeof said === 'string' ? said.split(/[\s,;]+/) : [...(said ?? [])])
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '' && word !== 'and')
