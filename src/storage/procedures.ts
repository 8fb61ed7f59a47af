import type { Procedure } from './handle.ts'
import { rollUpPosts } from './stores/roll-up-posts.ts'

/** What a thread that writes can be asked for by name. */
export const procedures: ReadonlyMap<string, Procedure<never, unknown>> = new Map(
  [rollUpPosts].map((one) => [one.name, one]),
)
