import type { APIAttachment } from 'discord.js'
import { shortCode } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import type { Form } from '../../message/form.ts'
import { BoundedMap } from './bounded-map.ts'
import { type DiscordFile, incomingFile } from './files.ts'
import { type OpenForm, openForm } from './modal.ts'

/** Each may hold a text of 63,000 characters. */
const OPEN_AT_ONCE = 200

/** Where forms are kept besides this process's memory: shared by all processes, and there after a restart. */
export interface FormKeeper {
  put(id: string, text: string): Promise<void>
  get(id: string): Promise<string | undefined>
  remove(id: string): Promise<void>
}

/** Forms that people have in front of them, or may open again. None of it throws: what is not kept is shown where it is missed. */
export interface KeptForms {
  open(
    person: string,
    form: Form,
    options?: { files?: readonly DiscordFile[]; again?: boolean },
  ): Promise<OpenForm>
  get(id: string): Promise<OpenForm | undefined>
  keep(form: OpenForm): Promise<void>
  forget(id: string): Promise<void>
}

/** @param keeper without it, forms are gone with the process */
export function createKeptForms({ keeper, log }: { keeper?: FormKeeper | undefined; log: Log }): KeptForms {
  const forms = new BoundedMap<string, OpenForm>(OPEN_AT_ONCE)

  async function tried<Value>(asking: Promise<Value> | undefined): Promise<Value | undefined> {
    try {
      return await asking
    } catch (error) {
      log.warn({ err: error }, 'Forms could not be kept for a restart and for other processes')
      return undefined
    }
  }

  async function keep(form: OpenForm): Promise<void> {
    forms.set(form.id, form)
    await tried(keeper?.put(form.id, written(form)))
  }

  return {
    async open(person, form, options) {
      const open = openForm(shortCode(8), person, form, options)
      await keep(open)
      return open
    },
    // Another process may have taken it a step further: what this one remembers is for when nobody can be asked.
    async get(id) {
      const kept = await tried(keeper?.get(id))
      return kept === undefined ? forms.get(id) : read(kept)
    },
    keep,
    async forget(id) {
      forms.delete(id)
      await tried(keeper?.remove(id))
    },
  }
}

type Written = Omit<OpenForm, 'files'> & { files: APIAttachment[] }

const written = ({ files, ...rest }: OpenForm): string =>
  JSON.stringify({ ...rest, files: files.map(({ attachment }) => attachment) } satisfies Written)

function read(text: string): OpenForm {
  // We wrote it ourselves, and it was sealed since.
  const { files, ...rest } = JSON.parse(text) as Written
  return { ...rest, files: files.map(incomingFile) }
}
