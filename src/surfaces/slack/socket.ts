// @slack/bolt: Slack's own framework; its receiver knows Socket Mode's envelopes, pings and refreshes.
import { LogLevel, SocketModeReceiver } from '@slack/bolt'
import type { Logger, WebClientOptions } from '@slack/web-api'
import { SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { refusalOf } from './send-failure.ts'

export interface Socket {
  receiver: SocketModeReceiver
  /** Connects, and keeps connected until `stop`. @throws Slack's refusal of the token at the first try. */
  start(): Promise<void>
  stop(): Promise<void>
  health(): { ok: boolean; detail: string }
}

const FIRST_PAUSE = SECOND
const LONGEST_PAUSE = 30 * SECOND

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

  async function keep(): Promise<void> {
    let pause = 0
    while (!stopping.signal.aborted) {
      if (connected) await closed()
      if (stopping.signal.aborted) return
      await sleep(pause, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        await receiver.client.start()
        log.debug('The connection to Slack is renewed')
        pause = 0
      } catch (error) {
        trouble = refusalOf(error) ?? (error instanceof Error ? error.message : 'the connection was closed')
        pause = Math.min(Math.max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        log.warn({ err: error, pause }, 'Slack was not reached; trying again')
      }
    }
  }

  const closed = () => new Promise<void>((resolve) => receiver.client.once('disconnected', () => resolve()))

  return {
    receiver,
    async start() {
      try {
        await receiver.client.start()
      } catch (error) {
        if (refusalOf(error)) throw error
        trouble = error instanceof Error ? error.message : 'the connection was closed'
        log.warn({ err: error }, 'Slack was not reached; trying again')
      }
      keeping = keep()
    },
    async stop() {
      stopping.abort()
      if (connected) await receiver.client.disconnect()
      else receiver.client.emit('disconnected')
      await keeping
    },
    health: () =>
      connected
        ? { ok: true, detail: 'connected by Socket Mode' }
        : { ok: false, detail: `not connected: ${trouble ?? 'connecting'}` },
  }
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === 0 || signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })

/** Slack's libraries write payloads at debug: posts' texts have no place in a log, so that level is left out. */
export const quietLogger = (log: Log): Logger => ({
  debug: () => undefined,
  info: (...words) => log.debug(words.map(String).join(' ')),
  warn: (...words) => log.warn(words.map(String).join(' ')),
  error: (...words) => log.error(words.map(String).join(' ')),
  setLevel: () => undefined,
  getLevel: () => LogLevel.INFO,
  setName: () => undefined,
})
