import { type Message, message, type Span, text } from '../message/message.ts'
import type { Post } from '../posts/post.ts'
import { parkedLines } from '../views/parked.ts'
import { postNews } from '../views/post-card.ts'
import type { CommandContext } from './command.ts'
import { pausedNote } from './review-posts.ts'
import { sheetOf } from './sheets.ts'

/** Says that a post goes out, and what will keep it from going: accounts without a login, a pause. */
export async function goesOut(
  context: CommandContext,
  post: Post,
  ...words: (string | Span)[]
): Promise<Message> {
  const parked = parkedLines(await sheetOf(context.stores, context.bench, post, context))
  const news = postNews(post, ...words)
  const { blocks } = message(
    ...news.blocks,
    ...parked.map((line) => text(line)),
    pausedNote(context.workspace.settings.pausedAt),
  )
  return { ...news, blocks }
}
