// Replaced by the real thing; see publish-error.ts for the verdicts.
export interface Http {
  placeholder: never
}
