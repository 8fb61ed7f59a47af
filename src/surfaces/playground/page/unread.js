/** @import { TranscriptEntry } from '../../../playground/transcript.ts' */
/** @import { State } from './server.js' */

/** Until when each member has read each channel, kept in this browser. */
export class Unread {
  /** @param {string} me @param {string} channel */
  #readUntil(me, channel) {
    return Number(localStorage.getItem(`crier.read ${me} ${channel}`) ?? 0)
  }

  /** @param {string} me @param {string} channel @param {readonly TranscriptEntry[]} entries those of the channel */
  read(me, channel, entries) {
    const last = Math.max(0, ...entries.map(({ at }) => at))
    if (last > this.#readUntil(me, channel)) localStorage.setItem(`crier.read ${me} ${channel}`, String(last))
  }

  /** From when on a channel's entries are new to this member; undefined where none is, or all are.
   * @param {string} me @param {string} channel @param {readonly TranscriptEntry[]} all */
  since(me, channel, all) {
    const until = this.#readUntil(me, channel)
    const here = all.filter((entry) => entry.channel === channel && entry.threadOf === null)
    return until > 0 && here.some((entry) => isNewTo(me, entry, until)) ? until : undefined
  }

  /** How many entries wait in each channel but the open one.
   * @param {State} state @param {readonly TranscriptEntry[]} all @param {string} open */
  counts({ me, channels }, all, open) {
    return new Map(
      channels
        .filter(({ name }) => name !== open || document.visibilityState !== 'visible')
        .map(({ name }) => {
          const until = this.#readUntil(me, name)
          return [name, all.filter((entry) => entry.channel === name && isNewTo(me, entry, until)).length]
        }),
    )
  }
}

/** @param {string} me @param {TranscriptEntry} entry @param {number} until */
const isNewTo = (me, { at, memberId }, until) => at > until && memberId !== me
