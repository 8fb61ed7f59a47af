import { newId } from '../kit/ids.ts'
import { REHEARSAL } from '../platforms/contract/register.ts'
import type { Member, Role, Workspace, WorkspaceId } from '../workspaces/workspace.ts'
import { actorOf } from './actor.ts'
import { connectByForm } from './connect-accounts.ts'
import { newWorkspace } from './newcomers.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/**
 * The workspace of whoever runs Crier. Its id is the same in every process of an install, so that two which start at once
 * do not begin two teams.
 */
export const HOME = '00000000-0000-7000-8000-000000000000' as WorkspaceId

/** The playground is one chat, and these two are in it, so that the first minute can show a review. */
const LOCAL = 'local'
const PEOPLE: readonly { name: string; externalId: string; role: Role }[] = [
  { name: 'Ada', externalId: 'author', role: 'author' },
  { name: 'Grace', externalId: 'approver', role: 'admin' },
]

/**
 * The workspace that this install began with. Where there is none yet it is made, with an author and an approver to
 * switch between, and an account on the rehearsal feed, so that everything can be tried at once.
 *
 * @param zone IANA zone of the machine: what times mean until somebody says otherwise
 */
export async function openHome(bench: Workbench, zone: string): Promise<Workspace> {
  const known = await bench.stores.directory.get(HOME)
  if (known) return known
  let workspace: Workspace
  try {
    workspace = await newWorkspace(bench, 'Your team', { zone, id: HOME })
  } catch (error) {
    // Another process of the same install began at the same moment, and is furnishing it.
    const begun = await bench.stores.directory.get(HOME)
    if (begun) return begun
    throw error
  }
  const stores = bench.stores.workspace(workspace.id)
  await stores.workspace.addChat({
    id: newId(bench.clock.now()),
    surface: 'playground',
    externalId: LOCAL,
    name: 'Playground',
    channels: { review: 'review', results: 'results', digest: 'general' },
    sealedToken: null,
    createdAt: bench.clock.now(),
  })
  const members: Member[] = []
  for (const person of PEOPLE) members.push(await addPerson(stores, bench, person))
  await connectRehearsal(
    bench,
    workspace,
    members.find((member) => member.role === 'admin'),
  )
  return workspace
}

const addPerson = (
  stores: WorkspaceStores,
  bench: Workbench,
  { name, externalId, role }: (typeof PEOPLE)[number],
): Promise<Member> =>
  stores.workspace.addMember({
    id: newId(bench.clock.now()),
    name,
    role,
    zone: null,
    locale: null,
    identities: [{ surface: 'playground', chat: LOCAL, externalId }],
    createdAt: bench.clock.now(),
  })

async function connectRehearsal(
  bench: Workbench,
  workspace: Workspace,
  member: Member | undefined,
): Promise<void> {
  const platform = bench.platforms.get(REHEARSAL)
  const way = platform?.connect[0]
  if (!platform || !way || !member) return
  await connectByForm(actorOf(bench, workspace, member), platform, way, {})
}

/**
 * A member of a workspace by name or role word, given an identity on a surface without accounts (terminal, API), so that
 * the front desk knows them there. Without a name: the first admin.
 */
export async function memberOn(
  stores: WorkspaceStores,
  surface: 'terminal' | 'api',
  name?: string,
): Promise<Member | undefined> {
  const members = await stores.workspace.members()
  const said = name?.toLowerCase()
  const member =
    said === undefined
      ? (members.find((one) => one.role === 'admin') ?? members[0])
      : (members.find((one) => one.name.toLowerCase() === said) ??
        members.find((one) => one.identities.some((identity) => identity.externalId.toLowerCase() === said)))
  if (!member) return undefined
  const identity = { surface, chat: LOCAL, externalId: member.id }
  if (!(await stores.workspace.memberByIdentity(identity)))
    await stores.workspace.addIdentity(member.id, identity)
  return member
}
