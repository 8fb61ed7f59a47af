import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { Message } from '../message/message.ts'
import { laneOf } from '../outbox/outbox.ts'
import type { ChannelUse } from '../workspaces/workspace.ts'
import type { WorkspaceStores } from './stores.ts'

/**
 * Says something to the whole team: in each chat's channel for it, or where what became of posts is said, or in the
 * review channel. Through the outbox: in the transaction of what happened, sent afterwards.
 *
 * @param options.except lanes that take nothing: it is said beside them, and where there is nothing beside them nowhere
 * @returns in how many chats
 */
export async function sayInChannels(
  stores: Pick<WorkspaceStores, 'workspace' | 'outbox'>,
  said: Message,
  now: EpochMs,
  { rather = 'results', except }: { rather?: ChannelUse; except?: ReadonlySet<string> } = {},
): Promise<number> {
  const entries = (await stores.workspace.chats()).flatMap(({ id, channels }) => {
    const channel = [channels[rather], channels.results, channels.review].find(
      (one) => one !== null && !except?.has(laneOf({ chatId: id, channel: one, memberId: null })),
    )
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
  return entries.length
}
