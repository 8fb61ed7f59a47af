/** @import { FeedItem } from '../../../playground/feed.ts' */
import { avatar, el, icon, tool } from './dom.js'
import { drawLink } from './draw.js'
import { ago } from './times.js'

/** The rehearsal feed: what is live, newest first, drawn as a network would. */
export class Feed {
  #list = el('div', { class: 'feed-list' })
  /** @type {Map<string, HTMLElement>} */
  #drawn = new Map()

  /** @param {HTMLElement} panel @param {{ close: () => void }} options */
  constructor(panel, { close }) {
    panel.replaceChildren(
      el(
        'header',
        { class: 'panel-head' },
        el(
          'div',
          {},
          el(
            'h2',
            { id: 'feed-title' },
            el('span', { class: 'on-air', 'aria-hidden': 'true' }),
            'Rehearsal feed',
          ),
          el('p', {}, 'What went out is here, as followers would see it'),
        ),
        tool('close', 'Close the feed', close, { class: 'tool side-close' }),
      ),
      this.#list,
    )
  }

  /** @param {readonly FeedItem[]} items newest first */
  show(items) {
    const first = this.#drawn.size === 0
    const byId = new Map(items.map((item) => [item.id, item]))
    const wanted = items.map((item) => {
      const known = this.#drawn.get(item.id)
      if (known) return known
      const node = draw(item, item.replyTo === null ? undefined : byId.get(item.replyTo))
      if (!first) node.classList.add('arrived')
      this.#drawn.set(item.id, node)
      return node
    })
    this.#list.replaceChildren(...(wanted.length > 0 ? wanted : [nothing()]))
  }

  /** Brings an item into view, for a link that points to it. @param {string} id */
  reveal(id) {
    const node = this.#drawn.get(id)
    node?.scrollIntoView({ block: 'center' })
    node?.focus({ preventScroll: true })
    node?.classList.add('pointed')
    return node !== undefined
  }
}

/** @param {FeedItem} item @param {FeedItem | undefined} parent */
function draw(item, parent) {
  return el(
    'article',
    { class: 'live', id: `feed-${item.id}`, tabindex: '-1', 'aria-label': `${item.handle} on the feed` },
    avatar(item.handle.replace(/^@/, ''), item.handle),
    el(
      'div',
      { class: 'live-main' },
      el(
        'header',
        {},
        el('span', { class: 'who' }, item.handle),
        ago(item.at),
        item.dryRunOf ? el('span', { class: 'badge' }, `dry run of ${item.dryRunOf}`) : null,
      ),
      parent ? el('p', { class: 'continues' }, icon('reply'), `continues “${shorten(parent.text)}”`) : null,
      el('p', { class: 'live-text' }, ...rich(item.text)),
      item.media.length > 0
        ? el('div', { class: `live-media of-${Math.min(item.media.length, 4)}` }, ...item.media.map(picture))
        : null,
    ),
  )
}

/** Links, tags and mentions as a network would show them; the words stay words. @param {string} text */
const rich = (text) =>
  text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]]|(?<![\p{L}\p{N}])[#@][\p{L}\p{N}_.-]*[\p{L}\p{N}_])/u)
    .map((part, index) => {
      if (index % 2 === 0) return part
      return part.startsWith('http') ? drawLink(part) : el('span', { class: 'tag' }, part)
    })

/** @param {{ mediaId: string, alt: string }} media */
function picture({ mediaId, alt }) {
  const source = `/playground/image/${encodeURIComponent(mediaId)}`
  const image = el('img', { src: source, alt, loading: 'lazy', decoding: 'async' })
  // What is no picture may be a film; what is neither says so in words.
  image.addEventListener('error', () => {
    const film = el('video', {
      src: source,
      controls: true,
      muted: true,
      preload: 'metadata',
      'aria-label': alt || 'Film',
    })
    film.addEventListener('error', () =>
      film.replaceWith(el('span', { class: 'no-picture' }, alt || 'A file')),
    )
    image.replaceWith(film)
  })
  return image
}

const nothing = () =>
  el(
    'div',
    { class: 'empty small' },
    el('img', { src: '/playground/bell.svg', alt: '', width: '44', height: '44' }),
    el('p', {}, 'Nothing is live yet. Posts to the rehearsal account appear here the moment they go out.'),
  )

/** @param {string} text */
const shorten = (text) => (text.length > 40 ? `${text.slice(0, 39).toWellFormed()}…` : text)
