import { type EpochMs, instantOf } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'

/** What the operator allows each workspace. Undefined: as much as one likes. */
export interface Plan {
  /** Posts whose time is on one day of the workspace's zone. */
  postsPerDay: number | undefined
  /** Connected accounts. */
  accounts: number | undefined
  /** People who came from a chat. */
  members: number | undefined
  /** Bytes of kept media, each file once. */
  mediaBytes: number | undefined
}

/** As much as one likes. */
export const unlimited: Plan = {
  postsPerDay: undefined,
  accounts: undefined,
  members: undefined,
  mediaBytes: undefined,
}

/** A day of a zone, as UTC ms: from its first instant to that of the next. */
export interface Day {
  from: EpochMs
  until: EpochMs
  /** `Sat 21 Nov`. */
  name: string
  /** `Sun 22 Nov, 00:00 (Europe/Berlin)`: when the next begins. */
  next: string
}

/** @param zone IANA */
export function dayAt(at: EpochMs, zone: string): Day {
  const start = instantOf(at).toZonedDateTimeISO(zone).startOfDay()
  const next = start.add({ days: 1 }).startOfDay()
  return {
    from: start.epochMilliseconds,
    until: next.epochMilliseconds,
    name: dateWords(start),
    next: `${dateWords(next)}, ${next.toPlainTime().toString({ smallestUnit: 'minute' })} (${zone})`,
  }
}

const dateWords = (day: Temporal.ZonedDateTime): string =>
  day
    .toPlainDate()
    .toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })
    .replace(',', '')

export const tooManyPosts = (limit: number, day: Day): UserError =>
  new UserError(
    `The plan of this workspace allows ${many(limit, 'post')} a day, and ${day.name} has ${limit === 1 ? 'it' : 'them'} already`,
    {
      wayOut: `Room is free again from ${day.next}, or once a post of that day is moved or cancelled.`,
      field: 'when',
    },
  )

export const tooManyAccounts = (limit: number): UserError =>
  new UserError(
    `The plan of this workspace allows ${many(limit, 'account')}, and ${limit === 1 ? 'it is' : 'they are'} connected already`,
    {
      wayOut: 'Room is free as soon as one is disconnected.',
      offers: [{ label: 'Accounts', line: 'accounts' }],
    },
  )

export const tooManyMembers = (limit: number): UserError =>
  new UserError(
    `The plan of this workspace allows ${many(limit, 'member')}, and ${limit === 1 ? 'it is' : 'they are'} here already`,
    { wayOut: 'Whoever runs Crier can allow more (LIMIT_MEMBERS); say it to an admin.' },
  )

/** @param size bytes of the file that no longer fits */
export const tooMuchMedia = (limit: number, used: number, filename: string, size: number): UserError =>
  new UserError(
    `The plan of this workspace allows ${megabytes(limit)} of media; ${megabytes(used)} are taken, and "${filename}" has ${megabytes(size)}`,
    {
      wayOut:
        'Attach a smaller file, or one that is here already; room is free once media that no post needs are cleared away (MEDIA_KEEP_DAYS) or whoever runs Crier allows more (LIMIT_MEDIA_MB).',
      field: 'files',
    },
  )

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const megabytes = (bytes: number): string => `${Number((bytes / MEGABYTE).toFixed(1))} MB`

const MEGABYTE = 1_000_000
