import type { Option } from '../message/form.ts'
import type { PostState } from '../posts/post.ts'

/** An argument, as surfaces need it. */
export interface Arg {
  name: string
  /** What kind of value it is: decides Discord's option type, the form's field and the completion. */
  kind:
    | 'post'
    | 'delivery'
    | 'when'
    | 'accounts'
    | 'text'
    | 'words'
    | 'choice'
    | 'flag'
    | 'member'
    | 'channel'
    | 'secret'
    | 'number'
  /** What it is, at most 45 characters (a form's label). */
  label: string
  hint?: string
  required: boolean
  choices?: readonly Option[]
  /** Of a post: those that the command can do something with, and so the ones to choose from. */
  states?: readonly PostState[]
}
