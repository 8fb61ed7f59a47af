import type { Logger } from '@slack/web-api'
import { LogLevel } from '@slack/web-api'
import type { Log } from '../../kit/log.ts'

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
