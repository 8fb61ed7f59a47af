import type { Field, FormValues } from '../message/form.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import type { Post } from '../posts/post.ts'

/** A platform's own fields, with what the post has chosen already. A choice without a default stays without one. */
export function optionFields(platform: Platform, post: Post, typed: FormValues = {}): Field[] {
  const chosen = post.content.options[platform.name] ?? {}
  return (platform.options ?? []).map((field): Field => {
    const kept = typed[field.name] ?? chosen[field.name]
    if (kept === undefined) return field
    switch (field.kind) {
      case 'text':
      case 'when':
      case 'choice':
        return { ...field, value: String(kept) }
      case 'choices':
        return { ...field, values: Array.isArray(kept) ? kept : String(kept).split(',') }
      case 'flag':
        return { ...field, value: kept === true || kept === 'true' }
      case 'secret':
      case 'files':
        return field
      default:
        return field satisfies never
    }
  })
}
