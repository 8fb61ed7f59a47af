/**
 * @typedef {Node | string | null | undefined | false} Child
 * @typedef {string | number | boolean | null | undefined} Attribute
 * @typedef {{ [name: string]: Attribute | Record<string, string> | Listeners, on?: Listeners, data?: Record<string, string> }} Props
 * @typedef {{ [event: string]: (event: any) => void }} Listeners
 */

/**
 * Makes an element. Texts become text nodes and nothing else: the page's policy (Trusted Types) forbids markup from text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props] `on` is listeners, `data` the dataset, anything else an attribute; true is an empty one
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
    } else if (name === 'data') Object.assign(element.dataset, value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter(isShown))
  return element
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
const isShown = (child) => child !== null && child !== undefined && child !== false

/** An element of the page's own markup.
 * @param {string} id
 * @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found
}

/** Strokes on a 24 by 24 field. */
const ICONS = {
  hash: 'M9 4 7 20M17 4l-2 16M4.500 9h16M3.500 15h16',
  send: 'M4 12 20 4l-6 16-3-7z M11 13l9-9',
  attach:
    'm20 11-8.300 8.300a5 5 0 0 1-7-7L13 4a3.400 3.400 0 0 1 4.800 4.800l-8.300 8.300a1.700 1.700 0 0 1-2.400-2.400L14.500 7.300',
  slash: 'M15.500 5 8.500 19M4 4h16v16H4z',
  close: 'M6 6l12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h10',
  feed: 'M5 19a0 0 0 0 1 0 0M4.500 12.500a7 7 0 0 1 7 7M4.500 6a13.500 13.500 0 0 1 13.500 13.500',
  reply: 'M20 18v-2a5 5 0 0 0-5-5H5M9.500 6 4.500 11l5 5',
  clock: 'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM12 7.500V12l3 2',
  hidden:
    'M4 4l16 16M10 6.200a9 9 0 0 1 2-.2c5 0 8.500 4 9.500 6a14 14 0 0 1-2.400 3.200M6.300 7.700A14 14 0 0 0 2.500 12c1 2 4.500 6 9.500 6a9.500 9.500 0 0 0 4-.9',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z',
  auto: 'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM12 3.500v17M12 7h5.500M12 12h8M12 17h5.500',
  keyboard: 'M3 6.500h18v11H3zM6.500 10h.01M10 10h.01M13.500 10h.01M17 10h.01M8 14h8',
  down: 'M12 5v14M6 13l6 6 6-6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  alert: 'M12 4 2.500 20h19zM12 10v4.500M12 17.300v.01',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const [key, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }))
    svg.setAttribute(key, value)
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', ICONS[name])
  svg.append(path)
  return svg
}

/** A square button with a picture; what it does is its name and its tip.
 * @param {keyof typeof ICONS} picture
 * @param {string} label
 * @param {() => void} press
 * @param {Props} [props] */
export const tool = (picture, label, press, props = {}) =>
  el(
    'button',
    { type: 'button', class: 'tool', 'aria-label': label, 'data-tip': label, ...props, on: { click: press } },
    icon(picture),
  )

let ids = 0
/** A new id for a label, a hint, a mistake. */
export const freshId = () => `c${++ids}`

/** @type {Map<string, number>} */
const seats = new Map()

/** Members keep their colour, whoever of them speaks first. @param {readonly string[]} ids */
export function seatMembers(ids) {
  for (const id of ids) if (!seats.has(id)) seats.set(id, seats.size)
}

/** @param {string} name @param {string} id */
export function avatar(name, id) {
  const initials = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter((letter) => /\p{L}|\p{N}/u.test(letter))
    .slice(0, 2)
    .join('')
    .toLocaleUpperCase()
  const element = el('span', { class: 'avatar', 'aria-hidden': 'true' }, initials || '?')
  // Hues apart from one another by the golden angle, in the order in which people are first seen.
  if (!seats.has(id)) seats.set(id, seats.size)
  element.style.setProperty('--hue', String(Math.round((168 + (seats.get(id) ?? 0) * 137.508) % 360)))
  return element
}

export const crierAvatar = () =>
  el(
    'span',
    { class: 'avatar crier', 'aria-hidden': 'true' },
    el('img', { src: '/playground/bell.svg', alt: '' }),
  )

/** Says something that went wrong; it stays until it is read.
 * @param {string} sentence */
export function toast(sentence) {
  const box = el('div', { class: 'toast' }, icon('alert'), el('span', {}, sentence))
  box.append(tool('close', 'Close', () => box.remove()))
  byId('toasts').append(box)
  setTimeout(() => box.remove(), 12_000)
}
