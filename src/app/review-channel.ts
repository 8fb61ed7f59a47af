import { type Block, note, prose } from '../message/message.ts'
import type { Actor } from './actor.ts'
import type { CommandContext } from './command.ts'
import { record } from './record.ts'
import type { WorkspaceStores } from './stores.ts'

/** A channel that review cards could go to. */
export interface ReviewPlace {
  chatId: string
  channel: string
}

/**
 * A chat where nobody has chosen a channel for reviews: the first one a post is submitted from becomes it, since a card
 * that nobody sees is worse than one in a channel that an admin changes later. Undefined where there is nothing to choose.
 */
export function reviewPlace({ place }: Pick<CommandContext, 'place'>): ReviewPlace | undefined {
  if (!place?.channel || place.direct || place.chat.channels.review !== null) return undefined
  return { chatId: place.chat.id, channel: place.channel }
}

/** Behind the post's own line of the audit trail, in its transaction: a post that is refused chooses nothing. */
export async function chooseReviewChannel(
  stores: WorkspaceStores,
  { bench, member }: Pick<Actor, 'bench' | 'member'>,
  chosen: ReviewPlace | undefined,
): Promise<void> {
  if (chosen === undefined) return
  await stores.workspace.changeChat(chosen.chatId, { channels: { review: chosen.channel } })
  await record(stores, {
    by: member.id,
    at: bench.clock.now(),
    verb: 'settings.changed',
    subject: 'workspace',
    details: { reviewChannel: chosen.channel },
  })
}

/** Said, so that it can be changed. */
export const reviewPlaceNote = (chosen: ReviewPlace | undefined): Block[] =>
  chosen === undefined
    ? []
    : [
        note(
          ...prose(
            'Review cards go to this channel from now on; `settings review-channel here`, said in another one, changes that.',
          ),
        ),
      ]
