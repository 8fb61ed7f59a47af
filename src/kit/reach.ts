import { type Clock, MINUTE, SECOND } from './clock.ts'

/** A yes is believed this long (ms); a no is asked again at once, since somebody is mending it. */
const BELIEVED_FOR = 10 * MINUTE
const PATIENCE = 5 * SECOND

/**
 * Whether the address under which the internet reaches this install leads here. Answers what is in the way, in words that
 * go behind "and …"; undefined where nothing is. The address is the operator's own, so it may be in a private network.
 */
export function createReach(publicUrl: string | undefined, clock: Clock): () => Promise<string | undefined> {
  let reachedAt: number | undefined
  return async () => {
    if (publicUrl === undefined) return 'it has no public address (PUBLIC_URL is not set)'
    if (reachedAt !== undefined && clock.now() - reachedAt < BELIEVED_FOR) return undefined
    try {
      const answer = await fetch(`${publicUrl}/healthz`, {
        signal: AbortSignal.timeout(PATIENCE),
        redirect: 'manual',
      })
      const said: unknown = answer.ok ? await answer.json() : undefined
      if (!isHealth(said))
        return `its public address ${publicUrl} does not lead to it (it answered ${answer.status})`
      reachedAt = clock.now()
      return undefined
    } catch (error) {
      const why =
        error instanceof Error && error.name === 'TimeoutError'
          ? 'nobody answered in time'
          : 'nobody answered'
      return `its public address ${publicUrl} could not be reached (${why})`
    }
  }
}

const isHealth = (said: unknown): boolean =>
  typeof said === 'object' && said !== null && 'ok' in said && said.ok === true
