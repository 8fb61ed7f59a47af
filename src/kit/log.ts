// pino: the fastest structured logger that redacts by path; pino-roll rotates its file without a daemon.
import {
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  stdSerializers,
  stdTimeFunctions,
  transport,
} from 'pino'

import { isAway } from './database-away.ts'

export type Log = Logger

/** Fields that may hold a credential, wherever they stand. Post text has no field: it is never logged above debug. */
const SECRET_FIELDS = [
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'password',
  'secret',
  'credentials',
  'authorization',
  'cookie',
  'clientSecret',
  'client_secret',
  'apiKey',
  'signingSecret',
  'botToken',
  'appToken',
]
const REDACTED = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`])

/**
 * @param level pino's level: fatal, error, warn, info, debug, trace or silent
 * @param file where to write, rotated at 10 MB with five kept; undefined writes JSON lines to standard error,
 *   so that standard output stays a person's screen
 */
export function createLog({ level, file }: { level: string; file?: string | undefined }): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    // An error under any other name than these is written as {}: its cause would be lost.
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: REDACTED, censor: '[secret]' },
    hooks,
  }
  const standardError = pino.destination({ dest: 2, sync: true })
  if (file === undefined) return pino(options, standardError)
  const aside = pino(options, standardError)
  return pino(
    options,
    rolling(file, standardError, (error) =>
      aside.error(
        { file, why: error.message },
        'The log file cannot be written: the log goes on here, with the last lines that may be missing there',
      ),
    ),
  )
}

/** How long (ms) a log file that could not be written is left alone. */
const LEFT_ALONE = 10_000
/** Lines that may have been on their way to the file when it failed. */
const ON_THEIR_WAY = 20

/**
 * A disk that takes no log must not end Crier (what pino-roll meets there is thrown at the whole process), nor must one
 * that takes it again need a restart: meanwhile the log goes to standard error.
 */
function rolling(
  file: string,
  instead: DestinationStream,
  failed: (error: Error) => void,
): DestinationStream & { flush(done: (error?: Error) => void): void } {
  const recent: string[] = []
  let failedAt = 0
  let open: ReturnType<typeof opened> | undefined
  const opened = () => {
    const stream = transport({
      target: 'pino-roll',
      options: { file, size: '10m', limit: { count: 5 }, mkdir: true },
    })
    stream.on('error', (error: Error) => {
      if (open !== stream) return
      open = undefined
      failedAt = performance.now()
      failed(error)
      for (const line of recent.splice(0)) instead.write(line)
    })
    return stream
  }
  open = opened()
  return {
    write(line) {
      if (open === undefined && performance.now() - failedAt > LEFT_ALONE) open = opened()
      if (open === undefined) return void instead.write(line)
      recent.push(line)
      if (recent.length > ON_THEIR_WAY) recent.shift()
      open.write(line)
    },
    flush: (done) => (open === undefined ? done() : open.flush(done)),
  }
}

/** Levels above `debug` in pino's numbers. */
const INFO = 30

/** A database that is away is said once, by storage; what everybody met who wanted it meanwhile is for debugging. */
const hooks: NonNullable<LoggerOptions['hooks']> = {
  logMethod(words, method, level) {
    const [facts] = words
    if (level >= INFO && typeof facts === 'object' && facts !== null && meetsAway(facts)) this.debug(...words)
    else method.apply(this, words)
  },
}

const meetsAway = (facts: object): boolean =>
  ('err' in facts && isAway(facts.err)) || ('error' in facts && isAway(facts.error))

/** A log that says nothing: for tests and one-shot commands. */
export const silentLog: Log = pino({ level: 'silent' })
