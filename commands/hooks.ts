import { z } from 'zod'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import {
  addHook,
  HOOK_LOG,
  HOOKS_ROLE,
  hookNumbered,
  open,
  openIncoming,
  readEvents,
  readPlatforms,
  removeHook,
  replayCall,
  resumeHook,
  testHook,
  wordsOf,
} from '../src/app/hooks.ts'
import { UserError } from '../src/kit/user-error.ts'
import type { Form } from '../src/message/form.ts'
import type { Message } from '../src/message/message.ts'
import { HOOK_EVENTS } from '../src/outbox/hook.ts'
import {
  hookAddedView,
  hookCalledView,
  hookChangedView,
  hookLogView,
  hooksView,
  incomingView,
} from '../src/views/hooks.ts'

const ACTIONS = ['add', 'log', 'replay', 'test', 'remove', 'resume', 'incoming'] as const

const words = z.union([z.string(), z.array(z.string())]).optional()
const Said = z.object({
  action: z.enum(ACTIONS, { error: `it is ${ACTIONS.join(', ')}` }).optional(),
  what: z.string().optional(),
  page: z.coerce.number().int().min(1).max(HOOK_LOG).optional(),
  events: words,
  platforms: words,
  /** Set by the form: mistakes go back into it. */
  form: z.string().optional(),
})
type Said = z.infer<typeof Said>

export default defineCommand({
  name: 'hooks',
  summary: 'Tell other programs what happens here, and let them report back',
  usage: '<action> [<what>] [<page>] [for <events>] [on <platforms>]',
  examples: [
    'hooks',
    'hooks add',
    'hooks add https://hooks.invalid/catch/1 for published, failed on rehearsal',
    'hooks log 1',
    'hooks replay k3m9qt',
    'hooks test 1',
    'hooks remove 1',
    'hooks resume 1',
    'hooks incoming',
  ],
  who: HOOKS_ROLE,
  args: Said,
  fields: [
    {
      name: 'action',
      kind: 'choice',
      label: 'What to do',
      required: false,
      choices: ACTIONS.map((action) => ({ label: action, value: action })),
    },
    { name: 'what', kind: 'words', label: 'Address, number or code', required: false },
    { name: 'page', kind: 'number', label: 'Page of the log', required: false },
    {
      name: 'events',
      kind: 'text',
      label: 'Events it is told',
      hint: 'such as published, failed; all where left out',
      required: false,
    },
    {
      name: 'platforms',
      kind: 'text',
      label: 'Only of these platforms',
      hint: 'such as linkedin; all where left out',
      required: false,
    },
  ],

  async run(said, context) {
    const { action, what = '' } = said
    switch (action) {
      case undefined:
        return list(context)
      case 'add':
        return add(said, context)
      case 'log':
        return log(context, numberOf(what), said.page ?? 1)
      case 'replay': {
        const { hook, call, end } = await replayCall(context, what)
        return hookCalledView(hook, `${call.event} ${call.subject}`, end)
      }
      case 'test': {
        const { hook, end } = await testHook(context, numberOf(what))
        return hookCalledView(hook, 'the trial call', end)
      }
      case 'remove':
        return hookChangedView(await removeHook(context, numberOf(what)), 'is told nothing any more')
      case 'resume':
        return hookChangedView(await resumeHook(context, numberOf(what)), 'is told again what happens')
      case 'incoming':
        return incomingView(await openIncoming(context))
      default:
        return action satisfies never
    }
  },
})

async function list({ stores, bench, zone }: CommandContext): Promise<Message> {
  return hooksView(open(await stores.hooks.list()), bench.platforms, zone)
}

async function add(said: Said, context: CommandContext): Promise<Message | Form> {
  if (!said.what) return addForm(said, context)
  try {
    const added = await addHook(context, {
      address: said.what,
      events: readEvents(wordsOf(said.events)),
      platforms: readPlatforms(context, wordsOf(said.platforms)),
    })
    return hookAddedView(added.hook, context.bench.platforms, added)
  } catch (error) {
    if (!(error instanceof UserError) || said.form === undefined) throw error
    const field = error.field === 'address' ? 'what' : (error.field ?? '')
    return addForm(said, context, { [field]: [error.message, error.wayOut].filter(Boolean).join('. ') })
  }
}

function addForm(said: Said, { bench }: CommandContext, errors?: Record<string, string>): Form {
  return {
    type: 'form',
    title: 'Add a webhook',
    command: 'hooks',
    hidden: { action: 'add', form: 'yes' },
    fields: [
      {
        kind: 'text',
        name: 'what',
        label: 'Address',
        hint: 'Where it is told; it gets a trial call at once',
        placeholder: 'https://hooks.zapier.com/hooks/catch/…',
        required: true,
        ...(said.what ? { value: said.what } : {}),
      },
      {
        kind: 'choices',
        name: 'events',
        label: 'Events',
        hint: 'All where none is chosen',
        required: false,
        options: Object.entries(HOOK_EVENTS).map(([value, hint]) => ({ value, label: value, hint })),
        values: wordsOf(said.events),
      },
      {
        kind: 'choices',
        name: 'platforms',
        label: 'Only of these platforms',
        hint: 'All where none is chosen',
        required: false,
        options: [...bench.platforms.values()].map(({ name, label }) => ({ value: name, label })),
        values: wordsOf(said.platforms),
      },
    ],
    submit: 'Add',
    ...(errors ? { errors } : {}),
  }
}

async function log({ stores, zone }: CommandContext, number: number, page: number): Promise<Message> {
  // What a removed one was told stays readable.
  const hook = hookNumbered(await stores.hooks.list(), number)
  return hookLogView(hook, await stores.hooks.log(hook.id, HOOK_LOG), page, zone)
}

function numberOf(said: string): number {
  if (/^\d{1,9}$/.test(said)) return Number(said)
  throw new UserError('Say which webhook by its number', {
    wayOut: '`hooks` lists them.',
    field: 'what',
    offers: [{ label: 'Webhooks', line: 'hooks' }],
  })
}
