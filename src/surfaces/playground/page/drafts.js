const KEPT = 'crier.drafts'

/** What each member has begun to write in each channel, kept in this browser's tab. */
export class Drafts {
  /** @type {Map<string, string>} */
  #begun = new Map(Object.entries(JSON.parse(sessionStorage.getItem(KEPT) ?? '{}')))

  /** @param {string} me @param {string} channel */
  of(me, channel) {
    return this.#begun.get(`${me} ${channel}`) ?? ''
  }

  /** @param {string} me @param {string} channel @param {string} line */
  keep(me, channel, line) {
    this.#begun.set(`${me} ${channel}`, line)
  }

  /** For the page as it is loaded next. */
  save() {
    sessionStorage.setItem(
      KEPT,
      JSON.stringify(Object.fromEntries([...this.#begun].filter(([, line]) => line))),
    )
  }
}
