/** @import { Field, Form, FormValues } from '../../../message/form.ts' */
/** @import { Suggestion } from '../../../app/surface.ts' */
/** @import { Attached } from './server.js' */
import { el, freshId, icon, tool } from './dom.js'
import { spans } from './draw.js'
import { Files } from './files.js'
import { NotSent } from './server.js'

/**
 * @typedef {object} FormOptions
 * @property {(command: string, values: FormValues, files: Attached[]) => Promise<Form | undefined>} submit the form again,
 *   with its mistakes, or undefined where it was taken
 * @property {(command: string, arg: string, partial: string, signal: AbortSignal) => Promise<Suggestion[]>} suggest
 * @property {(dialog: FormDialog) => void} left closed, but not sent
 * @property {() => void} taken
 *
 * @typedef {object} Asked
 * @property {HTMLElement} row
 * @property {HTMLElement} control what gets the focus
 * @property {HTMLElement} mistake
 * @property {() => string | string[] | boolean | undefined} value
 */

/** A form as a dialog. It stays as it is until it is taken: mistakes appear beside what was typed, closing keeps it. */
export class FormDialog {
  element = el('dialog', { class: 'dialog' })
  /** @type {Form} */
  form
  #options
  #files = new Files()
  /** @type {Map<string, Asked>} */
  #asked = new Map()
  #summary = el('div', { class: 'mistakes', tabindex: '-1', role: 'alert', hidden: true })
  #send = el('button', { type: 'submit', class: 'button primary' })
  #busy = false
  /** What the fields held when they were drawn. */
  #untouched = ''
  #taken = false

  /** @param {Form} form @param {FormOptions} options */
  constructor(form, options) {
    this.form = form
    this.#options = options
    this.#draw()
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
        this.element.querySelector('form')?.requestSubmit()
    })
    this.element.addEventListener('close', () => {
      if (!this.#taken) options.left(this)
    })
    this.element.addEventListener('paste', (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])]
      if (pasted.length > 0 && this.takesFiles) this.#files.add(pasted)
    })
  }

  get takesFiles() {
    return this.form.fields.some(({ kind }) => kind === 'files')
  }

  /** @param {readonly File[]} files */
  attach(files) {
    this.#files.add(files)
  }

  open() {
    document.body.append(this.element)
    this.element.showModal()
    if (this.form.errors && Object.keys(this.form.errors).length > 0) this.#showMistakes()
    else this.#asked.values().next().value?.control.focus()
  }

  /** Did anybody fill anything in? */
  get touched() {
    return !this.#files.empty || this.#typed() !== this.#untouched
  }

  #typed() {
    return JSON.stringify([...this.#asked.values()].map(({ value }) => value()))
  }

  #draw() {
    const { form } = this
    const titleId = freshId()
    this.#asked.clear()
    this.element.setAttribute('aria-labelledby', titleId)
    const rows = form.fields.map((field) => {
      const asked = this.#field(field)
      this.#asked.set(field.name, asked)
      return asked.row
    })
    this.#untouched = this.#typed()
    this.#send.replaceChildren(form.submit)
    this.element.replaceChildren(
      el(
        'form',
        {
          class: 'sheet',
          method: 'dialog',
          novalidate: true,
          on: { submit: (event) => this.#submit(event) },
        },
        el(
          'header',
          { class: 'sheet-head' },
          el('h2', { id: titleId }, form.title),
          tool('close', 'Close; what you typed is kept', () => this.element.close()),
        ),
        el(
          'div',
          { class: 'sheet-body' },
          form.intro ? el('p', { class: 'intro' }, ...spans(form.intro)) : null,
          this.#summary,
          ...rows,
        ),
        el(
          'footer',
          { class: 'sheet-foot' },
          el(
            'button',
            { type: 'button', class: 'button', on: { click: () => this.element.close() } },
            'Later',
          ),
          this.#send,
        ),
      ),
    )
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault()
    if (this.#busy) return
    this.#busy = true
    this.#send.setAttribute('aria-busy', 'true')
    /** @type {FormValues} */
    const values = { ...this.form.hidden }
    for (const [name, { value }] of this.#asked) {
      const given = value()
      if (given !== undefined) values[name] = given
    }
    try {
      const refused = await this.#options.submit(this.form.command, values, this.#files.take())
      if (refused) this.#refused(refused)
      else {
        this.#taken = true
        this.element.close()
        this.element.remove()
        this.#options.taken()
      }
    } catch (error) {
      this.form = { ...this.form, errors: { '': error instanceof Error ? error.message : String(error) } }
      this.#showMistakes()
    } finally {
      this.#busy = false
      this.#send.removeAttribute('aria-busy')
    }
  }

  /** The same form keeps its elements, so nothing typed is lost, not even what is never sent back. @param {Form} refused */
  #refused(refused) {
    const names = (/** @type {Form} */ form) => form.fields.map(({ name, kind }) => `${name} ${kind}`).join()
    const same = refused.command === this.form.command && names(refused) === names(this.form)
    this.form = refused
    if (!same) this.#draw()
    this.#showMistakes()
  }

  #showMistakes() {
    const errors = this.form.errors ?? {}
    for (const [name, { mistake, control }] of this.#asked) {
      const sentence = errors[name]
      mistake.replaceChildren(...(sentence ? [icon('alert'), sentence] : []))
      mistake.hidden = !sentence
      if (sentence) control.setAttribute('aria-invalid', 'true')
      else control.removeAttribute('aria-invalid')
    }
    const beside = [...this.#asked].filter(([name]) => errors[name])
    const loose = Object.entries(errors).filter(([name]) => !this.#asked.has(name))
    const count = beside.length
    this.#summary.hidden = count + loose.length === 0
    this.#summary.replaceChildren(
      ...loose.map(([, sentence]) => el('p', {}, sentence)),
      ...(count > 0
        ? [el('p', {}, count === 1 ? 'One thing to put right:' : `${count} things to put right:`)]
        : []),
      ...(count > 0 ? [el('ul', {}, ...beside.map(([name]) => el('li', {}, errors[name] ?? '')))] : []),
    )
    const first = beside[0]?.[1].control
    if (first && loose.length === 0) first.focus()
    else if (!this.#summary.hidden) this.#summary.focus()
  }

  /** @param {Field} field @returns {Asked} */
  #field(field) {
    const ids = { control: freshId(), hint: freshId(), mistake: freshId() }
    const mistake = el('p', { class: 'mistake', id: ids.mistake, hidden: true })
    const hint = field.hint ? el('p', { class: 'field-hint', id: ids.hint }, field.hint) : null
    const described = [field.hint ? ids.hint : '', ids.mistake].filter(Boolean).join(' ')
    const label = [field.label, field.required ? null : el('span', { class: 'optional' }, 'optional')]
    const common = {
      id: ids.control,
      name: field.name,
      'aria-describedby': described,
      'aria-required': field.required ? 'true' : null,
    }
    /** @param {HTMLElement} control @param {Asked['value']} value @param {...(Node | null)} more @returns {Asked} */
    const labelled = (control, value, ...more) => ({
      row: el(
        'div',
        { class: 'field' },
        el('label', { for: ids.control }, ...label),
        hint,
        control,
        ...more,
        mistake,
      ),
      control,
      mistake,
      value,
    })

    switch (field.kind) {
      case 'text': {
        if (!field.multiline) {
          const input = el('input', {
            ...common,
            type: 'text',
            value: field.value,
            placeholder: field.placeholder,
            autocomplete: 'off',
          })
          return labelled(input, () => input.value)
        }
        const area = el('textarea', { ...common, rows: 5, placeholder: field.placeholder }, field.value)
        return labelled(area, () => area.value)
      }
      case 'secret': {
        const input = el('input', {
          ...common,
          type: 'password',
          autocomplete: 'off',
          'data-1p-ignore': true,
        })
        return labelled(input, () => input.value)
      }
      case 'when': {
        const input = el('input', {
          ...common,
          type: 'text',
          value: field.value,
          placeholder: field.placeholder,
          autocomplete: 'off',
        })
        const reading = this.#reading(field, input)
        return labelled(input, () => input.value, reading)
      }
      case 'choice': {
        const select = el(
          'select',
          common,
          field.required && field.value !== undefined
            ? null
            : el('option', { value: '' }, field.required ? 'Choose…' : 'None'),
          ...field.options.map(({ label: words, value, hint: aside }) =>
            el('option', { value, selected: value === field.value }, aside ? `${words} (${aside})` : words),
          ),
        )
        return labelled(select, () => select.value)
      }
      case 'choices': {
        const boxes = field.options.map(({ label: words, value, hint: aside }) => {
          const box = el('input', {
            type: 'checkbox',
            name: field.name,
            value,
            checked: field.values?.includes(value),
            'aria-describedby': ids.mistake,
          })
          return {
            box,
            row: el(
              'label',
              { class: 'tick' },
              box,
              el('span', {}, words, aside ? el('small', {}, aside) : null),
            ),
          }
        })
        const group = el(
          'fieldset',
          { class: 'field', 'aria-describedby': described },
          el('legend', {}, ...label),
          hint,
          ...boxes.map(({ row }) => row),
          boxes.length === 0 ? el('p', { class: 'field-hint' }, 'There is nothing to choose yet.') : null,
          mistake,
        )
        return {
          row: group,
          control: boxes[0]?.box ?? group,
          mistake,
          value: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
        }
      }
      case 'flag': {
        const box = el('input', {
          ...common,
          type: 'checkbox',
          role: 'switch',
          checked: field.value,
          'aria-required': null,
        })
        return {
          row: el(
            'div',
            { class: 'field' },
            el('label', { class: 'tick switch' }, box, el('span', {}, field.label)),
            hint,
            mistake,
          ),
          control: box,
          mistake,
          value: () => box.checked,
        }
      }
      case 'files': {
        const button = this.#files.button({ 'aria-describedby': described })
        const row = el(
          'div',
          { class: 'field', role: 'group', 'aria-labelledby': ids.control },
          el('span', { class: 'label', id: ids.control }, ...label),
          hint,
          this.#files.list,
          el('div', { class: 'drop-here' }, button, 'Choose, paste or drop files'),
          mistake,
        )
        return { row, control: button.querySelector('button') ?? row, mistake, value: () => undefined }
      }
      default:
        throw new TypeError(`No such field: ${JSON.stringify(/** @type {never} */ (field))}`)
    }
  }

  /** How a time reads, under its field, while it is typed. @param {Field} field @param {HTMLInputElement} input */
  #reading(field, input) {
    const line = el('div', { class: 'reading', 'aria-live': 'polite' })
    let asked = new AbortController()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    const ask = () => {
      line.classList.add('unread')
      line.replaceChildren('As you would say it: friday 9am, in 20 minutes, every monday at 10')
    }
    ask()
    const read = async () => {
      const partial = input.value.trim()
      asked = new AbortController()
      const { signal } = asked
      if (!partial) return ask()
      try {
        const found = await this.#options.suggest(this.form.command, field.name, partial, signal)
        if (signal.aborted) return
        line.replaceChildren(
          ...(found.length > 0 ? readings(found, input) : ['Not a time that Crier can read yet.']),
        )
        line.classList.toggle('unread', found.length === 0)
      } catch (error) {
        if (!(error instanceof NotSent)) throw error
        if (!signal.aborted) line.replaceChildren()
      }
    }
    input.addEventListener('input', () => {
      asked.abort()
      clearTimeout(timer)
      timer = setTimeout(read, 120)
    })
    if (field.kind === 'when' && field.value) void read()
    return line
  }
}

/** @param {readonly Suggestion[]} found @param {HTMLInputElement} input @returns {Node[]} */
function readings(found, input) {
  const [only] = found
  if (found.length === 1 && only) return [icon('clock'), el('span', {}, only.label)]
  return found.slice(0, 6).map(({ label, insert }) => {
    const pick = el('button', { type: 'button', class: 'chip' }, label)
    pick.addEventListener('click', () => {
      input.value = insert
      input.dispatchEvent(new Event('input'))
      input.focus()
    })
    return pick
  })
}

/** Asks before something that can't be undone. @param {string} question @param {string} label @returns {Promise<boolean>} */
export function confirmed(question, label) {
  const { promise, resolve } = Promise.withResolvers()
  const id = freshId()
  const dialog = el(
    'dialog',
    { class: 'dialog small', role: 'alertdialog', 'aria-labelledby': id },
    el(
      'form',
      { class: 'sheet', method: 'dialog' },
      el('div', { class: 'sheet-body' }, el('p', { id, class: 'question' }, question)),
      el(
        'footer',
        { class: 'sheet-foot' },
        el('button', { class: 'button', value: '', autofocus: true }, 'Cancel'),
        el('button', { class: 'button danger solid', value: 'yes' }, label),
      ),
    ),
  )
  dialog.addEventListener('close', () => {
    resolve(dialog.returnValue === 'yes')
    dialog.remove()
  })
  document.body.append(dialog)
  dialog.showModal()
  return promise
}
