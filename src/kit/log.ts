// pino: the fastest structured logger that redacts by path; pino-roll rotates its file without a daemon.
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions, transport } from 'pino'

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
  }
  return pino(options, file === undefined ? pino.destination({ dest: 2, sync: true }) : rolling(file))
}

const rolling = (file: string): DestinationStream =>
  transport({ target: 'pino-roll', options: { file, size: '10m', limit: { count: 5 }, mkdir: true } })

/** A log that says nothing: for tests and one-shot commands. */
export const silentLog: Log = pino({ level: 'silent' })
