import { byId, el, icon, tool } from './dom.js'

const THEMES = /** @type {const} */ ({
  auto: { picture: 'auto', next: 'light', words: 'Colours: as your system' },
  light: { picture: 'sun', next: 'dark', words: 'Colours: light' },
  dark: { picture: 'moon', next: 'auto', words: 'Colours: dark' },
})
/** @typedef {keyof typeof THEMES} Theme */

/** What fits on the screen, the colours, the keys, and whether the server is there. */
export class Layout {
  #app = byId('app')
  #options
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #lost

  /** @param {{ toComposer: () => void, closeThread: () => void }} options */
  constructor(options) {
    this.#options = options
    byId('rail-open').append(icon('menu'))
    byId('rail-close').append(icon('back'))
    byId('side-open').append(icon('feed'))
    byId('keys').append(icon('keyboard'))
    byId('rail-open').addEventListener('click', () => this.view('rail'))
    byId('rail-close').addEventListener('click', () => this.view('talk'))
    byId('side-open').addEventListener('click', () =>
      this.view(this.#app.dataset.view === 'side' ? 'talk' : 'side'),
    )
    byId('keys').addEventListener('click', () => showKeys())
    byId('theme').addEventListener('click', () => this.#theme(THEMES[this.#chosen()].next))
    this.#theme(this.#chosen())
    document.addEventListener('keydown', (event) => this.#key(event))
  }

  /** Where there is not room for all three, one of them is in front. @param {'rail' | 'talk' | 'side'} name */
  view(name) {
    const before = this.#app.dataset.view
    this.#app.dataset.view = name
    byId('side-open').setAttribute('aria-expanded', String(name === 'side'))
    if (before === name) return
    if (name === 'rail') byId('rail-close').focus()
    else if (name === 'side') byId('side').focus({ preventScroll: true })
    else if (before === 'rail' || before === 'side')
      byId(before === 'rail' ? 'rail-open' : 'side-open').focus()
  }

  /** A short gap is nobody's business; a longer one is said. @param {boolean} yes */
  connected(yes) {
    // It is told of every try that fails; the first of them counts.
    if (!yes && this.#lost !== undefined) return
    clearTimeout(this.#lost)
    this.#lost = undefined
    const say = () => {
      byId('line-state').textContent = yes ? '' : 'Reconnecting…'
      document.documentElement.classList.toggle('lost', !yes)
    }
    if (yes) say()
    else this.#lost = setTimeout(say, 1500)
  }

  /** @param {(files: File[]) => void} take */
  onDrop(take) {
    const curtain = byId('drop')
    const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false
    document.addEventListener('dragover', (event) => {
      if (!carries(event)) return
      event.preventDefault()
      curtain.hidden = false
    })
    document.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) curtain.hidden = true
    })
    document.addEventListener('drop', (event) => {
      curtain.hidden = true
      if (!carries(event)) return
      event.preventDefault()
      take([...(event.dataTransfer?.files ?? [])])
    })
  }

  /** @returns {Theme} */
  #chosen() {
    const kept = localStorage.getItem('crier.theme')
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  }

  /** @param {Theme} theme */
  #theme(theme) {
    if (theme === 'auto') {
      localStorage.removeItem('crier.theme')
      delete document.documentElement.dataset.theme
    } else {
      localStorage.setItem('crier.theme', theme)
      document.documentElement.dataset.theme = theme
    }
    const { picture, words } = THEMES[theme]
    const button = byId('theme')
    button.replaceChildren(icon(picture))
    button.setAttribute('aria-label', words)
    button.dataset.tip = words
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (document.querySelector('dialog[open]')) return
    if (event.key === 'F6') {
      event.preventDefault()
      nextRegion(event.shiftKey ? -1 : 1)
    } else if (event.key === 'Escape') {
      if (!byId('thread').hidden && byId('side').contains(document.activeElement)) this.#options.closeThread()
      else if (this.#app.dataset.view !== 'talk') this.view('talk')
      else this.#options.toComposer()
    }
  }
}

/** @param {1 | -1} by */
function nextRegion(by) {
  const stops = ['#rail [aria-current]', '#log', '#write', '#thread-log', '#side']
    .map((selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector)))
    .filter((stop) => stop !== null && stop.offsetParent !== null)
  const here = stops.findLastIndex((stop) => stop?.contains(document.activeElement))
  stops[(here + by + stops.length) % stops.length]?.focus()
}

const KEYS = [
  ['Enter', 'send, or choose a suggestion'],
  ['Shift Enter', 'start a new line'],
  ['Tab', 'complete what you began'],
  ['↑ in the empty field', 'what you said before'],
  ['Alt ↑ · Alt ↓', 'the next channel'],
  ['F6', 'from channels to conversation to field to feed'],
  ['Ctrl Enter', 'send a form'],
  ['Esc', 'close, and back to the field'],
]

function showKeys() {
  const dialog = el(
    'dialog',
    { class: 'dialog small', 'aria-labelledby': 'keys-title' },
    el(
      'div',
      { class: 'sheet' },
      el(
        'header',
        { class: 'sheet-head' },
        el('h2', { id: 'keys-title' }, 'Keyboard'),
        tool('close', 'Close', () => dialog.close()),
      ),
      el(
        'dl',
        { class: 'sheet-body keys' },
        ...KEYS.map(([keys = '', words = '']) =>
          el('div', {}, el('dt', {}, el('kbd', {}, keys)), el('dd', {}, words)),
        ),
      ),
    ),
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
