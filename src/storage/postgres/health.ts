import type { Lane } from '../driver.ts'
import type { Health } from '../storage.ts'
import { atStart } from './postgres-error.ts'

/** How the database is, and whether its row-level security binds us. @param where in a person's words */
export async function healthOf(lane: Lane, where: string): Promise<Health> {
  try {
    const [row = []] = await lane.query(
      `select current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())),
              pg_is_in_recovery(), current_setting('synchronous_commit'),
              current_user, (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)`,
      [],
    )
    const [version, size, isReplica, synchronous, user, isUnbound] = row
    const sentence = `PostgreSQL ${version}, ${size} in ${where}`
    if (isReplica === true)
      return { ok: false, sentence: `${sentence}, which is a replica that takes no writes` }
    if (synchronous === 'off')
      return {
        ok: false,
        sentence: `${sentence}, which forgets its last commits when it crashes (synchronous_commit is off): posts could go out twice`,
      }
    return { ok: true, sentence, ...(isUnbound === true ? { advice: adviceFor(String(user)) } : {}) }
  } catch (error) {
    return {
      ok: false,
      sentence: `${atStart(where)} does not answer (${error instanceof Error ? error.message : error})`,
    }
  }
}

const adviceFor = (user: string): NonNullable<Health['advice']> => ({
  words: `Row-level security does not bind the role "${user}" (a superuser, or BYPASSRLS): between teams stands Crier's own code alone`,
  wayOut:
    'Let an ordinary role own the database and its tables, and name that one in DATABASE_URL: docs/scale.md says how.',
})
