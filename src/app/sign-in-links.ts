import { z } from 'zod'
import { createPasses } from '../accounts/passes.ts'
import { MINUTE } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'
import type { FormValues } from '../message/form.ts'
import type { Connect, OAuthConnect, Platform } from '../platforms/contract/platform.ts'
import { andList } from '../views/words.ts'
import { mayAct, type WorkspaceId } from '../workspaces/workspace.ts'
import { type Actor, actorOf } from './actor.ts'
import { CONNECTS, platformByName } from './connect-accounts.ts'
import { SignInStopped } from './sign-in-stopped.ts'
import type { Workbench } from './workbench.ts'

/** How long a link, a sign-in at the platform and a choice may each take (ms). */
export const SIGN_IN_WITHIN = 10 * MINUTE

const Values = z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())]))
export const Ticket = z.object({
  workspace: z.string(),
  member: z.string(),
  platform: z.string(),
  /** The way's place in the platform's list. */
  way: z.number(),
  values: Values,
})
export type Ticket = z.infer<typeof Ticket>

/** Where a platform sends people back to: exactly this is what the operator registers there. */
export const callbackOf = (bench: Pick<Workbench, 'ownAddress'>, platform: Pick<Platform, 'name'>): string =>
  `${bench.ownAddress()}/oauth/${platform.name}/callback`

/** Can this way be walked, or has the operator set no client for it? */
export const isOpen = (actor: Actor, platform: Platform, way: Connect<unknown>): boolean =>
  way.by === 'form' ||
  clientVariables(platform).length === 0 ||
  actor.bench.clientOf(platform, actor.workspace.id) !== undefined

const clientVariables = ({ setUp }: Platform): string[] =>
  (setUp.environment ?? []).filter((name) => /_CLIENT_(ID|SECRET)$/.test(name))

/** What the operator has to do before anybody can sign in there. */
export const notSetUp = (bench: Pick<Workbench, 'ownAddress'>, platform: Platform): UserError =>
  new UserError(
    `${platform.label} can't be connected yet: Crier's operator has not set ${andList(clientVariables(platform))}`,
    {
      wayOut: [
        platform.setUp.operator,
        `The callback address to register is ${callbackOf(bench, platform)}.`,
        platform.setUp.source && `More: ${platform.setUp.source}`,
      ]
        .filter(Boolean)
        .join(' '),
    },
  )

/** Some platforms take no callback address on plain http; said where the install has no other. */
export function callbackWarning(
  bench: Pick<Workbench, 'ownAddress'>,
  platform: Platform,
  way: OAuthConnect<unknown>,
): string | undefined {
  const own = bench.ownAddress()
  return way.needsHttps && own.startsWith('http:')
    ? `${platform.label} sends people back to an https address only, and this Crier's is ${own}: its operator has to set PUBLIC_URL.`
    : undefined
}

/**
 * The link by which this member signs in at the platform with a browser. It works for ten minutes, for them alone.
 *
 * @throws UserError where the operator has set no client
 */
export function signInLink(actor: Actor, platform: Platform, place: number, values: FormValues): string {
  const way = platform.connect[place]
  if (way?.by !== 'oauth') throw new Error(`${platform.name} has no sign-in at ${place}`)
  if (!isOpen(actor, platform, way)) throw notSetUp(actor.bench, platform)
  const asked = new Set((way.fields ?? []).map((field) => field.name))
  const ticket: Ticket = {
    workspace: actor.workspace.id,
    member: actor.member.id,
    platform: platform.name,
    way: place,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => asked.has(name))),
  }
  return linkFor(actor.bench, ticket)
}

export const linkFor = (bench: Workbench, ticket: Ticket): string => {
  const pass = passesOf(bench).issue('sign-in ticket', ticket, SIGN_IN_WITHIN)
  return `${bench.ownAddress()}/oauth/${ticket.platform}/start?ticket=${pass}`
}

/** Whose ticket it is, and for what. @throws SignInStopped */
export async function readTicket(bench: Workbench, platformName: string, pass: string) {
  const ticket = passesOf(bench).open('sign-in ticket', pass, Ticket)
  if (ticket === 'expired')
    throw new SignInStopped('This link has ended: it works for ten minutes.', {
      wayOut: `Say \`connect ${platformName}\` in the chat for a new one.`,
    })
  if (ticket === 'unknown' || ticket.holds.platform !== platformName)
    throw new SignInStopped('Crier does not know this link.', {
      wayOut: 'Say `connect` in the chat for one that works.',
    })
  return { ticket: ticket.holds, ...(await actorOfTicket(bench, ticket.holds)) }
}

/** Whoever asked may have left the team, or lost their role, since they asked. */
export async function actorOfTicket(
  bench: Workbench,
  { workspace: id, member: memberId, platform: name, way: place }: Ticket,
) {
  const platform = platformByName(bench, name)
  const way = platform.connect[place]
  const workspace = await bench.stores.directory.get(id as WorkspaceId)
  const member = workspace && (await bench.stores.workspace(workspace.id).workspace.member(memberId))
  if (!workspace || !member || way?.by !== 'oauth')
    throw new SignInStopped('Whoever asked for this link is not in the team any more.')
  if (!mayAct(member.role, CONNECTS))
    throw new SignInStopped(
      `Connecting an account needs the role of ${CONNECTS}; ${member.name} is ${member.role}.`,
      {
        wayOut: 'An admin can change that with `roles`.',
      },
    )
  return { actor: actorOf(bench, workspace, member), platform, way }
}

export const passesOf = ({ sealer, clock }: Workbench) => createPasses(sealer, clock)
