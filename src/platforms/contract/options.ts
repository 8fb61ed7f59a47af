/** Is a flag among a post's options set? Options are strings, so a tick arrives as `true`. */
export const ticked = (said: string | undefined): boolean =>
  said === 'true' || said === 'yes' || said === 'on'

/** The parts of a list as people type it: `@acme, @kettles`. */
export const listed = (said: string | undefined): string[] =>
  (said ?? '')
    .split(/[\s,]+/)
    .map((one) => one.replace(/^@/, ''))
    .filter((one) => one !== '')
