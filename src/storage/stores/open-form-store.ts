import type { OpenFormStore } from '../../message/open-form-store.ts'
import { eq, lte } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

/** Before any workspace: a form is asked for by its id alone, which only the chat of its person was told. */
export function createOpenFormStore({ db, t: { openForms } }: Handle): OpenFormStore {
  return {
    put: async (id, sealed, until) => {
      await db
        .insert(openForms)
        .values({ id, sealed, until })
        .onConflictDoUpdate({ target: openForms.id, set: { sealed, until } })
    },
    get: async (id) => {
      const [form] = await db.select({ sealed: openForms.sealed }).from(openForms).where(eq(openForms.id, id))
      return form?.sealed
    },
    remove: async (id) => {
      await db.delete(openForms).where(eq(openForms.id, id))
    },
    forget: async (now) => {
      await db.delete(openForms).where(lte(openForms.until, now))
    },
  }
}
