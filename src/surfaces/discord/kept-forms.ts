import { shortCode } from '../../kit/ids.ts'
import type { Form } from '../../message/form.ts'
import { BoundedMap } from './bounded-map.ts'
import type { DiscordFile } from './files.ts'
import { type OpenForm, openForm } from './modal.ts'

/** Each may hold a text of 63,000 characters. */
const OPEN_AT_ONCE = 200

/** Forms that people have in front of them, or may open again. Gone with the process; what was typed was shown then. */
export interface KeptForms {
  open(person: string, form: Form, options?: { files?: readonly DiscordFile[]; again?: boolean }): OpenForm
  get(id: string): OpenForm | undefined
  keep(form: OpenForm): void
  forget(id: string): void
}

export function createKeptForms(): KeptForms {
  const forms = new BoundedMap<string, OpenForm>(OPEN_AT_ONCE)
  return {
    open(person, form, options) {
      const open = openForm(shortCode(8), person, form, options)
      forms.set(open.id, open)
      return open
    },
    get: (id) => forms.get(id),
    keep: (form) => forms.set(form.id, form),
    forget: (id) => forms.delete(id),
  }
}
