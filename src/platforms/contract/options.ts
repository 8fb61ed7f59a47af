import type { Field } from '../../message/form.ts'

/** Is a flag among a post's options set? Options are strings, so a tick arrives as `true`. */
export const ticked = (said: string | undefined): boolean =>
  said === 'true' || said === 'yes' || said === 'on'

/** The parts of a list as people type it: `@acme, @kettles`. */
export const listed = (said: string | undefined): string[] =>
  (said ?? '')
    .split(/[\s,]+/)
    .map((one) => one.replace(/^@/, ''))
    .filter((one) => one !== '')

/** Asked by platforms that take pictures of some shapes only; read before anything is sent. */
export const FIT_OPTION: Field = {
  kind: 'choice',
  name: 'fit',
  label: 'Pictures of another shape',
  hint: 'What becomes of a picture that is wider or taller than it takes',
  required: false,
  options: [
    { label: 'Get white edges', value: 'pad' },
    { label: 'Are cropped', value: 'crop' },
  ],
}
