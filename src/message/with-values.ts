import type { Field, Form, FormValues } from './form.ts'

/** The form with what somebody gave in its fields again, however it was given (`yes`, `a, b`). Secrets are typed anew. */
export const withValues = (form: Form, values: FormValues): Form => ({
  ...form,
  fields: form.fields.map((field) => withValue(field, values[field.name])),
})

function withValue(field: Field, value: string | string[] | boolean | undefined): Field {
  if (value === undefined) return field
  switch (field.kind) {
    case 'text':
    case 'when':
    case 'choice':
      return typeof value === 'string' ? { ...field, value } : field
    case 'choices':
      return { ...field, values: Array.isArray(value) ? value : String(value).split(/\s*,\s*/) }
    case 'flag':
      return { ...field, value: value === true || value === 'on' || value === 'yes' }
    case 'secret':
    case 'files':
      return field
    default:
      return field satisfies never
  }
}
