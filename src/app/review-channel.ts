import { type Block, note, prose } from '../message/message.ts'
import type { CommandContext } from './command.ts'

/**
 * A chat where nobody has chosen a channel for reviews: the first one a post is submitted from becomes it, since a card
 * that nobody sees is worse than one in a channel that an admin changes later. Said, so that it can be.
 */
export async function reviewHere({ place, stores, surface }: CommandContext): Promise<Block[]> {
  if (!place?.channel || place.direct || place.chat.channels.review !== null) return []
  if (surface === 'terminal' || surface === 'api') return []
  await stores.workspace.changeChat(place.chat.id, { channels: { review: place.channel } })
  return [
    note(
      ...prose(
        'Review cards go to this channel from now on; `settings review-channel here`, said in another one, changes that.',
      ),
    ),
  ]
}
