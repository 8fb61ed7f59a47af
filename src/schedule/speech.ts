/** How a language says times and rules. */
export type Speech = Record<string, never>
