import type { Span } from './message.ts'

/**
 * Something to fill in. Submitting it runs `command` with the fields' values (and the hidden ones) as its arguments,
 * through the same dispatch as a typed line. A refused form comes back as itself, with `errors` and everything typed.
 */
export interface Form {
  type: 'form'
  title: string
  command: string
  /** Arguments that are not asked for: the post's number, the revision that was seen. */
  hidden: Record<string, string>
  fields: Field[]
  /** The button's label. */
  submit: string
  intro?: Span[]
  /** One sentence per field name; '' is for the form as a whole. */
  errors?: Record<string, string>
}

interface FieldBase {
  name: string
  label: string
  hint?: string
  required: boolean
}

export type Field =
  | (FieldBase & { kind: 'text'; value?: string; multiline?: boolean; placeholder?: string })
  /** Never shown, never kept in a refused form. */
  | (FieldBase & { kind: 'secret' })
  | (FieldBase & { kind: 'choice'; options: Option[]; value?: string })
  | (FieldBase & { kind: 'choices'; options: Option[]; values?: string[] })
  /** A time as people say it; surfaces that can, show the reading while it is typed. */
  | (FieldBase & { kind: 'when'; value?: string; placeholder?: string })
  | (FieldBase & { kind: 'flag'; value?: boolean })
  /** `describedIn`: the field that asks what is on them; a surface that would ask for each file leaves that out. */
  | (FieldBase & { kind: 'files'; describedIn?: string })

export interface Option {
  label: string
  value: string
  hint?: string
}

/** What a submitted form holds: text, several choices, or a tick. */
export type FormValues = Record<string, string | string[] | boolean>
