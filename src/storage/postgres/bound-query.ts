import pg from 'pg'
import type { Whose } from '../driver.ts'
import type { Durability } from '../storage.ts'

/** The setting that the policies of row-level security read: a workspace's id, `*` for all; unset or empty for none. */
export const WORKSPACE_SETTING = 'crier.workspace'

/** What holds for one statement or one transaction, and for nothing after it on its connection. */
export interface Binding {
  whose: Whose
  durability: Durability
}

const BOUND = `select set_config('${WORKSPACE_SETTING}', $1, true)`

/**
 * Prepared once per connection, so that binding costs the server some ten microseconds and the network nothing. A relaxed
 * commit does not wait for the disk: https://www.postgresql.org/docs/current/wal-async-commit.html
 */
const BINDINGS = {
  durable: { name: 'crier_bind', text: BOUND, values: [''] },
  relaxed: {
    name: 'crier_bind_relaxed',
    text: `${BOUND}, set_config('synchronous_commit', 'off', true)`,
    values: [''],
  },
} satisfies Record<Durability, pg.QueryConfig>

/** Once per connection, before its first statement. */
export const prepareBinding = async (client: pg.ClientBase): Promise<void> => {
  await client.query(BINDINGS.durable)
  await client.query(BINDINGS.relaxed)
}

/** How a transaction begins that is bound so: one message. */
export const beginFor = ({ whose, durability }: Binding): string => {
  const begun = `begin; set local ${WORKSPACE_SETTING} = ${pg.escapeLiteral(whose)}`
  return durability === 'relaxed' ? `${begun}; set local synchronous_commit = off` : begun
}

/** What we lean on of pg's own query, as pg-cursor does: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/query.js */
interface Wire {
  bind(portal: { portal: string; statement: string; values: readonly string[]; binary: boolean }): void
  execute(portal: { portal: string; rows: number }): void
}
interface PgQuery extends pg.Submittable {
  prepare(wire: Wire): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, wire: Wire): void
}
type Answered = (error: Error | null | undefined, result: pg.QueryArrayResult<unknown[]>) => void
const PgQuery = pg.Query as unknown as new (config: object, answered: Answered) => PgQuery

/**
 * A statement that sees the rows of one workspace. The binding goes ahead of it in the same message: until the next
 * synchronisation PostgreSQL runs all of it as one transaction, for which alone the setting holds. So nothing is left on
 * the connection (PgBouncer may hand it to anybody), and it takes no second round trip.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export class BoundQuery extends PgQuery {
  readonly #binding: Binding | undefined
  #bound: boolean

  /** @param binding undefined inside a transaction, which is bound as a whole */
  constructor(
    binding: Binding | undefined,
    text: string,
    values: unknown[],
    name: string | undefined,
    answered: Answered,
  ) {
    super({ text, values, name, rowMode: 'array', queryMode: 'extended' }, answered)
    this.#binding = binding
    this.#bound = binding === undefined
  }

  override prepare(wire: Wire): void {
    if (this.#binding !== undefined) {
      const { whose, durability } = this.#binding
      wire.bind({ portal: '', statement: BINDINGS[durability].name, values: [whose], binary: false })
      wire.execute({ portal: '', rows: 0 })
    }
    super.prepare(wire)
  }

  /** The binding's own row, then the statement's. */
  override handleDataRow(message: unknown): void {
    if (this.#bound) super.handleDataRow(message)
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#bound) super.handleCommandComplete(message, wire)
    else this.#bound = true
  }
}
