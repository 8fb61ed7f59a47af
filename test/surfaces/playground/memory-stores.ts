import type { FeedItem, FeedStore } from '../../../src/playground/feed.ts'
import type { TranscriptEntry, TranscriptStore } from '../../../src/playground/transcript.ts'

/** The transcript's promises in memory, so that the page can be tested without a database. */
export function memoryTranscripts(): TranscriptStore {
  const entries = new Map<string, TranscriptEntry>()
  return {
    async add(entry) {
      if (!entries.has(entry.id)) entries.set(entry.id, structuredClone(entry))
    },
    async update(id, message, at) {
      const entry = entries.get(id)
      if (entry) entries.set(id, { ...entry, message: structuredClone(message), updatedAt: at })
    },
    async list(channel, limit) {
      return [...entries.values()]
        .filter((entry) => entry.channel === channel)
        .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
        .slice(-limit)
        .map((entry) => structuredClone(entry))
    },
  }
}

export function memoryFeed(): FeedStore {
  const items = new Map<string, FeedItem>()
  return {
    async publish(item) {
      const known = items.get(item.key)
      if (known) return known
      items.set(item.key, item)
      return item
    },
    byKey: async (key) => items.get(key),
    list: async (limit) => [...items.values()].sort((one, other) => other.at - one.at).slice(0, limit),
    async remove(id) {
      const found = [...items.values()].find((item) => item.id === id)
      return found !== undefined && items.delete(found.key)
    },
  }
}
