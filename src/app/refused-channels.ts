import { laneOf, type Refused } from '../outbox/outbox.ts'
import type { Chat } from '../workspaces/workspace.ts'
import { hasChannels } from './announce.ts'
import type { WorkspaceStores } from './stores.ts'

/** A place that takes no messages until somebody mends it: its channel is archived, the chat's token was revoked. */
export interface RefusedChannel {
  lane: string
  /** For people: `The review channel of Acme HQ`. */
  name: string
  /** The chat's own word, one sentence. */
  why: string
  /** The oldest message that it refused: the name of this trouble. */
  since: string
}

/** Where a team's messages are refused, now. Who takes no direct messages is told in the channels, so that is no trouble. */
export async function refusedChannels({
  outbox,
  workspace,
}: Pick<WorkspaceStores, 'outbox' | 'workspace'>): Promise<RefusedChannel[]> {
  const open = (await outbox.refused()).filter(({ taken }) => taken === 'nothing')
  if (open.length === 0) return []
  const chats = new Map((await workspace.chats()).map((chat) => [chat.id, chat]))
  return [...Map.groupBy(open, ({ entry }) => laneOf(entry))].flatMap(([lane, refused]) => {
    const [oldest] = refused
    const chat = oldest && chats.get(oldest.entry.chatId)
    const name = chat && nameOf(chat, oldest)
    const why = refused.at(-1)?.entry.problem ?? ''
    return name ? { lane, name, why, since: oldest.entry.id } : []
  })
}

/** Undefined where nobody needs it. */
function nameOf(chat: Chat, { entry: { channel } }: Refused): string | undefined {
  if (channel === null) return hasChannels(chat) ? undefined : `A member of ${chat.name}`
  const use = (['review', 'results', 'digest'] as const).find((one) => chat.channels[one] === channel)
  return use && `The ${use} channel of ${chat.name}`
}
