import type { SeenStore } from '../../kit/seen.ts'
import { lte } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

/** Before any workspace: an event is taken before anybody knows whose it is. */
export function createSeenStore({ db, t: { seen } }: Handle): SeenStore {
  return {
    add: async (id, until) => {
      const added = await db
        .insert(seen)
        .values({ id, until })
        .onConflictDoNothing()
        .returning({ id: seen.id })
      return added.length === 1
    },
    forget: async (now) => {
      await db.delete(seen).where(lte(seen.until, now))
    },
  }
}
