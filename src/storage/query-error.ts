import { DatabaseAway } from '../kit/database-away.ts'
import { DrizzleQueryError } from './drizzle.ts'

/** Why a statement failed, in one word that means the same in both dialects. */
export type Failure = 'unique' | 'foreign-key' | 'busy' | 'full' | 'readonly' | 'unavailable' | 'other'

/**
 * A statement the database refused. It carries the database's own sentence and nothing else: the drivers' errors hold
 * whole rows and parameters, which may be a post's text or a sealed token.
 */
export class QueryError extends Error {
  override name = 'QueryError'
  readonly failure: Failure
  /** The database's own code: `SQLITE_FULL`, `23505`. */
  readonly code: string
  /** Did the database get to see it? Where it did and its answer was lost, what came of it is not known. */
  readonly wasSent: boolean

  constructor(failure: Failure, code: string, sentence: string, wasSent = true) {
    super(sentence)
    this.failure = failure
    this.code = code
    this.wasSent = wasSent
  }
}

/**
 * The error under what drizzle wraps it in (with every parameter in its message); any other error as it is. One of a
 * database that is away is in a person's words.
 *
 * @param written what is known of the change where the database had it and is gone
 */
export function bare(error: unknown, written: 'no' | 'unknown' = 'unknown'): unknown {
  const under = error instanceof DrizzleQueryError ? (error.cause ?? new Error('A statement failed')) : error
  if (!(under instanceof QueryError)) return under
  // Both databases take a transaction back for which there is no room.
  if (under.failure === 'full' || under.failure === 'readonly')
    return new DatabaseAway('no', under, under.failure)
  return under.failure === 'unavailable' ? new DatabaseAway(under.wasSent ? written : 'no', under) : under
}

export const isUnique = (error: unknown): boolean => {
  const under = bare(error)
  return under instanceof QueryError && under.failure === 'unique'
}

/** For the end of a promise. @throws the bare error */
export const throwBare = (error: unknown): never => {
  throw bare(error)
}

/** The same object, with methods that throw bare errors. */
export function withBareErrors<Store extends object>(store: Store): Store {
  const wrapped = Object.entries(store).map(([name, value]) => [
    name,
    typeof value === 'function'
      ? // Without a wait of its own: each call of a store comes through here.
        (...args: unknown[]) => {
          try {
            return Promise.resolve(value.apply(store, args)).catch(throwBare)
          } catch (error) {
            return Promise.reject(bare(error))
          }
        }
      : value,
  ])
  return Object.fromEntries(wrapped) as Store
}
