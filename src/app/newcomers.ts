import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import {
  type Chat,
  cameFromAChat,
  defaultSettings,
  type Identity,
  type Member,
  type Role,
  type Workspace,
  type WorkspaceId,
} from '../workspaces/workspace.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Speaker } from './surface.ts'
import { mustFitMembers } from './within-plan.ts'
import type { Workbench } from './workbench.ts'

/** Whoever speaks, with where and for whom. */
export interface Known {
  workspace: Workspace
  member: Member
  chat: Chat | undefined
}

/**
 * Finds who speaks, and makes room for whoever is new: a team's first word makes its chat, a person's first word makes
 * them a member. The first chat of a surface joins the home workspace; another team or guild gets a workspace of its own,
 * since two teams must never see each other's posts.
 *
 * @param home the workspace that this install began with
 */
export async function welcome(
  bench: Workbench,
  speaker: Speaker,
  home: () => Promise<Workspace>,
): Promise<Known> {
  const { surface } = speaker
  const found =
    surface === 'terminal' || surface === 'api'
      ? { workspace: await home(), chat: undefined }
      : ((await bench.stores.directory.ofChat(surface, speaker.chat.externalId)) ??
        (await welcomeChat(bench, speaker, home)))
  const stores = bench.stores.workspace(found.workspace.id)
  const identity = { surface, chat: speaker.chat.externalId, externalId: speaker.person.externalId }
  const known = await stores.workspace.memberByIdentity(identity)
  if (known) return { ...found, member: await refreshed(stores, known, found.chat, speaker) }

  const member = await bench.stores.transaction(found.workspace.id, (inside) =>
    join(inside, bench, speaker, identity),
  )
  return { ...found, member }
}

/** @throws UserError where the workspace's plan has no seat left */
async function join(
  stores: WorkspaceStores,
  bench: Workbench,
  speaker: Speaker,
  identity: Identity,
): Promise<Member> {
  const at = bench.clock.now()
  // Of two who are the first in the same instant, only one is.
  await stores.workspace.hold()
  const members = await stores.workspace.members()
  const id = newId(at)
  const member = await stores.workspace.addMember({
    id,
    name: speaker.person.name,
    role: roleFor(speaker, members),
    zone: speaker.person.zone ?? null,
    locale: speaker.person.locale ?? null,
    identities: [identity],
    createdAt: at,
  })
  // They said two things at once, and the other one has made them a member.
  if (member.id !== id) return member
  await record(stores, {
    by: member.id,
    at,
    verb: 'member.joined',
    subject: `member:${member.id}`,
    details: { surface: speaker.surface, role: member.role },
  })
  if (cameFromAChat(member)) await mustFitMembers(stores, bench)
  return member
}

/**
 * Whoever runs the team runs Crier, and so does the first who comes; everybody else writes until an admin says otherwise.
 *
 * A second chat of a workspace may be a stranger's server to which they have added the bot: to run that says nothing about
 * this team. Its people look on until an admin of the team has made one of them an admin too.
 */
function roleFor(speaker: Speaker, members: readonly Member[]): Role {
  if (speaker.surface === 'terminal') return 'admin'
  const admins = members.filter((member) => member.role === 'admin' && cameFromAChat(member))
  const vouchedFor = admins.some((member) =>
    member.identities.some((one) => one.surface === speaker.surface && one.chat === speaker.chat.externalId),
  )
  const isChat = speaker.surface === 'slack' || speaker.surface === 'discord'
  if (isChat && admins.length > 0 && !vouchedFor) return 'viewer'
  if (speaker.person.admin) return 'admin'
  return members.some(cameFromAChat) ? 'author' : 'admin'
}

/**
 * What the surface knows better by now: a zone and a language where none was chosen, and a new name.
 *
 * @param chat where they were named; undefined on a surface that has no names of its own
 */
async function refreshed(
  stores: WorkspaceStores,
  member: Member,
  chat: Chat | undefined,
  { person }: Speaker,
): Promise<Member> {
  const zone = member.zone === null && person.zone ? person.zone : undefined
  const locale = member.locale === null && person.locale ? person.locale : undefined
  const name = chat === undefined || member.name === person.name ? undefined : person.name
  if (zone === undefined && locale === undefined && name === undefined) return member
  return stores.workspace.changeMember(member.id, {
    ...(zone ? { zone } : {}),
    ...(locale ? { locale } : {}),
    ...(name ? { name } : {}),
  })
}

async function welcomeChat(
  { stores, clock }: Pick<Workbench, 'stores' | 'clock'>,
  { surface, chat: { externalId, name } }: Speaker,
  home: () => Promise<Workspace>,
): Promise<{ workspace: Workspace; chat: Chat }> {
  const chat: Chat = {
    id: newId(clock.now()),
    surface,
    externalId,
    name,
    channels: { review: null, results: null, digest: null },
    sealedToken: null,
    createdAt: clock.now(),
  }
  return stores.directory.takeIn(chat, unmadeWorkspace(clock.now(), name), (await home()).id)
}

/** A workspace with every setting's default, which nobody has kept yet. */
export const unmadeWorkspace = (
  at: EpochMs,
  name: string,
  { zone = 'UTC', id = newId(at) as WorkspaceId }: { zone?: string; id?: WorkspaceId } = {},
): Workspace => ({ id, name, settings: { ...defaultSettings, zone }, createdAt: at })

export async function newWorkspace(
  { stores, clock }: Pick<Workbench, 'stores' | 'clock'>,
  name: string,
  given: { zone?: string; id?: WorkspaceId } = {},
): Promise<Workspace> {
  const workspace = unmadeWorkspace(clock.now(), name, given)
  await stores.directory.create(workspace)
  return workspace
}
