/** @import { FormValues, Form } from '../../../message/form.ts' */
/** @import { CommandFacts, Suggestion } from '../../../app/surface.ts' */
/** @import { TranscriptEntry } from '../../../playground/transcript.ts' */
/** @import { FeedItem } from '../../../playground/feed.ts' */
/** @import { ChannelFacts } from '../channels.ts' */
import { browserZone, locale } from './times.js'

/**
 * @typedef {{ id: string, name: string, role: string, zone: string | null, locale: string | null }} Person
 * @typedef {{ now: number, cursor: string, me: string, page: number, members: Person[], channels: ChannelFacts[],
 *   entries: Record<string, TranscriptEntry[]>, feed: FeedItem[], commands: CommandFacts[] }} State
 * @typedef {{ file: File, alt: string }} Attached
 * @typedef {{ type: 'form', form: Form } | { type: 'entries', entries: TranscriptEntry[] }} Said
 */

/** What went wrong on the way, in one sentence for the reader. */
export class NotSent extends Error {}

/** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
async function call(path, init) {
  let response
  try {
    response = await fetch(`/playground/${path}`, init)
  } catch (error) {
    throw new NotSent(
      'Crier does not answer. It may be restarting; look at the conversation before you repeat it.',
      {
        cause: error,
      },
    )
  }
  if (response.ok) return response.json()
  const text = await response.text()
  throw new NotSent(sentenceOf(text) ?? `Crier answered ${response.status}.`)
}

/** @param {string} text */
function sentenceOf(text) {
  if (!text.startsWith('{')) return text.length < 300 ? text.trim() : undefined
  return /** @type {{ error?: string }} */ (JSON.parse(text)).error
}

/** @param {string} path @param {object} body @param {AbortSignal} [signal] */
const post = (path, body, signal) =>
  call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ zone: browserZone, locale, ...body }),
    ...(signal ? { signal } : {}),
  })

/** @param {string | null} as @returns {Promise<State>} */
export const loadState = (as) => call(`state${as ? `?as=${encodeURIComponent(as)}` : ''}`)

/** @param {string} as @param {string} channel @param {number} limit
 * @returns {Promise<{ entries: TranscriptEntry[], more: boolean }>} */
export const loadEarlier = (as, channel, limit) =>
  call(`earlier?${new URLSearchParams({ as, channel, limit: String(limit) })}`)

/**
 * @param {{ as: string, channel: string, thread?: string | undefined, line?: string, command?: string, values?: FormValues,
 *   press?: boolean, entry?: string | undefined }} said
 * @param {readonly Attached[]} [files]
 * @returns {Promise<Said>}
 */
export function say(said, files = []) {
  if (files.length === 0) return post('say', said)
  const body = new FormData()
  body.set('say', JSON.stringify({ zone: browserZone, locale, ...said, alts: files.map(({ alt }) => alt) }))
  for (const { file } of files) body.append('file', file, file.name)
  return call('say', { method: 'POST', body })
}

/** @param {string} as @param {string} line @param {AbortSignal} signal @returns {Promise<Suggestion[]>} */
export const complete = (as, line, signal) => post('complete', { as, line }, signal)

/** @param {{ as: string, command: string, arg: string, partial: string }} what @param {AbortSignal} signal
 * @returns {Promise<Suggestion[]>} */
export const suggest = (what, signal) => post('suggest', what, signal)

/**
 * Listens to what changes. The browser comes back by itself after a lost connection and says what it saw last; where it
 * gives up, this begins anew.
 *
 * @param {string} as @param {string} since
 * @param {{ entry(entry: TranscriptEntry): void, update(change: { id: string, message: TranscriptEntry['message'], at: number }): void,
 *   feed(items: FeedItem[]): void, members(members: Person[]): void, reset(): void, connected(yes: boolean): void }} told
 */
export function listen(as, since, told) {
  let cursor = since
  let wait = 1000
  let stopped = false
  /** @type {EventSource} */
  let source
  const open = () => {
    source = new EventSource(`/playground/live?${new URLSearchParams({ as, since: cursor })}`)
    source.onopen = () => {
      wait = 1000
      told.connected(true)
    }
    source.onerror = () => {
      told.connected(false)
      if (source.readyState !== EventSource.CLOSED || stopped) return
      setTimeout(() => !stopped && open(), wait)
      wait = Math.min(wait * 2, 15_000)
    }
    /** @param {string} type @param {(data: any) => void} tell */
    const on = (type, tell) =>
      source.addEventListener(type, (event) => {
        const { lastEventId, data } = /** @type {MessageEvent<string>} */ (event)
        cursor = lastEventId || cursor
        tell(JSON.parse(data))
      })
    on('entry', ({ entry }) => told.entry(entry))
    on('update', told.update)
    on('feed', ({ items }) => told.feed(items))
    on('members', ({ members }) => told.members(members))
    on('reset', () => told.reset())
  }
  open()
  return () => {
    stopped = true
    source.close()
  }
}
