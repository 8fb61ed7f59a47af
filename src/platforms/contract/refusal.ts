import type { EpochMs } from '../../kit/clock.ts'
import type { Next } from './publish-error.ts'
import { type Headers, waitOf } from './wait.ts'

/** What a call is for: it decides what a lost answer means. */
export type Phase =
  /** While an account is being connected: a person waits for the answer. */
  | 'connect'
  /** Can be repeated. */
  | 'prepare'
  /** Irreversible: only what is proven not accepted may be sent again. */
  | 'commit'
  /** Reads only: look-ups, metrics. */
  | 'look'

/** An answer whose status says no. */
export interface RefusedAnswer {
  phase: Phase
  status: number
  header: Headers
  /** Parsed where it is JSON, else text; cut where it is long. */
  body: unknown
  /** UTC ms. */
  now: EpochMs
}

/** What a platform's file knows of a refusal; what it leaves out is filled in by the status. */
export interface Verdict {
  next?: Next
  /** A sentence for people. */
  message?: string
  code?: string
}

/** A platform's own reading of its refusals; undefined where the status says it all. */
export type ReadRefusal = (answer: RefusedAnswer) => Verdict | undefined

/** What a refusal means: the platform's own reading first, the status for the rest. */
export function judge(
  label: string,
  answer: RefusedAnswer,
  read: ReadRefusal | undefined,
): Required<Verdict> {
  const own = read?.(answer) ?? {}
  const next = own.next ?? nextByStatus(answer)
  return {
    // Nothing irreversible was asked for, so nothing has to be looked for.
    next: next.do === 'check' && answer.phase !== 'commit' ? { do: 'retry' } : next,
    message: own.message ?? sentence(label, answer, next),
    code: own.code ?? String(answer.status),
  }
}

function nextByStatus({ phase, status, header, now }: RefusedAnswer): Next {
  const after = waitOf(status, header, now)
  const retry: Next = after === undefined ? { do: 'retry' } : { do: 'retry', after }
  if (status === 401) return { do: 'reconnect' }
  // 425: refused unread. 429: refused by count. Both prove that nothing was posted.
  if (status === 429 || status === 425) return retry
  // 408 and 409 and all of the server's own faults: it may have got as far as posting.
  if (status === 408 || status === 409 || status >= 500) return phase === 'commit' ? { do: 'check' } : retry
  return { do: 'edit' }
}

function sentence(label: string, { status, body }: RefusedAnswer, next: Next): string {
  const words = wordsOf(body)
  const quoted = words === undefined ? ` (HTTP ${status})` : `: ${words}`
  switch (next.do) {
    case 'reconnect':
      return `${label} no longer takes this login${quoted}`
    case 'retry':
      return status === 429
        ? `${label} asks to slow down${quoted}`
        : `${label} has trouble of its own${quoted}`
    case 'check':
      return `${label} failed while it was publishing, so this may be live${quoted}`
    case 'edit':
      return status === 413 ? `${label} finds this too large${quoted}` : `${label} refused this${quoted}`
    default:
      return next satisfies never
  }
}

const LONGEST_WORDS = 240
/** Where platforms put their sentence, in JSON. */
const SENTENCES = ['error_description', 'message', 'detail', 'error', 'errors', 'title', 'description']

/** The platform's own sentence in a refusal's body, on one line, or undefined where it has none. */
export function wordsOf(body: unknown): string | undefined {
  if (typeof body === 'string') return /^\s*</.test(body) ? undefined : tidy(body)
  if (Array.isArray(body)) return wordsOf(body[0])
  if (typeof body !== 'object' || body === null) return undefined
  for (const name of SENTENCES) {
    const words = wordsOf((body as Record<string, unknown>)[name])
    if (words !== undefined) return words
  }
  return undefined
}

function tidy(words: string): string | undefined {
  const line = words.replace(/\s+/g, ' ').trim()
  if (line === '') return undefined
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS - 1)}…` : line
}
