import { z } from 'zod'
import { postNumber, revision } from '../src/app/args.ts'
import { defineCommand } from '../src/app/command.ts'
import { postFor, seenArg } from '../src/app/post-form.ts'
import { decide, mustBeDecidable } from '../src/app/review-posts.ts'
import type { Form, FormValues } from '../src/message/form.ts'
import { postNews } from '../src/views/post-card.ts'

export default defineCommand({
  name: 'request-changes',
  summary: 'Send a post back to its author, saying what should change',
  usage: '<post> [@<seen>]: <comment>',
  examples: ['request-changes 42: Please name the date'],
  who: 'viewer',
  args: z.object({
    post: postNumber,
    seen: revision.optional(),
    comment: z.string().trim().min(1).max(2000).optional(),
  }),
  fields: [
    postFor('in_review'),
    seenArg,
    { name: 'comment', kind: 'text', label: 'What should change?', required: true },
  ],

  form: (values) => commentForm(values),

  async run({ post: number, seen, comment }, context) {
    if (comment === undefined) {
      await mustBeDecidable(context, number, { kind: 'request-changes', seen })
      return commentForm({ post: String(number), ...(seen ? { seen } : {}) })
    }
    const { post } = await decide(context, number, { kind: 'request-changes', seen, comment })
    return postNews(post, 'went back to its author, with your words')
  },
})

function commentForm(values: FormValues): Form {
  const hidden = Object.fromEntries(
    ['post', 'seen'].flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]]] : [])),
  )
  return {
    type: 'form',
    title: `Changes to #${hidden.post ?? ''}`,
    command: 'request-changes',
    hidden,
    fields: [
      { kind: 'text', name: 'comment', label: 'What should change?', required: true, multiline: true },
    ],
    submit: 'Send back',
  }
}
