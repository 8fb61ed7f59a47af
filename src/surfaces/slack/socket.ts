// @slack/bolt: Slack's own framework; its receiver knows Socket Mode's envelopes, pings and refreshes.
import { SocketModeReceiver } from '@slack/bolt'
import type { WebClientOptions } from '@slack/web-api'
import { SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { longer, sleep, within } from '../../kit/patience.ts'
import { quietLogger } from './quiet-logger.ts'
import { refusalOf } from './send-failure.ts'

export interface Socket {
  receiver: SocketModeReceiver
  /** Connects, and keeps connected until `stop`. @throws Slack's refusal of the token at the first try. */
  start(): Promise<void>
  stop(): Promise<void>
  health(): { ok: boolean; detail: string }
}

const GREET_WITHIN = 10 * SECOND
const CLOSE_WITHIN = 3 * SECOND
const LASTING = 10 * SECOND

/**
 * Slack renews every connection each few hours. The client's own reconnection leaves a failed attempt as a rejection
 * that nobody handles, which ends the process; this loop tries again instead.
 */
export function createSocket(options: { appToken: string; client: WebClientOptions; log: Log }): Socket {
  const { log } = options
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger: quietLogger(log),
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: { ...options.client } },
  })
  const stopping = new AbortController()
  let connected = false
  let trouble: string | undefined
  let keeping: Promise<void> | undefined

  receiver.client.on('connected', () => {
    connected = true
    trouble = undefined
  })
  receiver.client.on('disconnected', () => {
    connected = false
  })

  /** @throws Slack's errors, and where a connection stands on which nobody says hello. */
  async function connect(): Promise<void> {
    const greeted = receiver.client.start().then(() => true)
    if (await within(GREET_WITHIN, greeted)) return
    greeted.catch((error: unknown) => log.debug({ err: error }, 'A connection to Slack was given up'))
    void receiver.client.disconnect()
    throw new Error('Slack opened a connection and did not say hello')
  }

  async function keep(): Promise<void> {
    let pause = 0
    while (!stopping.signal.aborted) {
      const since = performance.now()
      if (connected) {
        await closed()
        // One that Slack ends at once is not worth hurrying for.
        pause = performance.now() - since < LASTING ? longer(pause) : 0
      }
      if (stopping.signal.aborted) return
      await sleep(pause, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await connect()
        log.debug('The connection to Slack is renewed')
      } catch (error) {
        trouble = refusalOf(error) ?? (error instanceof Error ? error.message : 'the connection was closed')
        pause = longer(pause)
        log.warn({ err: error, pause }, 'Slack was not reached; trying again')
      }
    }
  }

  const closed = () => new Promise<void>((resolve) => receiver.client.once('disconnected', () => resolve()))

  return {
    receiver,
    async start() {
      try {
        await connect()
      } catch (error) {
        if (refusalOf(error)) throw error
        trouble = error instanceof Error ? error.message : 'the connection was closed'
        log.warn({ err: error }, 'Slack was not reached; trying again')
      }
      keeping = keep()
    },
    async stop() {
      stopping.abort()
      const closing = receiver.client.disconnect()
      if (!connected) receiver.client.emit('disconnected')
      await within(CLOSE_WITHIN, closing)
      await keeping
    },
    health: () =>
      connected
        ? { ok: true, detail: 'connected by Socket Mode' }
        : { ok: false, detail: `not connected: ${trouble ?? 'connecting'}` },
  }
}
