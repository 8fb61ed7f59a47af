import type { Lane, Step } from './driver.ts'
import type { SQL } from './drizzle.ts'
import {
  type Asked,
  bind,
  type CompiledStatement,
  type Database,
  type Handle,
  type Statement,
} from './handle.ts'
import type { Tables } from './schema/tables.ts'
import type { Dialect, Written } from './storage.ts'

/** What a dialect adds to its driver: the tables in its words, drizzle over a lane, and the text of a statement. */
export interface Speech {
  t: Tables
  over(lane: Lane): Database
  compile(query: SQL): CompiledStatement
}

/** Handles over lanes of one database. Each statement is compiled once for all of them. */
export function handlesIn(speech: Speech, dialect: Dialect) {
  const compiled = new Map<Statement, CompiledStatement>()

  const compiledOf = (statement: Statement): CompiledStatement => {
    const known = compiled.get(statement)
    if (known !== undefined) return known
    const made = speech.compile(statement.build(speech.t, dialect))
    compiled.set(statement, made)
    return made
  }

  const stepOf = ({ statement, values }: Asked): Step => {
    const { text, params } = compiledOf(statement)
    return { text, params: bind({ text, params }, values), name: statement.name }
  }

  const handleOver = (
    lane: Lane,
    rest: Pick<Handle, 'atomically' | 'call' | 'together' | 'wrote'>,
  ): Handle => ({
    dialect,
    t: speech.t,
    db: speech.over(lane),
    run: (statement, values) => {
      const { text, params, name } = stepOf({ statement, values })
      return lane.query(text, params, name)
    },
    ...rest,
  })

  /** The handle of a transaction that is open on this lane. */
  const insideOver = (lane: Lane, wrote: (one: Written) => void): Handle => {
    const inside: Handle = handleOver(lane, {
      atomically: (part) => part(inside),
      call: (procedure, given) => procedure.run(inside, given),
      together: async (asked) => {
        const rows: unknown[][][] = []
        for (const { statement, values } of asked) rows.push(await inside.run(statement, values))
        return rows
      },
      wrote,
    })
    return inside
  }

  return { handleOver, insideOver, stepOf }
}
