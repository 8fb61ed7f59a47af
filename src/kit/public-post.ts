import { type Dispatcher, request } from 'undici'

/** What a receiver answered: its status, and how long it asks to be left alone (Retry-After, as it was said). */
export interface Receipt {
  status: number
  retryAfter: string | undefined
}

/**
 * Posts to an address that a person named. Whatever the answer holds is thrown away. Redirects are not followed.
 *
 * It rejects with what undici's `request` rejects with; a PrivateAddressError means that nothing was sent.
 */
export type PublicPost = (
  url: string,
  call: { headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<Receipt>

/** More of an answer than this is not read (bytes): the connection is dropped instead. */
const ENOUGH = 64 * 1024

/** @param agent connects to public addresses only */
export const publicPost =
  (agent: Dispatcher): PublicPost =>
  async (url, { headers, body, signal }) => {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
      signal,
      dispatcher: agent,
      // The call's own time-out is the only one.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const retryAfter = answer.headers['retry-after']
    // The status has said it all: a body that breaks off changes nothing.
    await answer.body.dump({ limit: ENOUGH, signal }).catch((error: unknown) => {
      if (signal.aborted) throw error
    })
    return { status: answer.statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }
  }
