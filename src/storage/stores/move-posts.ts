import { type PostMove, postMoves } from '../../posts/moves.ts'
import { isAmongGiven } from '../dialect.ts'
import { inArray, type SQL, sql } from '../drizzle.ts'
import { columnsOf, given, type Statement } from '../handle.ts'
import type { Tables } from '../schema/tables.ts'

/** What is answered of each post that made a move: all of it, or its id and number. */
type Answered = 'whole' | 'number'

const answers: Record<Answered, (posts: Tables['posts']) => SQL> = {
  whole: (posts) => columnsOf(posts),
  number: () => sql`id, number`,
}

const statements = new Map<string, Statement>()

/**
 * Many posts make one move. Drizzle's own text for it grows with their number, and costs more than the move. The state is
 * asked for in an expression, or PostgreSQL reads all posts of that state and looks each up in the list.
 */
export function movePosts(move: PostMove, answered: Answered): Statement {
  const { from, to } = postMoves[move]
  const name = `move_posts_${move}_${answered}`
  const statement = statements.get(name) ?? {
    name,
    build: ({ posts }, dialect) => sql`
      update posts set state = ${to}, updated_at = ${given('at')}
       where posts.workspace_id = ${given('workspaceId')} and ${isAmongGiven[dialect](posts.id, 'ids')}
         and ${inArray(sql`coalesce(posts.state, '')`, [...from])}
      returning ${answers[answered](posts)}`,
  }
  statements.set(name, statement)
  return statement
}
