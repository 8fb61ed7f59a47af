/** @import { FormDialog } from './form.js' */
import { byId, el, icon, tool } from './dom.js'

/** Forms that were closed and not sent, by the member who began them: they wait above the field. */
export class KeptForms {
  /** @type {Map<string, FormDialog>} */
  #kept = new Map()
  #me = ''
  #reopen

  /** @param {(dialog: FormDialog) => void} reopen */
  constructor(reopen) {
    this.#reopen = reopen
  }

  /** @param {string} who @param {FormDialog | undefined} dialog undefined forgets it */
  keep(who, dialog) {
    const before = this.#kept.get(who)
    if (before && before !== dialog) before.element.remove()
    if (dialog) this.#kept.set(who, dialog)
    else this.#kept.delete(who)
    this.show(this.#me)
  }

  /** @param {string} me */
  show(me) {
    this.#me = me
    byId('compose').querySelector('.kept')?.remove()
    const dialog = this.#kept.get(me)
    if (!dialog) return
    const goOn = el('button', { type: 'button', class: 'button' }, 'Go on')
    const bar = el(
      'div',
      { class: 'kept', role: 'status' },
      icon('file'),
      el('span', {}, `“${dialog.form.title}” is kept as you left it.`),
      goOn,
      tool('close', 'Forget it', () => this.keep(me, undefined)),
    )
    goOn.addEventListener('click', () => {
      bar.remove()
      this.#reopen(dialog)
    })
    byId('compose').prepend(bar)
  }
}
