import { UserError } from '../kit/user-error.ts'
import { type Member, mayAct, type Role, type Workspace } from '../workspaces/workspace.ts'
import type { WorkspaceStores } from './stores.ts'
import type { Workbench } from './workbench.ts'

/** Somebody doing something in a workspace: what every service function is handed first. */
export interface Actor {
  bench: Workbench
  workspace: Workspace
  /** The workspace's stores, outside any transaction. */
  stores: WorkspaceStores
  member: Member
  /** The member's zone, else the workspace's (IANA). */
  zone: string
  /** The member's language, else the workspace's (BCP 47). */
  locale: string
}

export const actorOf = (bench: Workbench, workspace: Workspace, member: Member): Actor => ({
  bench,
  workspace,
  stores: bench.stores.workspace(workspace.id),
  member,
  zone: member.zone ?? workspace.settings.zone,
  locale: member.locale ?? workspace.settings.locale,
})

/**
 * @param doing what the role is needed for, as the sentence begins: "Giving roles"
 * @throws UserError where the role does not reach
 */
export function mustAct(role: Role | undefined, least: Role, doing: string): void {
  if (!role || !mayAct(role, least)) throw new UserError(`${doing} needs the role of ${least}`)
}
