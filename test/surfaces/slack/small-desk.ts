import type { Arg } from '../../../src/app/arg.ts'
import type { Answer, CommandFacts, FrontDesk, Said, Speaker } from '../../../src/app/surface.ts'
import type { Field, Form, FormValues } from '../../../src/message/form.ts'
import * as say from '../../../src/message/message.ts'

/** A front desk of a few commands: real lines, forms and messages, with notes for the post. */
export function createSmallDesk() {
  const heard: { speaker: Speaker; said: Said }[] = []
  const drafts: {
    text: string
    files: { name: string; size: number; alt?: string }[]
    values: FormValues
  }[] = []

  async function ask(speaker: Speaker, said: Said): Promise<Answer> {
    heard.push({ speaker, said })
    const [name = '', ...rest] = 'line' in said ? said.line.split(' ') : [said.command]
    const words = rest.join(' ')
    const values: FormValues = 'values' in said ? said.values : words ? { text: words } : {}
    switch (name.toLowerCase()) {
      case 'draft':
        return 'values' in said || values.text ? draft(values, said) : { type: 'form', form: draftForm() }
      case 'show':
        return person(
          say.message(
            say.heading(`#${words}`),
            say.quote(drafts[Number(words) - 1]?.text ?? 'nothing'),
            say.buttons(say.button('Approve', `approve ${words}`)),
          ),
        )
      case 'approve':
        return {
          type: 'message',
          audience: 'channel',
          message: say.message(
            say.text(`#${words} is approved by `, say.memberSpan({ id: 'm', name: speaker.person.name })),
          ),
        }
      case 'edit':
        return {
          type: 'form',
          form: {
            ...draftForm(drafts[Number(words) - 1]?.text),
            title: 'Edit the draft',
            hidden: { post: words },
          },
        }
      case 'page':
        return person(
          say.message(
            say.text(`Page ${words}`),
            say.buttons(say.button('On', `page ${Number(words) + 1}`), say.button('Help', 'help')),
          ),
        )
      case 'slow': {
        await new Promise((resolve) => setTimeout(resolve, Number(rest[0] ?? values.ms)))
        return rest[1] === 'form' || values.again
          ? { type: 'form', form: slowForm(values) }
          : person(say.message(say.text('That took a while.')))
      }
      case 'slowly':
        return { type: 'form', form: slowForm({}) }
      case 'picture':
        return person(
          say.message(say.text('Look:'), {
            type: 'image',
            image: { png: PNG, name: 'week.png' },
            alt: 'The week in colours',
          }),
        )
      case 'whoami': {
        const { name: called, zone, locale, admin } = speaker.person
        return person(
          say.message(say.text(`${called} of ${speaker.chat.name}, ${zone}, ${locale}, ${admin}`)),
        )
      }
      case 'roles':
        return person(say.message(say.text(`Role of ${words}`)))
      case 'settings':
        return person(say.message(say.text(`Set ${words}`)))
      case 'help':
        return person(say.message(say.heading('What I can do'), say.text('draft, show, page')))
      default:
        return person(say.message(say.text(`I do not know "${name}".`)))
    }
  }

  async function draft(values: FormValues, said: Said): Promise<Answer> {
    const text = String(values.text ?? '')
    const errors: Record<string, string> = {}
    if (text.trim() === '') errors.text = 'A post needs words.'
    if (/forbidden/.test(text)) errors.text = 'That word is forbidden.'
    if (values.when === 'never') errors.when = '"never" is no time.'
    if (/closed/.test(text)) errors[''] = 'The desk is closed.'
    if (Object.keys(errors).length > 0) {
      const form = draftForm(text, String(values.when ?? ''))
      return {
        type: 'form',
        form: {
          ...form,
          errors,
          ...('values' in said && values.post ? { hidden: { post: String(values.post) } } : {}),
        },
      }
    }
    const files = await Promise.all(
      (said.files ?? []).map(async (file) => ({
        name: file.name,
        size: (await file.bytes()).byteLength,
        ...(file.alt ? { alt: file.alt } : {}),
      })),
    )
    drafts.push({ text, files, values })
    const number = drafts.length
    return person(
      say.message(
        say.text(`Draft #${number} is kept.`),
        say.quote(text),
        say.buttons(
          say.button('Show', `show ${number}`),
          say.button('Edit', `edit ${number}`),
          say.button('Approve', `approve ${number}`, { style: 'primary', confirm: 'Really?' }),
        ),
      ),
    )
  }

  const desk: FrontDesk = {
    commands: ['draft', 'schedule', 'calendar', 'queue', 'roles', 'page', 'settings'].map(facts),
    ask,
    suggest: async (_, { partial }) =>
      partial === 'tomorrow' ? [{ label: 'Sat 28 Nov, 09:00', insert: partial }] : [],
    complete: async () => [],
    image: async (_, mediaId) => (mediaId === 'm1' ? { bytes: PNG, type: 'image/png' } : undefined),
    identity: async (_, __, memberId) => ({ ada: 'U01AUTHOR', ben: 'U02APPROVER' })[memberId],
  }
  return { desk, heard, drafts }
}

const person = (message: say.Message): Answer => ({ type: 'message', message, audience: 'person' })

const ARGS: Record<string, Arg> = {
  roles: { name: 'member', kind: 'member', label: 'Member', required: true },
  settings: { name: 'value', kind: 'text', label: 'Value', required: false },
}

const facts = (name: string): CommandFacts => ({
  name,
  summary: `What ${name} does`,
  usage: '<what>',
  examples: [name],
  who: 'author',
  args: [ARGS[name] ?? { name: 'text', kind: 'text', label: 'Text', required: false }],
})

function draftForm(text = '', when = ''): Form {
  const fields: Field[] = [
    { kind: 'text', name: 'text', label: 'Text', required: true, multiline: true, value: text },
    { kind: 'when', name: 'when', label: 'When', required: false, value: when, placeholder: 'tomorrow 9am' },
    {
      kind: 'choices',
      name: 'accounts',
      label: 'Accounts',
      required: false,
      options: [
        { label: 'Acme on X', value: 'a1' },
        { label: 'Acme on Bluesky', value: 'a2' },
      ],
      values: ['a1'],
    },
    { kind: 'flag', name: 'urgent', label: 'Urgent', required: false },
    { kind: 'files', name: 'media', label: 'Pictures', required: false },
  ]
  return { type: 'form', title: 'Draft', command: 'draft', hidden: {}, fields, submit: 'Save' }
}

const slowForm = (values: FormValues): Form => ({
  type: 'form',
  title: 'A slow form',
  command: 'slow',
  hidden: { ms: String(values.ms ?? 2800) },
  fields: [
    { kind: 'text', name: 'note', label: 'Note', required: false, value: String(values.note ?? '') },
    { kind: 'flag', name: 'again', label: 'Refuse me', required: false },
  ],
  submit: 'Go',
  ...(values.again ? { errors: { note: 'Refused after a while.' } } : {}),
})

/** One black pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
)
