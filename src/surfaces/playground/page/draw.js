/** @import { Block, Message, Span } from '../../../message/message.ts' */
import { el, freshId } from './dom.js'
import { timeSpan } from './times.js'

/**
 * @typedef {object} Drawing
 * @property {(line: string, options: { label: string, confirm?: string | undefined }, from: HTMLElement) => void} press
 */

/** Every block of a message as elements.
 * @param {Message} message
 * @param {Drawing} drawing */
export const drawMessage = (message, drawing) => message.blocks.map((block) => drawBlock(block, drawing))

/** Does it deserve a frame: is it more than words?
 * @param {Message} message */
export const isCard = (message) =>
  message.blocks.some(({ type }) => type !== 'text' && type !== 'note' && type !== 'list')

/** @param {Block} block @param {Drawing} drawing @returns {HTMLElement} */
function drawBlock(block, drawing) {
  switch (block.type) {
    case 'heading':
      return el('h2', {}, block.text)
    case 'text':
      return el('p', {}, ...spans(block.spans))
    case 'note':
      return el('p', { class: 'note' }, ...spans(block.spans))
    case 'quote':
      return el(
        'figure',
        { class: 'quote' },
        el('blockquote', { dir: 'auto' }, block.text),
        block.caption ? el('figcaption', {}, block.caption) : null,
      )
    case 'facts':
      return el(
        'dl',
        { class: 'facts' },
        ...block.facts.map(({ label, value }) =>
          el('div', {}, el('dt', {}, label), el('dd', {}, ...spans(value))),
        ),
      )
    case 'list':
      return el(
        block.ordered ? 'ol' : 'ul',
        { class: 'list' },
        ...block.items.map((item) => el('li', {}, ...spans(item))),
      )
    case 'image':
      return drawImage(block)
    case 'divider':
      return el('hr')
    case 'buttons':
      return el(
        'div',
        { class: 'buttons' },
        ...block.buttons.map(({ label, line, style, confirm }) =>
          el(
            'button',
            {
              type: 'button',
              class: `button ${style ?? ''}`,
              on: {
                click: (/** @type {MouseEvent} */ event) =>
                  drawing.press(line, { label, confirm }, /** @type {HTMLElement} */ (event.currentTarget)),
              },
            },
            label,
          ),
        ),
      )
    case 'select':
      return drawSelect(block, drawing)
    default:
      throw new TypeError(`No such block: ${JSON.stringify(/** @type {never} */ (block))}`)
  }
}

/** @param {Extract<Block, { type: 'image' }>} block */
function drawImage({ image, alt, title }) {
  // Pictures that came as bytes were kept under an id before they reached the page.
  const source = 'mediaId' in image ? `/playground/image/${encodeURIComponent(image.mediaId)}` : ''
  const picture = el('img', { src: source, alt, loading: 'lazy', decoding: 'async' })
  picture.addEventListener('error', () => picture.replaceWith(el('span', { class: 'no-picture' }, alt)))
  return el('figure', { class: 'picture' }, title ? el('figcaption', {}, title) : null, picture)
}

/** A choice that is sent by a press of its own, so that arrow keys can look at the options first.
 * @param {Extract<Block, { type: 'select' }>} block @param {Drawing} drawing */
function drawSelect({ placeholder, options }, drawing) {
  const id = freshId()
  const select = el(
    'select',
    { id },
    el('option', { value: '' }, placeholder),
    ...options.map(({ label }, index) => el('option', { value: String(index) }, label)),
  )
  const go = el('button', { type: 'button', class: 'button' }, 'Choose')
  go.addEventListener('click', () => {
    const chosen = select.value === '' ? undefined : options[Number(select.value)]
    if (chosen) drawing.press(chosen.line, { label: chosen.label }, go)
    else select.focus()
  })
  return el('div', { class: 'buttons' }, el('label', { class: 'unseen', for: id }, placeholder), select, go)
}

/** @param {readonly Span[]} all */
export const spans = (all) => all.map(drawSpan)

/** @param {Span} span @returns {Node | string} */
function drawSpan(span) {
  switch (span.type) {
    case 'plain':
      return span.text
    case 'bold':
      return el('strong', {}, span.text)
    case 'italic':
      return el('em', {}, span.text)
    case 'code':
      return el('code', {}, span.text)
    case 'link':
      return drawLink(span.href, span.text)
    case 'member':
      return el('span', { class: 'person' }, span.name)
    case 'time':
      return timeSpan(span.at)
    default:
      throw new TypeError(`No such span: ${JSON.stringify(/** @type {never} */ (span))}`)
  }
}

/** A link elsewhere opens beside the page; one to the page itself, such as an item of the feed, opens in it.
 * @param {string} href @param {string} [words] */
export function drawLink(href, words = href) {
  if (!isWebLink(href)) return `${words} (${href})`
  const away =
    new URL(href).origin === location.origin ? {} : { target: '_blank', rel: 'noopener noreferrer' }
  return el('a', { href, ...away }, words)
}

/** Anything else, `javascript:` above all, stays words. @param {string} href */
const isWebLink = (href) =>
  URL.canParse(href) && ['https:', 'http:', 'mailto:'].includes(new URL(href).protocol)
