/** @import { CommandFacts, Suggestion } from '../../../app/surface.ts' */
/** @import { Attached } from './server.js' */
import { el, freshId, icon, tool } from './dom.js'
import { Files } from './files.js'
import { NotSent } from './server.js'

/** Milliseconds after the last key before the server is asked. */
const PAUSE = 90

/**
 * @typedef {object} ComposerOptions
 * @property {string} id of the field
 * @property {string} placeholder
 * @property {(line: string, files: Attached[]) => void} send
 * @property {(line: string, signal: AbortSignal) => Promise<Suggestion[]>} complete
 * @property {(command: string, arg: string, partial: string, signal: AbortSignal) => Promise<Suggestion[]>} suggest
 * @property {() => readonly CommandFacts[]} commands
 */

/** The field in which one writes: Enter sends, completion above it, how a time reads while it is typed. */
export class Composer {
  files = new Files()
  #options
  #field
  #hint
  #popup
  #spoken = el('span', { class: 'unseen', role: 'status' })
  /** @type {Suggestion[]} */
  #suggested = []
  #active = -1
  #asked = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** @type {string[]} */
  #sent = []
  #recalled = 0
  element

  /** @param {ComposerOptions} options */
  constructor(options) {
    this.#options = options
    const hintId = freshId()
    const popupId = freshId()
    this.#hint = el('p', { class: 'hint', id: hintId, 'aria-live': 'polite' })
    this.#popup = el('ul', {
      class: 'popup',
      id: popupId,
      role: 'listbox',
      'aria-label': 'Suggestions',
      hidden: true,
    })
    this.#field = el('textarea', {
      id: options.id,
      rows: 1,
      placeholder: options.placeholder,
      'aria-label': options.placeholder,
      'aria-autocomplete': 'list',
      'aria-controls': popupId,
      'aria-describedby': hintId,
      autocomplete: 'off',
      autocapitalize: 'sentences',
      spellcheck: 'true',
      enterkeyhint: 'send',
      maxlength: 200_000,
    })
    this.element = el(
      'form',
      { class: 'composer', on: { submit: (event) => this.#submit(event) } },
      this.#popup,
      el(
        'div',
        { class: 'box' },
        this.#field,
        this.files.list,
        el(
          'div',
          { class: 'box-tools' },
          this.files.button(),
          tool('slash', 'Commands', () => this.write('/')),
          this.#hint,
          el(
            'button',
            { type: 'submit', class: 'send', 'aria-label': 'Send', 'data-tip': 'Send' },
            icon('send'),
          ),
        ),
      ),
      this.#spoken,
    )
    this.#field.addEventListener('input', () => this.#typed())
    this.#field.addEventListener('keydown', (event) => this.#key(event))
    this.#field.addEventListener('blur', () => setTimeout(() => this.#close(), 150))
    this.#field.addEventListener('paste', (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])]
      if (pasted.length === 0) return
      event.preventDefault()
      this.files.add(pasted)
    })
    this.#showHint('')
  }

  focus() {
    this.#field.focus()
  }

  get text() {
    return this.#field.value
  }

  /** @param {string} placeholder */
  rename(placeholder) {
    this.#field.placeholder = placeholder
    this.#field.setAttribute('aria-label', placeholder)
  }

  /** Puts words into the field, ready to go on. @param {string} line */
  write(line, focus = true) {
    this.#field.value = line
    if (focus) {
      this.#field.focus()
      this.#field.setSelectionRange(line.length, line.length)
      this.#typed()
    } else this.#grow()
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault()
    const line = this.#field.value.trim()
    if (line === '' && this.files.empty) return this.focus()
    if (line === '') return this.#say('Say what the files are for: a command, and a text.')
    clearTimeout(this.#timer)
    this.#asked.abort()
    const files = this.files.take()
    if (this.#sent.at(-1) !== line) this.#sent.push(line)
    this.#recalled = this.#sent.length
    this.#field.value = ''
    this.files.clear()
    this.#grow()
    this.#close()
    this.#showHint('')
    this.#options.send(line, files)
    this.focus()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return
    const open = !this.#popup.hidden
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      const chosen = open ? (this.#suggested[this.#active] ?? this.#begun()) : undefined
      if (chosen) this.#accept(chosen)
      else this.element.requestSubmit()
    } else if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      this.#move(event.key === 'ArrowDown' ? 1 : -1)
    } else if (open && event.key === 'Tab' && !event.shiftKey) {
      const chosen = this.#suggested[Math.max(0, this.#active)]
      if (!chosen) return
      event.preventDefault()
      this.#accept(chosen)
    } else if (open && event.key === 'Escape') {
      event.stopPropagation()
      this.#close()
    } else if (
      event.key === 'ArrowUp' &&
      (this.#field.value === '' || this.#field.value === this.#sent[this.#recalled])
    ) {
      if (this.#recalled === 0) return
      event.preventDefault()
      this.#recalled -= 1
      this.#field.value = this.#sent[this.#recalled] ?? ''
      this.#grow()
    }
  }

  /** The one command that a word such as `/q` begins: alone it means nothing, so Enter completes it rather than sends it. */
  #begun() {
    const [only, ...others] = this.#suggested
    const line = this.#field.value
    const begins = /^\/\S+$/.test(line) && only?.insert.startsWith(line) && only.insert.trim() !== line
    return begins && others.length === 0 ? only : undefined
  }

  #typed() {
    this.#grow()
    // What was typed on is what is meant, whatever had been chosen from the list before.
    this.#choose(-1)
    clearTimeout(this.#timer)
    this.#asked.abort()
    const line = this.#field.value
    if (line.trim() === '') {
      this.#close()
      this.#showHint('')
      return
    }
    this.#timer = setTimeout(() => void this.#ask(line), PAUSE)
  }

  /** @param {string} line */
  async #ask(line) {
    this.#asked = new AbortController()
    const { signal } = this.#asked
    try {
      const [suggested] = await Promise.all([
        line.includes('\n') || line.length > 300 ? [] : this.#options.complete(line, signal),
        this.#read(line, signal),
      ])
      if (signal.aborted || this.#field.value !== line) return
      this.#suggested = suggested.filter(({ insert }) => insert.trim() !== line.trim())
      this.#open()
    } catch (error) {
      // Only help was asked for; a lost connection says so elsewhere.
      if (!(error instanceof NotSent)) throw error
      if (!signal.aborted) this.#close()
    }
  }

  /** Shows how the line's time reads, or how the command is written. @param {string} line @param {AbortSignal} signal */
  async #read(line, signal) {
    const name = line.trim().replace(/^\//, '').split(/\s/)[0]?.toLowerCase() ?? ''
    const command = this.#options.commands().find((one) => one.name === name)
    const arg = command?.args.find(({ kind }) => kind === 'when')
    const partial = arg ? timeIn(line, name) : ''
    const read = command && arg && partial ? await this.#options.suggest(name, arg.name, partial, signal) : []
    if (!signal.aborted) this.#showHint(partial, read, command)
  }

  /** @param {string} partial @param {readonly Suggestion[]} [read] @param {CommandFacts} [command] */
  #showHint(partial, read = [], command) {
    // Of what a phrase may become, the hint says only how it reads as it stands; the list above shows the rest.
    const reading = read.find(({ insert }) => insert.trim() === partial)
    this.#hint.classList.toggle('idle', !reading && !command)
    if (reading) {
      const words = el('span', {}, `“${partial}” is `, el('strong', {}, reading.label))
      this.#hint.replaceChildren(icon('clock'), words)
    } else if (command) {
      this.#hint.replaceChildren(el('code', {}, command.name), ` ${command.usage}`)
    } else {
      this.#hint.replaceChildren(
        el('kbd', {}, 'Enter'),
        ' sends, ',
        el('kbd', {}, 'Shift Enter'),
        ' starts a line',
      )
    }
  }

  /** @param {string} words */
  #say(words) {
    this.#hint.classList.remove('idle')
    this.#hint.replaceChildren(words)
    this.focus()
  }

  #open() {
    this.#popup.replaceChildren(...this.#suggested.map((one, index) => this.#option(one, index)))
    this.#popup.hidden = this.#suggested.length === 0 || document.activeElement !== this.#field
    this.#choose(-1)
    const count = this.#suggested.length
    this.#spoken.textContent = this.#popup.hidden
      ? ''
      : `${count === 1 ? '1 suggestion' : `${count} suggestions`}, arrow keys choose, Tab completes`
  }

  /** @param {Suggestion} suggestion @param {number} index */
  #option(suggestion, index) {
    return el(
      'li',
      {
        id: `${this.#popup.id}-${index}`,
        role: 'option',
        'aria-selected': 'false',
        on: {
          // Before the blur, which would close the list under the pointer.
          mousedown: (event) => {
            event.preventDefault()
            this.#accept(suggestion)
          },
        },
      },
      el('span', { class: 'option-label' }, suggestion.label),
      // Where the label says it already, or it is the line so far, there is nothing to add.
      suggestion.label.startsWith(suggestion.insert.trim())
        ? null
        : el('span', { class: 'option-insert' }, newIn(suggestion.insert, this.#field.value)),
    )
  }

  /** @param {number} by */
  #move(by) {
    const count = this.#suggested.length
    this.#choose(this.#active < 0 ? (by > 0 ? by - 1 : count - 1) : (this.#active + by + count) % count)
  }

  /** @param {number} active the option that Enter takes; -1 for none */
  #choose(active) {
    this.#active = active
    ;[...this.#popup.children].forEach((option, index) => {
      option.setAttribute('aria-selected', String(index === active))
      if (index === active) option.scrollIntoView({ block: 'nearest' })
    })
    if (active < 0) this.#field.removeAttribute('aria-activedescendant')
    else this.#field.setAttribute('aria-activedescendant', `${this.#popup.id}-${active}`)
  }

  /** @param {Suggestion} suggestion */
  #accept({ insert }) {
    this.#close()
    this.write(insert)
  }

  #close() {
    this.#popup.hidden = true
    this.#choose(-1)
    this.#suggested = []
    this.#spoken.textContent = ''
  }

  /** As tall as what was written; the style sheet says how tall at most. */
  #grow() {
    this.#field.style.height = 'auto'
    this.#field.style.height = `${this.#field.scrollHeight}px`
  }
}

/** What a completed line adds to the one that was typed, from the word on that is completed.
 * @param {string} insert @param {string} line */
function newIn(insert, line) {
  let same = 0
  while (same < insert.length && insert[same] === line[same]) same += 1
  return insert.slice(insert.lastIndexOf(' ', same - 1) + 1).trim()
}

/** The words of a line that should be a time: after the command and a post's number, up to the accounts or the text.
 * @param {string} line @param {string} name */
export function timeIn(line, name) {
  const rest = line.trim().replace(/^\//, '').slice(name.length).trim()
  return (
    rest
      .replace(/^#?\d+(\s+(to|for)\b|\s+(?=\D))\s*/i, '')
      .split(/\s+to(?=\s|$)|:(?=\s|$)/)[0]
      ?.trim() ?? ''
  )
}
