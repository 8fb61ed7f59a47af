import type { Speaker } from '../../app/surface.ts'
import { type Clock, MINUTE, SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { within } from '../../kit/patience.ts'
import type { Team } from './teams.ts'

type Person = Speaker['person']

export interface People {
  /** Who this is. Never fails and never waits long: what Slack has not said yet is missing, and there the next time. */
  get(team: Team, userId: string, knownAs?: string): Promise<Person>
}

const FRESH_FOR = 15 * MINUTE
/** After a failure Slack is not asked again for this long. */
const QUIET_FOR = MINUTE
const REMEMBERED = 5000
/** An acknowledged command still has a form to open within three seconds. */
const PATIENCE = 0.6 * SECOND

interface Known {
  person: Person | undefined
  until: number
  asking: Promise<Person | undefined> | undefined
}

export function createPeople({ clock, log }: { clock: Clock; log: Log }): People {
  const known = new Map<string, Known>()

  function ask(team: Team, userId: string, entry: Known): Promise<Person | undefined> {
    entry.asking ??= look(team, userId)
      .then((person) => {
        entry.person = person
        entry.until = clock.now() + FRESH_FOR
        return person
      })
      .catch((error: unknown) => {
        log.warn({ err: error, team: team.id }, 'Slack did not say who somebody is')
        entry.until = clock.now() + QUIET_FOR
        return entry.person
      })
      .finally(() => {
        entry.asking = undefined
      })
    return entry.asking
  }

  return {
    async get(team, userId, knownAs) {
      const key = `${team.id}/${userId}`
      const entry = known.get(key) ?? { person: undefined, until: 0, asking: undefined }
      known.delete(key)
      known.set(key, entry)
      if (known.size > REMEMBERED) for (const oldest of known.keys().take(1)) known.delete(oldest)
      const stale = entry.until <= clock.now() ? ask(team, userId, entry) : undefined
      const person = entry.person ?? (stale && (await within(PATIENCE, stale)))
      return person ?? { externalId: userId, name: knownAs || userId }
    },
  }
}

async function look(team: Team, userId: string): Promise<Person> {
  const { user } = await team.client.users.info({ user: userId, include_locale: true })
  return {
    externalId: userId,
    name: user?.profile?.display_name || user?.real_name || user?.name || userId,
    ...(user?.tz ? { zone: user.tz } : {}),
    ...(user?.locale ? { locale: user.locale } : {}),
    ...(user?.is_admin === undefined ? {} : { admin: user.is_admin || user.is_owner === true }),
  }
}
