import type { Member, Workspace } from '../workspaces/workspace.ts'
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
