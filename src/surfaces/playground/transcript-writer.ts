import { createHash } from 'node:crypto'
import type { Clock, EpochMs } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { type Block, type Message, note } from '../../message/message.ts'
import { withoutSecrets } from '../../message/without-secrets.ts'
import type { TranscriptEntry, TranscriptStore } from '../../playground/transcript.ts'
import type { LivePages } from './live.ts'

export interface WriterOptions {
  transcripts: TranscriptStore
  pages: LivePages
  clock: Clock
  log: Log
  /** Keeps a picture that a message carries, so that a reload shows it again: the kept media's id. */
  keepImage(png: Uint8Array, name: string): Promise<string>
}

/** How far back an entry is looked for that was just added. */
const RECENT = 50

/** Writes the channels down and shows every change on the open pages. */
export class TranscriptWriter {
  readonly #options: WriterOptions

  #last: EpochMs = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /** Now, and always later than the last time it was asked: entries of one millisecond keep their order. */
  now(): EpochMs {
    this.#last = Math.max(this.#options.clock.now(), this.#last + 1)
    return this.#last
  }

  /** Adds an entry and answers with what stands under its id: this one, or the one that was there already. */
  async add(entry: Omit<TranscriptEntry, 'updatedAt' | 'at'> & { at?: EpochMs }): Promise<TranscriptEntry> {
    const { transcripts, pages } = this.#options
    const at = entry.at ?? this.now()
    const settled = { ...entry, message: await this.#settle(entry.message), at, updatedAt: at }
    const kept = { ...settled, message: withoutSecrets(settled.message) }
    await transcripts.add(kept)
    const stands = (await transcripts.list(entry.channel, RECENT)).find(({ id }) => id === entry.id)
    // A secret goes to the page that is open now, and is gone with it.
    const shown =
      stands && kept.message !== settled.message ? { ...stands, message: settled.message } : stands
    // Not among the newest: it was sent before and stands further up, where every page has it.
    if (shown) pages.push({ type: 'entry', entry: shown })
    return shown ?? settled
  }

  async change(
    id: string,
    message: Message,
    onlyFor: string | null,
  ): Promise<{ message: Message; at: number }> {
    const { transcripts, pages } = this.#options
    const changed = { message: await this.#settle(message), at: this.now() }
    await transcripts.update(id, withoutSecrets(changed.message), changed.at)
    pages.push({ type: 'update', id, onlyFor, ...changed })
    return changed
  }

  /** Pictures that came as bytes are kept by id: a transcript is plain data. */
  async #settle(message: Message): Promise<Message> {
    return { ...message, blocks: await Promise.all(message.blocks.map((block) => this.#settleBlock(block))) }
  }

  async #settleBlock(block: Block): Promise<Block> {
    if (block.type !== 'image' || !('png' in block.image)) return block
    const { png, name } = block.image
    try {
      return { ...block, image: { mediaId: await this.#options.keepImage(png, name) } }
    } catch (error) {
      // The same facts stand in words; a picture that can't be kept must not cost the message.
      this.#options.log.warn({ error }, 'A picture for the playground could not be kept')
      return note(block.alt)
    }
  }
}

/** The same key makes the same id (a UUID, version 8), so a repeated send is one entry. */
export function idOfKey(key: string): string {
  const bytes = createHash('sha256').update(`crier playground\n${key}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
