import type { FeedItem } from '../../playground/feed.ts'
import type { TranscriptEntry } from '../../playground/transcript.ts'
import type { PersonFacts } from './readers.ts'

/** What changes on an open page. */
export type LiveEvent =
  | { type: 'entry'; entry: TranscriptEntry }
  /** A card that stands already says something else now. */
  | { type: 'update'; id: string; message: TranscriptEntry['message']; at: number; onlyFor: string | null }
  | { type: 'feed'; items: FeedItem[] }
  | { type: 'members'; members: PersonFacts[] }

/** How many events a page may have missed and still catch up without loading everything again. */
const REMEMBERED = 500
/** Open pages at once; each holds a connection. */
const MOST_PAGES = 200
/** Milliseconds between signs of life: below the idle limits of common proxies (60 s). */
const HEARTBEAT = 15_000

/**
 * Pushes events to open pages as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * Each has a place in the row, so a page that lost its connection is told what it missed, or to load anew.
 *
 * @param run names this process's row: a cursor of an earlier run can't be caught up with
 * @param onHeartbeat called at each heartbeat while pages are open
 */
export class LivePages {
  readonly #run: string
  readonly #onHeartbeat: () => void
  readonly #pages = new Map<ReadableStreamDefaultController<Uint8Array>, string>()
  #remembered: { place: number; event: LiveEvent }[] = []
  #place = 0
  #heartbeat: NodeJS.Timeout | undefined

  constructor(run: string, onHeartbeat: () => void) {
    this.#run = run
    this.#onHeartbeat = onHeartbeat
  }

  get open(): number {
    return this.#pages.size
  }

  /** Where the row ends now: a page that loads its state asks for what comes after. */
  get cursor(): string {
    return `${this.#run}-${this.#place}`
  }

  push(event: LiveEvent): void {
    this.#place += 1
    this.#remembered.push({ place: this.#place, event })
    this.#remembered = this.#remembered.slice(-REMEMBERED)
    const bytes = this.#encode(this.#place, event)
    for (const [page, memberId] of this.#pages) if (isFor(memberId, event)) page.enqueue(bytes)
  }

  /** The stream for one page: first what came after `since`, then what comes. Undefined where too many are open. */
  connect(memberId: string, since: string | null): Response | undefined {
    if (this.#pages.size >= MOST_PAGES) return undefined
    let page: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        page = controller
        controller.enqueue(utf8('retry: 1000\n\n'))
        for (const bytes of this.#missed(memberId, since)) controller.enqueue(bytes)
        this.#pages.set(controller, memberId)
        this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT).unref()
      },
      cancel: () => {
        if (page) this.#leave(page)
      },
    })
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would hold events back otherwise.
        'x-accel-buffering': 'no',
      },
    })
  }

  close(): void {
    for (const page of [...this.#pages.keys()]) {
      this.#leave(page)
      page.close()
    }
  }

  #missed(memberId: string, since: string | null): Uint8Array[] {
    if (since === null) return []
    const [, run, place] = /^(.*)-(\d+)$/.exec(since) ?? []
    const oldest = this.#remembered[0]?.place ?? this.#place + 1
    const known = run === this.#run && Number(place) >= oldest - 1 && Number(place) <= this.#place
    if (!known) return [utf8(`id: ${this.cursor}\nevent: reset\ndata: {}\n\n`)]
    return this.#remembered
      .filter((one) => one.place > Number(place) && isFor(memberId, one.event))
      .map((one) => this.#encode(one.place, one.event))
  }

  #encode(place: number, { type, ...data }: LiveEvent): Uint8Array {
    // JSON holds no line break outside its strings, and inside them they are escaped: one data line is enough.
    return utf8(`id: ${this.#run}-${place}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  #beat(): void {
    for (const page of this.#pages.keys()) page.enqueue(utf8(': still here\n\n'))
    this.#onHeartbeat()
  }

  #leave(page: ReadableStreamDefaultController<Uint8Array>): void {
    this.#pages.delete(page)
    if (this.#pages.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }
}

function isFor(memberId: string, event: LiveEvent): boolean {
  switch (event.type) {
    case 'entry':
      return event.entry.onlyFor === null || event.entry.onlyFor === memberId
    case 'update':
      return event.onlyFor === null || event.onlyFor === memberId
    case 'feed':
    case 'members':
      return true
    default:
      throw new TypeError(`No such event: ${JSON.stringify(event satisfies never)}`)
  }
}

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array => encoder.encode(text)
