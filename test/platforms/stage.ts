import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { pino } from 'pino'
import { expect } from 'vitest'
import { createHttp, type HttpOptions } from '../../src/platforms/contract/http.ts'
import type { Io, MediaItem, Platform, Progress, Publication } from '../../src/platforms/contract/platform.ts'
import { PublishError } from '../../src/platforms/contract/publish-error.ts'

export const NOW = Temporal.Instant.from('2026-11-20T12:00:00Z').epochMilliseconds
export const TEXT = 'We ship the blue kettle on Friday #kettle https://example.com/kettle'

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

export const image = (mediaId = 'media-1', alt = 'A blue kettle'): MediaItem => ({
  mediaId,
  type: 'image/png',
  size: PNG.byteLength,
  width: 1,
  height: 1,
  duration: null,
  alt,
  filename: `${mediaId}.png`,
  bytes: async (part) => PNG.subarray(part?.from, part?.to),
  publicUrl: () => `https://crier.example/media/${mediaId}`,
})

export const publication = (changes: Partial<Publication> = {}): Publication => ({
  text: TEXT,
  media: [],
  options: {},
  key: '01936b1e-0000-7000-8000-000000000001',
  at: NOW,
  ...changes,
})

/** Progress in memory; what is kept has to survive JSON, as it does in the database. */
export function memoryProgress(): Progress & { steps: Record<string, unknown> } {
  const steps: Record<string, unknown> = {}
  return {
    steps,
    get: <Value>(step: string) => steps[step] as Value | undefined,
    async keep(step, value) {
      steps[step] = JSON.parse(JSON.stringify(value))
    },
  }
}

/** Everything a platform's call may use, over real HTTP, with every log line kept. */
export function stageFor(
  platform: Platform,
  options: {
    apiUrl: string
    credentials: unknown
    account?: Partial<Io<unknown>['account']>
    client?: { id: string; secret: string }
    allowOrigins?: string[]
    longest?: number
    agent?: HttpOptions['agent']
  },
) {
  const lines: string[] = []
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const http = createHttp({
    platform,
    log,
    now: () => NOW,
    allowOrigins: options.allowOrigins ?? [new URL(options.apiUrl).origin],
    ...(options.longest === undefined ? {} : { longest: options.longest }),
    ...(options.agent ? { agent: options.agent } : {}),
  })
  const stop = new AbortController()
  const io: Io<unknown> = {
    http,
    apiUrl: options.apiUrl,
    credentials: options.credentials,
    account: { externalId: 'acme', handle: '@acme', facts: {}, ...options.account },
    client: options.client,
    signal: stop.signal,
    now: NOW,
  }
  return { io, lines, interrupt: () => stop.abort(), close: () => http.close() }
}

/** The PublishError that `doing` ends in; anything else fails the test. */
export async function failureOf(doing: Promise<unknown>): Promise<PublishError> {
  const outcome = await doing.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) throw new Error(`It went through: ${inspect(outcome.value)}`)
  if (!(outcome.error instanceof PublishError)) throw outcome.error
  return outcome.error
}

/** No secret and none of what the team wrote may be anywhere in an error or a log. */
export function expectNothingPrivate(where: unknown[], secrets: readonly string[]): void {
  const all = where.map((one) => (typeof one === 'string' ? one : inspect(one, { depth: 12 }))).join('\n')
  for (const secret of secrets) expect(all).not.toContain(secret)
}
