import type { z } from 'zod'

/**
 * What is wrong with an argument, in words, where its schema has none of its own: a library's "expected string, received
 * undefined" tells a person nothing. Handed to zod with each parse, whose schemas' own sentences go first.
 */
export const argumentWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'it is missing'
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'string' ? `it may have ${issue.maximum} characters at most` : 'it is too much'
    case 'too_small':
      if (issue.origin !== 'string') return 'it is too little'
      return issue.minimum === 1 ? 'it is empty' : 'it is too short'
    case 'invalid_value':
      return `it is one of ${issue.values.map(String).join(', ')}`
    default:
      return "it can't be read"
  }
}
