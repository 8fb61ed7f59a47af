import type { Card, NewOutboxEntry, OutboxStore } from '../../outbox/outbox.ts'
import type { WorkspaceId } from '../../workspaces/workspace.ts'
import { and, asc, eq } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

/** Where an entry goes, as one word: entries of one lane are sent one after the other. */
const laneOf = ({ chatId, channel, memberId }: NewOutboxEntry): string =>
  channel === null ? `${chatId}@${memberId ?? ''}` : `${chatId}#${channel}`

export function createOutboxStore(handle: Handle, workspaceId: WorkspaceId): OutboxStore {
  const { outbox, cards } = handle.t
  return {
    add: (entry) =>
      handle.atomically(async (inside) => {
        const lane = laneOf(entry)
        const replaced =
          entry.kind === 'card' &&
          entry.subject !== null &&
          (await replaceWaiting(inside, { ...entry, subject: entry.subject }, lane))
        if (!replaced)
          await inside.db
            .insert(outbox)
            .values({ ...entry, workspaceId, lane, state: 'waiting', dueAt: entry.createdAt, attempts: 0 })
        inside.wrote('outbox')
      }),
    cards: async (subject) => {
      const rows = await handle.db
        .select()
        .from(cards)
        .where(and(eq(cards.workspaceId, workspaceId), eq(cards.subject, subject)))
        .orderBy(asc(cards.chatId), asc(cards.channel))
      return rows.map(({ workspaceId: _bound, ...card }): Card => card)
    },
  }

  /**
   * Only one that was never tried: whether the chat took a tried one is not known, so that one goes first, under the id
   * by which the chat can tell that it had it, and this one updates it.
   */
  async function replaceWaiting(
    inside: Handle,
    entry: NewOutboxEntry & { subject: string },
    lane: string,
  ): Promise<boolean> {
    const replaced = await inside.db
      .update(outbox)
      .set({ id: entry.id, message: entry.message, createdAt: entry.createdAt })
      .where(
        and(
          eq(outbox.workspaceId, workspaceId),
          eq(outbox.lane, lane),
          eq(outbox.subject, entry.subject),
          eq(outbox.kind, 'card'),
          eq(outbox.state, 'waiting'),
          eq(outbox.attempts, 0),
        ),
      )
      .returning({ id: outbox.id })
    return replaced.length > 0
  }
}
