import type { IIdentifyThrottler } from '@discordjs/ws'
import { SECOND } from '../../kit/clock.ts'
import type { Locks } from '../../kit/locks.ts'
import type { Log } from '../../kit/log.ts'
import { sleep } from '../../kit/patience.ts'

/** https://docs.discord.com/developers/events/gateway#sharding-max-concurrency */
const ONE_EVERY = 5 * SECOND
const ASK_EVERY = SECOND / 2

/**
 * Discord lets one shard of each bucket (its number modulo `maxConcurrency`) log in every five seconds, over all processes
 * together: whoever logs in holds the bucket's lock for so long.
 *
 * @param ended the shard is given up, so nobody logs in for it any more
 */
export function identifyTurns(options: {
  locks: Locks
  maxConcurrency: number
  ended: AbortSignal
  log: Log
}): IIdentifyThrottler {
  const { locks, log } = options
  return {
    async waitForIdentify(shard, signal) {
      const name = `discord identify ${shard % options.maxConcurrency}`
      const given = AbortSignal.any([signal, options.ended])
      while (!given.aborted) {
        const turn = await locks.tryAcquire(name).catch((error: unknown) => {
          // The shard's own lock stands on the same connection, so the shard is about to be given up.
          log.debug({ err: error }, 'Whose turn it is to log in to Discord could not be asked')
        })
        if (turn) return releaseLater(turn)
        await sleep(ASK_EVERY, given)
      }
      // A refusal for any other reason would make the manager log in at once: it waits for its connection to be closed.
      await new Promise<never>((_, refuse) => {
        const closed = () => refuse(signal.reason)
        if (signal.aborted) closed()
        else signal.addEventListener('abort', closed)
      })
    },
  }

  function releaseLater(turn: { release(): Promise<void> }): void {
    setTimeout(() => {
      turn
        .release()
        .catch((error: unknown) =>
          log.debug({ err: error }, 'A turn to log in to Discord was not given back'),
        )
    }, ONE_EVERY).unref()
  }
}
