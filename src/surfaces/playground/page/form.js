/** @import { Form, FormValues } from '../../../message/form.ts' */
/** @import { Suggestion } from '../../../app/surface.ts' */
/** @import { Asked } from './fields.js' */
/** @import { Attached } from './server.js' */
import { el, freshId, icon, tool } from './dom.js'
import { spans } from './draw.js'
import { drawField } from './fields.js'
import { Files } from './files.js'

/**
 * @typedef {object} FormOptions
 * @property {(command: string, values: FormValues, files: Attached[]) => Promise<Form | undefined>} submit the form again,
 *   with its mistakes, or undefined where it was taken
 * @property {(command: string, arg: string, partial: string, signal: AbortSignal) => Promise<Suggestion[]>} suggest
 * @property {(dialog: FormDialog) => void} left closed, but not sent
 * @property {() => void} taken
 */

/** A form as a dialog. It stays as it is until it is taken: mistakes appear beside what was typed, closing keeps it. */
export class FormDialog {
  element = el('dialog', { class: 'dialog' })
  /** @type {Form} */
  form
  #options
  #files
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
    this.#files = new Files(!form.fields.some((field) => field.kind === 'files' && field.describedIn))
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
      const asked = drawField(field, {
        files: this.#files,
        suggest: (partial, signal) => this.#options.suggest(form.command, field.name, partial, signal),
      })
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
