import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { isAway } from '../kit/database-away.ts'
import type { Log } from '../kit/log.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'
import { type Driver, EVERY_WORKSPACE, type Lane, READS, type Whose } from './driver.ts'
import type { Asked, Handle, Procedure } from './handle.ts'
import { handlesIn, type Speech } from './handles.ts'
import { createOutage } from './outage.ts'
import { bare, throwBare } from './query-error.ts'
import type { Durability, Written } from './storage.ts'
import { StorageError } from './storage-error.ts'

/** Statements and transactions that see the rows of one workspace, or of all. */
export interface Reach {
  readonly outside: Handle
  transaction<T>(work: (inside: Handle) => Promise<T>): Promise<T>
}

/** One open database. Its own reach is every workspace's. */
export interface Engine extends Reach {
  /** Cheap: made per request. */
  of(id: WorkspaceId, durability?: Durability): Reach
  /** Every workspace's, for commits that may be lost with the power. */
  readonly relaxed: Reach
  /** @throws StorageError inside a transaction: what is asked for would wait for its end for ever. */
  refuseInside(): void
  onWrite(listener: (written: Written) => void): () => void
  /** A burst of writes begins or is over. */
  burst(lasts: boolean): Promise<void>
  close(): Promise<void>
}

/** How often a transaction is tried that the database takes back, and how long (ms) the first pause is at most. */
const TRIES = 5
const PAUSE = 20

type Tried<T> = { result: T } | { undone: unknown }

/** The transaction that the current call stands in. */
interface Scope {
  open: boolean
  pending: number
  watched: boolean
  /** The first failed statement. PostgreSQL refuses everything after it; so that it means the same, SQLite does too. */
  failed: unknown
}

export function createEngine(driver: Driver, speech: Speech, log: Log): Engine {
  const scopes = new AsyncLocalStorage<Scope>()
  const listeners = new Set<(written: Written) => void>()
  const { handleOver, insideOver, stepOf } = handlesIn(speech, driver.dialect)
  const outage = createOutage(log, async () => (await driver.check()).ok)
  let closed = false
  let stopListening: (() => void) | undefined

  const refuseInside = (): void => {
    if (closed) throw new StorageError('The database is closed')
    if (scopes.getStore()?.open)
      throw new StorageError(
        'Inside a transaction only its own stores may be used: the outer ones would wait for its end for ever',
      )
  }

  /** What is written is written: a listener that fails must not look like a write that did. */
  const tell = (written: Written): void => {
    for (const listener of listeners)
      try {
        listener(written)
      } catch (error) {
        log.error({ err: error }, 'A listener for writes failed')
      }
  }

  const emit = (written: ReadonlySet<Written>): void => {
    if (written.size === 0) return
    for (const one of written) tell(one)
    driver.announce(written)
  }

  /** Again, where it was surely taken back: after a pause that differs from the pause of whom it was in the way of. */
  async function persist<T>(once: () => Promise<Tried<T>>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const done = await once()
      if ('result' in done) return done.result
      if (tries === TRIES) throw bare(done.undone, 'no')
      log.debug({ err: done.undone, tries }, 'What the database took back is done again')
      await pause(Math.random() * PAUSE * tries)
    }
  }

  const guarded = (lane: Lane): Lane => ({
    query: (text, params, name) =>
      outage.watch(() => {
        refuseInside()
        return persist(async () => {
          try {
            return { result: await lane.query(text, params, name) }
          } catch (error) {
            // A statement outside a transaction is its own commit.
            if (driver.wasUndone(error, 'commit')) return { undone: error }
            throw bare(error, READS.test(text) ? 'no' : 'unknown')
          }
        })
      }),
  })

  async function transaction<T>(
    whose: Whose,
    durability: Durability,
    work: (inside: Handle) => Promise<T>,
  ): Promise<T> {
    refuseInside()
    return persist(() => tryOnce(whose, durability, work))
  }

  async function tryOnce<T>(
    whose: Whose,
    durability: Durability,
    work: (inside: Handle) => Promise<T>,
  ): Promise<Tried<T>> {
    const open = await driver.begin(whose, durability).catch((error: unknown) => {
      throw bare(error, 'no')
    })
    const scope: Scope = { open: true, pending: 0, watched: false, failed: undefined }
    const idle = Promise.withResolvers<never>()
    // All of a transaction's own statements settle in this turn of the event loop (SQLite) or are pending (PostgreSQL).
    // Where the turn ends with neither, it awaits something else, and everybody else would wait for that.
    const watch = (): void => {
      if (scope.watched) return
      scope.watched = true
      setImmediate(() => {
        scope.watched = false
        if (scope.open && scope.pending === 0)
          idle.reject(
            new StorageError(
              'A transaction awaited something other than its own statements, and was rolled back',
            ),
          )
      })
    }
    const lane: Lane = {
      query: async (text, params, name) => {
        if (!scope.open)
          throw new StorageError('This transaction has ended: its stores can no longer be used')
        if (scope.failed !== undefined) throw scope.failed
        scope.pending += 1
        try {
          return await open.lane.query(text, params, name)
        } catch (error) {
          scope.failed ??= error
          throw error
        } finally {
          scope.pending -= 1
          watch()
        }
      },
    }
    const written = new Set<Written>()
    const inside = insideOver(lane, (one) => void written.add(one))
    let result: T
    try {
      watch()
      result = await Promise.race([scopes.run(scope, () => work(inside)), idle.promise])
      if (scope.failed !== undefined) throw scope.failed
      scope.open = false
    } catch (error) {
      scope.open = false
      await open.rollback()
      const first = scope.failed ?? error
      if (driver.wasUndone(first, 'work')) return { undone: first }
      throw isAway(error) ? bare(first, 'no') : bare(error)
    }
    try {
      await open.commit()
    } catch (error) {
      await open.rollback()
      if (driver.wasUndone(error, 'commit')) return { undone: error }
      throw bare(error)
    }
    emit(written)
    return { result }
  }

  const reach = (whose: Whose, durability: Durability = 'durable'): Reach => {
    const within = <T>(work: (inside: Handle) => Promise<T>) =>
      outage.watch(() => transaction(whose, durability, work))
    const together = async (asked: readonly Asked[]): Promise<unknown[][][]> => {
      refuseInside()
      const { together: inOneGo } = driver
      if (inOneGo === undefined) return within((inside) => inside.together(asked))
      return outage.watch(() => inOneGo(durability, asked.map(stepOf)).catch(throwBare))
    }
    return {
      outside: handleOver(guarded(driver.lane(whose, durability)), {
        atomically: within,
        call: <Given, Found>({ name, run }: Procedure<Given, Found>, given: Given) => {
          refuseInside()
          const elsewhere = driver.call?.(durability, name, given)
          if (elsewhere === undefined) return within((inside) => run(inside, given))
          return outage.watch(() => elsewhere.catch(throwBare)) as Promise<Found>
        },
        together,
        wrote: (one) => emit(new Set([one])),
      }),
      transaction: within,
    }
  }

  return {
    ...reach(EVERY_WORKSPACE),
    of: reach,
    burst: async (lasts) => driver.burst?.(lasts),
    relaxed: reach(EVERY_WORKSPACE, 'relaxed'),
    refuseInside,
    onWrite: (listener) => {
      listeners.add(listener)
      stopListening ??= driver.listen(tell)
      return () => {
        listeners.delete(listener)
      }
    },
    close: async () => {
      if (closed) return
      closed = true
      stopListening?.()
      listeners.clear()
      await driver.close()
    },
  }
}
