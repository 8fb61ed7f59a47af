/** @import { TranscriptEntry } from '../../../playground/transcript.ts' */
/** @import { Message } from '../../../message/message.ts' */
/** @import { Person } from './server.js' */
import { avatar, crierAvatar, el, icon, tool } from './dom.js'
import { drawMessage, isCard } from './draw.js'
import { ago, dayKey, dayWords, stamp } from './times.js'

/** Entries of one speaker within this many milliseconds stand under one name. */
const TOGETHER = 5 * 60_000
/** Pixels from the end within which a reader counts as reading along. */
const NEAR_END = 80

/**
 * @typedef {object} ConversationOptions
 * @property {(line: string, options: { label: string, confirm?: string | undefined }, from: HTMLElement, entry: TranscriptEntry) => void} press
 * @property {(entry: TranscriptEntry) => void} [openThread]
 * @property {(id: string) => Person | undefined} person
 */

/** A list of entries that is changed in place: what stands is not drawn again, so focus and reading stay where they are. */
export class Conversation {
  /** @type {Map<string, { node: HTMLElement, drawn: string }>} */
  #drawn = new Map()
  #options
  #log
  /** Do new entries arrive, rather than being there from the start? */
  #fresh = false

  /** @param {HTMLElement} log @param {ConversationOptions} options */
  constructor(log, options) {
    this.#log = log
    this.#options = options
  }

  /** Forgets everything, for another channel or reader. */
  clear() {
    this.#fresh = false
    this.#drawn.clear()
    this.#log.replaceChildren()
  }

  /**
   * @param {readonly TranscriptEntry[]} entries in order
   * @param {{ replies?: Map<string, TranscriptEntry[]>, outdated?: Map<string, string>, unreadFrom?: number | undefined, head?: Node | undefined, empty?: Node | undefined }} around
   */
  show(entries, { replies = new Map(), outdated = new Map(), unreadFrom, head, empty }) {
    const atEnd = this.atEnd()
    /** @type {Node[]} */
    const wanted = head ? [head] : []
    if (entries.length === 0 && empty) wanted.push(empty)
    /** @type {TranscriptEntry | undefined} */
    let before
    let marked = false
    for (const entry of entries) {
      const newDay = !before || dayKey(before.at) !== dayKey(entry.at)
      if (newDay)
        wanted.push(
          this.#once(`day ${dayKey(entry.at)}`, dayWords(entry.at), () => separator(dayWords(entry.at))),
        )
      const isNew = !marked && unreadFrom !== undefined && entry.at > unreadFrom
      if (isNew) {
        marked = true
        wanted.push(this.#once('new', String(entry.id), () => separator('New', 'new')))
      }
      const compact = !newDay && !isNew && before !== undefined && together(before, entry)
      wanted.push(this.#entry(entry, compact, replies.get(entry.id) ?? [], outdated.get(entry.id)))
      before = entry
    }
    this.#place(wanted)
    this.#fresh = true
    if (atEnd) this.toEnd()
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log
    return scrollHeight - scrollTop - clientHeight < NEAR_END
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight
  }

  /** @param {string} id */
  nodeOf(id) {
    return this.#drawn.get(id)?.node
  }

  /** @param {TranscriptEntry} entry @param {boolean} compact @param {readonly TranscriptEntry[]} replies
   * @param {string | undefined} anew the line that shows it as it is now, where it is out of date */
  #entry(entry, compact, replies, anew) {
    const known = this.#drawn.get(entry.id)
    const drawn = `${entry.updatedAt} ${replies.map(({ id }) => id).join()} ${anew ?? ''}`
    const node = this.#once(entry.id, drawn, () => this.#draw(entry, replies, anew))
    if (known && known.node !== node) {
      node.classList.add('changed')
      keepFocus(known.node, node)
    }
    if (!known && this.#fresh) node.classList.add('fresh')
    node.classList.toggle('compact', compact)
    return node
  }

  /** The element under this key, drawn anew only where what it shows has changed.
   * @param {string} key @param {string} drawn @param {() => HTMLElement} draw */
  #once(key, drawn, draw) {
    const known = this.#drawn.get(key)
    if (known?.drawn === drawn) return known.node
    const node = draw()
    known?.node.replaceWith(node)
    this.#drawn.set(key, { node, drawn })
    return node
  }

  /** @param {Node[]} wanted */
  #place(wanted) {
    const keep = new Set(wanted)
    for (const child of [...this.#log.childNodes]) if (!keep.has(child)) child.remove()
    wanted.forEach((node, index) => {
      const there = this.#log.childNodes[index]
      if (there !== node) this.#log.insertBefore(node, there ?? null)
    })
  }

  /** @param {TranscriptEntry} entry @param {readonly TranscriptEntry[]} replies @param {string | undefined} anew */
  #draw(entry, replies, anew) {
    const { press, openThread, person } = this.#options
    const speaker = entry.memberId === null ? undefined : (person(entry.memberId)?.name ?? 'Somebody')
    const card = entry.memberId === null && isCard(entry.message)
    const node = el(
      'article',
      {
        class: `entry${card ? ' card' : ''}${entry.onlyFor ? ' private' : ''}${entry.id.startsWith('pending') ? ' pending' : ''}${anew ? ' outdated' : ''}`,
        'aria-label': `${speaker ?? 'Crier'}${entry.onlyFor ? ', only visible to you' : ''}`,
        tabindex: '-1',
        data: { id: entry.id },
      },
      speaker === undefined ? crierAvatar() : avatar(speaker, entry.memberId ?? ''),
      el(
        'div',
        { class: 'entry-main' },
        el(
          'header',
          {},
          el('span', { class: 'who' }, speaker ?? 'Crier'),
          speaker === undefined ? el('span', { class: 'badge' }, 'app') : null,
          stamp(entry.at),
          entry.onlyFor ? onlyYou(speaker === undefined) : null,
        ),
        el(
          'div',
          { class: 'body' },
          ...drawMessage(anew ? outOfDate(entry.message, anew) : entry.message, {
            press: (line, options, from) => press(line, options, from, entry),
          }),
        ),
        replies.length > 0 && openThread ? threadLink(replies, () => openThread(entry), person) : null,
      ),
    )
    if (openThread && !entry.id.startsWith('pending')) {
      node.append(
        el(
          'div',
          { class: 'entry-tools' },
          tool('reply', `Reply in thread`, () => openThread(entry)),
        ),
      )
    }
    return node
  }
}

/** Where its buttons were, one leads to what it has become. @param {Message} message @param {string} anew
 * @returns {Message} */
function outOfDate(message, anew) {
  const blocks = message.blocks.filter(({ type }) => type !== 'buttons' && type !== 'select')
  if (blocks.length === message.blocks.length) return message
  return {
    ...message,
    blocks: [
      ...blocks,
      { type: 'note', spans: [{ type: 'plain', text: 'This has changed since.' }] },
      { type: 'buttons', buttons: [{ label: 'Show it as it is now', line: anew }] },
    ],
  }
}

/** Said in words beside an answer, by a sign beside one's own line. @param {boolean} inWords */
const onlyYou = (inWords) =>
  el(
    'span',
    { class: 'only' },
    icon('hidden'),
    el('span', { class: inWords ? '' : 'unseen' }, 'Only visible to you'),
  )

/** @param {readonly TranscriptEntry[]} replies @param {() => void} open @param {ConversationOptions['person']} person */
function threadLink(replies, open, person) {
  const last = replies.at(-1)
  const speakers = [...new Set(replies.map(({ memberId }) => memberId))].slice(0, 3)
  return el(
    'button',
    { type: 'button', class: 'thread-link', on: { click: open } },
    ...speakers.map((id) => (id === null ? crierAvatar() : avatar(person(id)?.name ?? '?', id))),
    el('strong', {}, replies.length === 1 ? '1 reply' : `${replies.length} replies`),
    ' ',
    last ? ago(last.at) : null,
  )
}

/** @param {TranscriptEntry} one @param {TranscriptEntry} other */
const together = (one, other) =>
  one.memberId === other.memberId &&
  other.at - one.at < TOGETHER &&
  Boolean(one.onlyFor) === Boolean(other.onlyFor)

/** @param {string} words @param {string} [kind] */
const separator = (words, kind = 'day') => el('div', { class: `separator ${kind}` }, el('span', {}, words))

/** Where the focus was inside a card that was drawn anew, it goes to the same place, or to the card itself.
 * @param {HTMLElement} before @param {HTMLElement} after */
function keepFocus(before, after) {
  const index = [...before.querySelectorAll('button, select, a')].indexOf(
    /** @type {Element} */ (lastFocused),
  )
  if (before !== lastFocused && index < 0) return
  const twin = [...after.querySelectorAll('button, select, a')][index]
  const target = twin?.textContent === lastFocused?.textContent ? twin : after
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}

/** An element that leaves the page loses the focus before anybody can ask for it, so it is noted as it moves.
 * @type {Element | null} */
let lastFocused = null
document.addEventListener('focusin', (event) => {
  lastFocused = /** @type {Element} */ (event.target)
})
