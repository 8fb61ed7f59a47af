import type { Kit } from './sqlite-kit.ts'

/** What the processes of one database tell each other, before any workspace is known: the tables without its id. */
export function processTables({ table, id, text, time, index }: Kit) {
  const seen = table('seen', { id: id().primaryKey(), until: time().notNull() }, (t) => [
    index('seen_until').on(t.until),
  ])

  const openForms = table(
    'open_forms',
    { id: id().primaryKey(), sealed: text().notNull(), until: time().notNull() },
    (t) => [index('open_forms_until').on(t.until)],
  )

  return { seen, openForms }
}
