import {
  type Chat,
  defaultSettings,
  type Identity,
  type Member,
  type Settings,
  type Workspace,
  type WorkspaceId,
} from '../../workspaces/workspace.ts'
import { eq, sql } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'
import { must } from './rows.ts'

export const toChat = (row: Tables['chats']['$inferSelect']): Chat => ({
  id: row.id,
  surface: row.surface,
  externalId: row.externalId,
  name: row.name,
  channels: { review: row.reviewChannel, results: row.resultsChannel, digest: row.digestChannel },
  sealedToken: row.sealedToken,
  createdAt: row.createdAt,
})

export const chatRow = ({
  channels,
  ...rest
}: Chat): Omit<Tables['chats']['$inferInsert'], 'workspaceId'> => ({
  ...rest,
  reviewChannel: channels.review,
  resultsChannel: channels.results,
  digestChannel: channels.digest,
})

export const toMember = (row: Tables['members']['$inferSelect'], identities: Identity[]): Member => ({
  id: row.id,
  name: row.name,
  role: row.role,
  zone: row.zone,
  locale: row.locale,
  identities,
  createdAt: row.createdAt,
})

/** The settings that have a row of their own; `pausedAt` is a column of the workspace, because the claim asks for it. */
export function settingRows(changes: Partial<Settings>): { key: string; value: unknown }[] {
  const { pausedAt: _column, ...others } = changes
  return Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value }))
}

/** A setting without a row has its default, so that a new setting needs no migration. */
export function toWorkspaces(
  rows: readonly {
    workspace: Tables['workspaces']['$inferSelect']
    setting: Tables['settings']['$inferSelect'] | null
  }[],
): Workspace[] {
  const found = new Map<string, Workspace>()
  for (const { workspace, setting } of rows) {
    const { id, name, createdAt, pausedAt } = workspace
    const known = found.get(id) ?? { id, name, settings: { ...defaultSettings, pausedAt }, createdAt }
    found.set(id, known)
    if (setting !== null && setting.key in defaultSettings)
      known.settings = { ...known.settings, [setting.key]: setting.value }
  }
  return [...found.values()]
}

/** Holds the workspace's row until the end: who comes next sees what was decided before them, on any number of machines. */
export async function holdInOrder({ db, t }: Handle, id: WorkspaceId): Promise<void> {
  const held = await db
    .update(t.workspaces)
    .set({ eventCount: sql`${t.workspaces.eventCount}` })
    .where(eq(t.workspaces.id, id))
    .returning({ id: t.workspaces.id })
  must(held[0], `workspace ${id}`)
}
