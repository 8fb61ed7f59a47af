/** @import { Attached } from './server.js' */
import { el, freshId, icon, toast, tool } from './dom.js'

/** Bytes for everything attached at once: the server takes 64 MB, the words included. */
const MOST = 63 * 1024 * 1024

/** What is attached, each with a description for people who can't see it. Chosen, dropped or pasted. */
export class Files {
  /** @type {{ file: File, alt: HTMLInputElement | undefined, row: HTMLElement }[]} */
  #held = []
  #input = el('input', {
    type: 'file',
    multiple: true,
    class: 'unseen',
    tabindex: '-1',
    'aria-hidden': 'true',
  })
  list = el('ul', { class: 'files', hidden: true })

  #describe

  /** @param {boolean} [describe] is each asked what is on it? */
  constructor(describe = true) {
    this.#describe = describe
    this.#input.addEventListener('change', () => {
      this.add([...(this.#input.files ?? [])])
      this.#input.value = ''
    })
  }

  /** The button that opens the browser's own choice of files. @param {import('./dom.js').Props} props */
  button(props = {}) {
    return el(
      'span',
      { class: 'attach' },
      this.#input,
      tool('attach', 'Attach files', () => this.#input.click(), props),
    )
  }

  /** @param {readonly File[]} files */
  add(files) {
    for (const file of files) {
      const size = this.#held.reduce((sum, held) => sum + held.file.size, file.size)
      if (size > MOST) toast(`${file.name} does not fit: 63 MB may be attached at once.`)
      else this.#hold(file)
    }
  }

  /** @returns {Attached[]} */
  take() {
    return this.#held.map(({ file, alt }) => ({ file, alt: alt?.value.trim() ?? '' }))
  }

  clear() {
    for (const { row } of this.#held) row.remove()
    this.#held = []
    this.list.hidden = true
  }

  get empty() {
    return this.#held.length === 0
  }

  /** @param {File} file */
  #hold(file) {
    const id = freshId()
    const described = this.#describe && /^(image|video)\//.test(file.type)
    const alt = described
      ? el('input', {
          id,
          type: 'text',
          maxlength: 2000,
          autocomplete: 'off',
          placeholder: 'Describe it for people who can’t see it',
        })
      : undefined
    const row = el(
      'li',
      { class: 'file' },
      preview(file),
      el(
        'div',
        { class: 'file-words' },
        el(
          'span',
          { class: 'file-name' },
          file.name,
          el('span', { class: 'file-size' }, sizeWords(file.size)),
        ),
        alt ? el('label', { class: 'unseen', for: id }, `Alt text of ${file.name}`) : null,
        alt,
      ),
      tool('close', `Remove ${file.name}`, () => {
        this.#held = this.#held.filter((held) => held.row !== row)
        row.remove()
        this.list.hidden = this.empty
      }),
    )
    this.#held.push({ file, alt, row })
    this.list.append(row)
    this.list.hidden = false
    alt?.focus()
  }
}

/** @param {File} file */
function preview(file) {
  if (!file.type.startsWith('image/')) return el('span', { class: 'thumb' }, icon('file'))
  const image = el('img', { class: 'thumb', alt: '' })
  image.src = URL.createObjectURL(file)
  image.addEventListener('load', () => URL.revokeObjectURL(image.src))
  return image
}

/** @param {number} bytes */
const sizeWords = (bytes) =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`
