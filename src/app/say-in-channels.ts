import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Message } from '../message/message.ts'
import type { WorkspaceStores } from './stores.ts'

/**
 * Says something to the whole team: in each chat's channel for it, or where what became of posts is said, or in the
 * review channel. Through the outbox: in the transaction of what happened, sent afterwards.
 */
export async function sayInChannels(
  stores: Pick<WorkspaceStores, 'workspace' | 'outbox'>,
  said: Message,
  now: EpochMs,
  rather?: 'digest',
): Promise<void> {
  const entries = (await stores.workspace.chats()).flatMap(({ id, channels }) => {
    const channel = (rather && channels[rather]) ?? channels.results ?? channels.review
    return channel
      ? [
          {
            id: newId(now),
            chatId: id,
            channel,
            memberId: null,
            subject: null,
            kind: 'message' as const,
            message: said,
            createdAt: now,
          },
        ]
      : []
  })
  await stores.outbox.add(...entries)
}
