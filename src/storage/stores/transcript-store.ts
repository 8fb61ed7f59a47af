import type { TranscriptEntry, TranscriptStore } from '../../playground/transcript.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, desc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'

export function createTranscriptStore(
  { db, t: { transcript } }: Handle,
  workspaceId: WorkspaceId,
): TranscriptStore {
  const mine = eq(transcript.workspaceId, workspaceId)
  return {
    add: async (entry) => {
      await db
        .insert(transcript)
        .values({ ...entry, workspaceId })
        .onConflictDoNothing()
    },
    update: async (id, message, at) => {
      await db
        .update(transcript)
        .set({ message, updatedAt: at })
        .where(and(mine, eq(transcript.id, id)))
    },
    list: async (channel, limit) => {
      const newest = await db
        .select()
        .from(transcript)
        .where(and(mine, eq(transcript.channel, channel)))
        .orderBy(desc(transcript.sequence))
        .limit(limit)
      return newest.reverse().map(toEntry)
    },
  }
}

const toEntry = ({
  workspaceId: _bound,
  sequence: _order,
  ...row
}: Tables['transcript']['$inferSelect']): TranscriptEntry => row
