// standardwebhooks: the specification's own signer, so that any receiver's verifier agrees.
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../kit/clock.ts'
import { PrivateAddressError } from '../kit/public-network.ts'
import { bold, button, buttons, message, prose, text } from '../message/message.ts'
import type { ClaimedCall, Hook, TryEnd } from '../outbox/hook.ts'
import { tell } from './announce.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/** Where a hook leads and what it is signed with: all that is sealed of it. */
export const Target = z.object({ url: z.url(), secret: z.string().startsWith('whsec_') })
export type Target = z.infer<typeof Target>

/** The specification advises 15 to 30 s. */
const PATIENCE = 15 * SECOND
/** A try that takes longer than this has died with its process, on a machine whose clock may be a minute off. */
export const HOOK_LEASE = PATIENCE + 90 * SECOND

/**
 * How long after each failed try the next one comes, as the specification proposes:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
const HOOK_TRIES: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  DAY,
]
/** A hook through which nothing came for this long (ms) is switched off at its next failure. */
const OFF_AFTER = 5 * DAY

/** What a receiver said, or why it said nothing. */
export type Heard =
  | { status: number; retryAfter: number | undefined; duration: number }
  | { status: null; problem: string; private: boolean; duration: number }

/**
 * Signs and posts once, as Standard Webhooks (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` (unix
 * seconds of this try) and `webhook-signature` (`v1,<base64 HMAC-SHA256 of "id.timestamp.body">`). Never throws for what
 * a receiver does. Neither the address nor an answer gets into a log.
 */
export async function postSigned(
  { callOut, clock }: Pick<Workbench, 'callOut' | 'clock'>,
  { url, secret }: Target,
  messageId: string,
  body: string,
): Promise<Heard> {
  const startedAt = clock.now()
  const at = Math.floor(startedAt / SECOND)
  const took = () => Math.max(0, clock.now() - startedAt)
  try {
    const { status, retryAfter } = await callOut(url, {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Crier',
        'webhook-id': messageId,
        'webhook-timestamp': String(at),
        'webhook-signature': new Webhook(secret).sign(messageId, new Date(at * SECOND), body),
      },
      body,
      signal: AbortSignal.timeout(PATIENCE),
    })
    return { status, retryAfter: waitOf(retryAfter, startedAt), duration: took() }
  } catch (error) {
    const notPublic = error instanceof PrivateAddressError
    return { status: null, problem: problemOf(error), private: notPublic, duration: took() }
  }
}

/** Sends a call that was claimed, and writes what came of it. @param random in [0, 1): spreads repeats */
export async function sendCall(bench: Workbench, claimed: ClaimedCall, random: number): Promise<TryEnd> {
  const { call, hook } = claimed
  const heard = await heardOf(bench, claimed)
  const end = endOf(heard, call.tries, bench.clock.now(), random)
  if (await bench.stores.hookQueue.ended(call.id, call.tries, end)) await noteHealth(bench, claimed, end)
  bench.log.debug(
    { hook: hook.id, call: call.id, event: call.event, status: end.status, tries: call.tries },
    'A webhook was called',
  )
  return end
}

async function heardOf(bench: Workbench, { call, hook }: ClaimedCall): Promise<Heard> {
  if (hook.sealed === null)
    return { status: null, problem: 'The hook was taken away', private: false, duration: 0 }
  let target: Target
  try {
    target = Target.parse(JSON.parse(bench.sealer.open(hook.sealed, hook.id)))
  } catch (error) {
    bench.log.error({ hook: hook.id, err: error }, 'The address of a webhook could not be opened')
    return { status: null, problem: 'Its sealed address does not open', private: false, duration: 0 }
  }
  return postSigned(bench, target, call.messageId, call.body)
}

function endOf(heard: Heard, tries: number, at: EpochMs, random: number): TryEnd {
  const { status, duration } = heard
  if (status !== null && status >= 200 && status < 300) return { sent: true, at, status, duration }
  const wait = HOOK_TRIES[tries - 1]
  const hopeless = status === 410 || (status === null && heard.private) || wait === undefined
  // Up to a tenth more, so that what failed together does not come back together.
  const spread = (wait ?? 0) * (1 + random / 10)
  return {
    sent: false,
    at,
    status,
    duration,
    problem: status === null ? heard.problem : refusalWords(status),
    dueAt: hopeless ? null : at + Math.round(Math.max(spread, heardWait(heard))),
  }
}

const heardWait = (heard: Heard): number => Math.min(DAY, heard.status === null ? 0 : (heard.retryAfter ?? 0))

function refusalWords(status: number): string {
  if (status === 410) return 'The receiver says it is gone for good (HTTP 410)'
  if (status >= 300 && status < 400)
    return `The address has moved (HTTP ${status}); redirects are not followed`
  if (status === 429) return 'The receiver asks to wait (HTTP 429)'
  return `The receiver answered HTTP ${status}`
}

/** How a hook is after a try: it works, it fails since, it is gone, or it is switched off with a word to the admins. */
async function noteHealth(bench: Workbench, { workspaceId, hook }: ClaimedCall, end: TryEnd): Promise<void> {
  if (end.sent && hook.failingSince === null) return
  await bench.stores.transaction(workspaceId, async (stores) => {
    const now = (await stores.hooks.list()).find(({ id }) => id === hook.id)
    if (!now || now.state === 'removed') return
    if (end.sent) {
      if (now.failingSince !== null) await stores.hooks.change(now.id, { failingSince: null })
      return
    }
    if (end.status === 410) return giveUp(stores, bench, now, 'removed')
    if (now.failingSince === null) await stores.hooks.change(now.id, { failingSince: end.at })
    else if (now.state === 'active' && end.at - now.failingSince >= OFF_AFTER)
      await giveUp(stores, bench, now, 'off')
  })
}

async function giveUp(
  stores: WorkspaceStores,
  bench: Workbench,
  hook: Hook,
  state: 'off' | 'removed',
): Promise<void> {
  const at = bench.clock.now()
  await stores.hooks.change(hook.id, state === 'removed' ? { state, sealed: null } : { state })
  await stores.hooks.endWaiting(
    hook.id,
    state === 'removed' ? 'The hook was taken away' : 'The hook was switched off',
    at,
  )
  await record(stores, { by: null, at, verb: `hook.${state}`, subject: `hook:${hook.number}` })
  const said =
    state === 'removed'
      ? message(
          text(
            bold(`Webhook ${hook.number} to ${hook.host}`),
            ' was removed: its receiver is gone (HTTP 410).',
          ),
          buttons(button('What it was told', `hooks log ${hook.number}`)),
        )
      : message(
          text(
            bold(`Webhook ${hook.number} to ${hook.host}`),
            ...prose(
              ` was switched off: nothing has come through for five days. Once the receiver works, \`hooks resume ${hook.number}\` goes on.`,
            ),
          ),
          buttons(
            button('What went wrong', `hooks log ${hook.number}`),
            button('Try it', `hooks test ${hook.number}`),
            button('Resume', `hooks resume ${hook.number}`, { style: 'primary' }),
          ),
        )
  const chats = await stores.workspace.chats()
  for (const member of await stores.workspace.members())
    if (member.role === 'admin') await tell(stores, chats, member.id, said, at)
}

function problemOf(error: unknown): string {
  if (error instanceof PrivateAddressError) return 'Its address is not on the public internet'
  const { name, code } = error as { name?: string; code?: string }
  if (name === 'TimeoutError' || name === 'AbortError') return 'The receiver did not answer within 15 seconds'
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'No receiver has that name'
    case 'ECONNREFUSED':
      return 'Nobody listens at that address'
    default:
      return `The receiver could not be reached${code ? ` (${code})` : ''}`
  }
}

/** Retry-After in milliseconds: seconds, or an HTTP date (RFC 9110, 10.2.3). */
function waitOf(said: string | undefined, now: EpochMs): number | undefined {
  if (said === undefined) return undefined
  if (/^\d{1,9}$/.test(said.trim())) return Number(said) * SECOND
  const at = Date.parse(said)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
