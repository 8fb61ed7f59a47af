import type { CommandFacts, FrontDesk, Said, Speaker, Surface } from '../../src/app/surface.ts'
import type { Clock } from '../../src/kit/clock.ts'
import { DAY } from '../../src/kit/clock.ts'
import type { Form, FormValues } from '../../src/message/form.ts'
import {
  bold,
  button,
  buttons,
  code,
  divider,
  facts,
  heading,
  italic,
  link,
  list,
  type Message,
  memberSpan,
  message,
  note,
  quote,
  text,
  time,
} from '../../src/message/message.ts'
import { whenSuggestions } from '../../src/schedule/suggest.ts'

/** A post of the small desk. */
interface Draft {
  number: number
  text: string
  accounts: string[]
  when: string
  author: string
  decided?: string
  files: { name: string; alt?: string; size: number }[]
}

/**
 * A front desk with a handful of commands and a memory of its own: enough to hold a conversation on any surface
 * without the rest of the house. It draws every kind of block and asks every kind of field.
 */
export function smallDesk(
  clock: Clock,
  cards?: () => Pick<Surface, 'send' | 'update'> | undefined,
): FrontDesk {
  const posts: Draft[] = []
  const remote = new Map<number, string>()
  const place = { chat: 'local', channel: 'review' }

  const cardOf = (post: Draft): Message =>
    message(
      heading(post.decided ? `#${post.number} is scheduled` : `#${post.number} waits for approval`),
      quote(post.text, `Bluesky, ${[...post.text].length} of 300`),
      facts({
        When: time(clock.now() + DAY, 'Europe/Berlin'),
        Where: post.accounts.map((account) => bold(`${account} `)),
        By: memberSpan({ id: post.author, name: post.author }),
        Files:
          post.files.length > 0
            ? post.files.map(({ name, alt }) => `${name} (${alt ?? 'no alt text'}) `)
            : undefined,
      }),
      post.decided
        ? text('Approved by ', bold(post.decided), '.')
        : buttons(
            button('Approve', `approve ${post.number} @9f3c`, { style: 'primary' }),
            button('Request changes', `request-changes ${post.number}`),
            button('Reject', `reject ${post.number} @9f3c`, {
              style: 'danger',
              confirm: `Reject #${post.number}? Its author is told.`,
            }),
          ),
    )

  const form = (values: FormValues, errors?: Record<string, string>): Form => ({
    type: 'form',
    title: 'Schedule a post',
    command: 'schedule',
    hidden: { seen: '9f3c' },
    submit: 'Send to review',
    intro: [{ type: 'plain', text: 'It goes to review first.' }],
    fields: [
      {
        kind: 'text',
        name: 'text',
        label: 'Text',
        multiline: true,
        required: true,
        value: asText(values.text),
      },
      {
        kind: 'choices',
        name: 'accounts',
        label: 'Accounts',
        required: true,
        options: [
          { label: '@acme on Bluesky', value: 'bluesky' },
          { label: '@acme on Mastodon', value: 'mastodon', hint: 'mastodon.social' },
        ],
        values: Array.isArray(values.accounts) ? values.accounts : [],
      },
      {
        kind: 'when',
        name: 'when',
        label: 'When',
        required: true,
        placeholder: 'tomorrow 9am',
        value: asText(values.when),
      },
      {
        kind: 'choice',
        name: 'visibility',
        label: 'Visibility',
        required: false,
        options: [
          { label: 'Everybody', value: 'public' },
          { label: 'Followers', value: 'followers' },
        ],
        value: asText(values.visibility) || 'public',
      },
      {
        kind: 'flag',
        name: 'quiet',
        label: 'Tell nobody about it',
        required: false,
        value: values.quiet === true,
      },
      {
        kind: 'secret',
        name: 'code',
        label: 'Code',
        required: false,
        hint: 'Only if your admin gave you one',
      },
      { kind: 'files', name: 'media', label: 'Media', required: false },
    ],
    ...(errors ? { errors } : {}),
  })

  async function schedule(speaker: Speaker, said: Said, values: FormValues) {
    const errors: Record<string, string> = {}
    if (!asText(values.text).trim()) errors.text = 'A post needs a text.'
    if (asText(values.when) !== '' && !/tomorrow|\d/.test(asText(values.when)))
      errors.when = `I can't read "${values.when}" as a time.`
    if (asText(values.when) === '') errors.when = 'Say when, such as tomorrow 9am.'
    if (!Array.isArray(values.accounts) || values.accounts.length === 0)
      errors.accounts = 'Choose at least one account.'
    if (Object.keys(errors).length > 0) return { type: 'form' as const, form: form(values, errors) }
    const files = await Promise.all(
      (said.files ?? []).map(async ({ name, alt, bytes }) => ({
        name,
        size: (await bytes()).length,
        ...(alt ? { alt } : {}),
      })),
    )
    const post: Draft = {
      number: 42 + posts.length,
      text: asText(values.text),
      accounts: values.accounts as string[],
      when: asText(values.when),
      author: speaker.person.name,
      files,
    }
    posts.push(post)
    const id = await cards?.()?.send(place, cardOf(post), { key: `card-${post.number}` })
    if (id) remote.set(post.number, id)
    return toPerson(message(text(`#${post.number} is in review. `, 'Its card is in ', code('#review'), '.')))
  }

  async function approve(speaker: Speaker, line: string) {
    const post = posts.find(({ number }) => number === Number(/\d+/.exec(line)?.[0]))
    if (!post) return toPerson(message(text('There is no such post; ', code('show'), ' lists them.')))
    if (post.author === speaker.person.name)
      return toPerson(message(text('You cannot approve your own post.')))
    if (post.decided) return toPerson(message(text(`#${post.number} is already decided by ${post.decided}.`)))
    post.decided = speaker.person.name
    const id = remote.get(post.number)
    if (id) {
      await cards?.()?.update(place, id, cardOf(post))
      await cards?.()?.send(place, message(text('It goes out tomorrow.')), {
        key: `thread-${post.number}`,
        thread: id,
      })
    }
    return toPerson(message(text(`You approved #${post.number}.`)))
  }

  async function ask(speaker: Speaker, said: Said) {
    if ('command' in said) return schedule(speaker, said, said.values)
    const line = said.line.trim().replace(/^\//, '')
    const [word = '', ...rest] = line.split(/\s+/)
    switch (word) {
      case 'schedule': {
        const written = /^(.+?) to ([\w, ]+): ([\s\S]+)$/.exec(line.slice(word.length).trim())
        const values = written
          ? { when: written[1] ?? '', accounts: (written[2] ?? '').split(/[, ]+/), text: written[3] ?? '' }
          : { text: line.slice(word.length).trim() }
        return written ? schedule(speaker, said, values) : { type: 'form' as const, form: form(values) }
      }
      case 'approve':
        return approve(speaker, line)
      case 'calendar':
        return toPerson(calendar(Number(rest[0] ?? 0)))
      case 'everything':
        return toPerson(everything(clock.now()))
      case 'shout':
        return {
          type: 'message' as const,
          audience: 'channel' as const,
          message: message(text(rest.join(' '))),
        }
      case 'help':
        return toPerson(
          message(
            heading('What you can say'),
            list(commands.map(({ name, summary }) => [code(name), ` ${summary}`])),
          ),
        )
      default:
        return toPerson(message(text('I don’t know ', code(word), '; ', code('help'), ' lists what I do.')))
    }
  }

  return {
    commands,
    ask,
    async suggest(speaker, { arg, partial }) {
      if (arg !== 'when') return []
      const now = Temporal.Instant.fromEpochMilliseconds(clock.now())
      const at = { now, zone: speaker.person.zone ?? 'UTC', locale: speaker.person.locale ?? 'en' }
      return whenSuggestions(partial, at).map(({ label, phrase }) => ({ label, insert: phrase }))
    },
    async complete(_speaker, line) {
      const typed = line.replace(/^\//, '')
      if (typed.includes(' to ')) {
        const [before = ''] = line.split(/ to \S*$/)
        return ['bluesky', 'mastodon'].map((name) => ({
          label: `@acme on ${name}`,
          insert: `${before} to ${name}`,
        }))
      }
      return commands
        .filter(({ name }) => typed !== name && name.startsWith(typed))
        .map(({ name, summary }) => ({
          label: `${name}: ${summary}`,
          insert: `${line.startsWith('/') ? '/' : ''}${name} `,
        }))
    },
    image: async () => undefined,
    identity: async () => undefined,
  }
}

const toPerson = (said: Message) => ({ type: 'message' as const, audience: 'person' as const, message: said })
const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

const calendar = (week: number): Message =>
  message(
    heading(`Week ${48 + week}`),
    list([
      [bold('Mon'), ' 09:00 We ship on Friday'],
      [bold('Tue'), ' nothing yet'],
      [bold('Wed'), ' 12:30 Meet the team'],
    ]),
    buttons(
      button('Back', `calendar ${week - 1}`),
      button('Today', 'calendar 0'),
      button('On', `calendar ${week + 1}`),
    ),
  )

/** Every kind of block and span. */
export const everything = (now: number): Message =>
  message(
    heading('Everything at once'),
    text(
      'Plain, ',
      bold('bold'),
      ', ',
      italic('italic'),
      ', ',
      code('code'),
      ', ',
      link('https://example.com/1', 'a link'),
      ', ',
      memberSpan({ id: 'ada', name: 'Ada' }),
      ', ',
      time(now + 2 * DAY, 'Europe/Berlin'),
      '.',
    ),
    text('<img src=x onerror=alert(1)> ', link('javascript:alert(1)', 'not a link'), ' <!channel> @everyone'),
    quote('Two lines\nof what somebody wrote, with <b>no markup</b>.', 'Mastodon, 48 of 500'),
    facts({ Likes: '1,204', Replies: '38', Reposts: [bold('112'), ' up by a third'] }),
    list(['first', ['second ', italic('thing')]], true),
    list(['one', 'two']),
    {
      type: 'image',
      image: { png: PIXEL, name: 'pixel.png' },
      alt: 'A single dark pixel',
      title: 'The trend',
    },
    divider(),
    note('Read a minute ago. ', code('digest'), ' shows more.'),
    {
      type: 'select',
      placeholder: 'Another time',
      options: [
        { label: 'Tomorrow 09:00', line: 'calendar 1' },
        { label: 'Friday 17:30', line: 'calendar 2' },
      ],
    },
    buttons(button('Do it', 'help', { style: 'primary' }), button('Leave it', 'help')),
  )

const PIXEL = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)

const commands: CommandFacts[] = [
  {
    name: 'schedule',
    summary: 'Write a post and say when it goes out',
    usage: '<when> [to <accounts>]: <text>',
    examples: ['schedule tomorrow 9am to bluesky: We ship on Friday'],
    who: 'author',
    args: [
      { name: 'when', kind: 'when', label: 'When', required: true },
      { name: 'accounts', kind: 'accounts', label: 'Accounts', required: false },
      { name: 'text', kind: 'text', label: 'Text', required: true },
      { name: 'quiet', kind: 'flag', label: 'Tell nobody', required: false },
    ],
  },
  {
    name: 'approve',
    summary: 'Let a post go out at its time',
    usage: '<post>',
    examples: ['approve 42'],
    who: 'approver',
    args: [{ name: 'post', kind: 'post', label: 'Post', required: true }],
  },
  {
    name: 'calendar',
    summary: 'The week, day by day',
    usage: '[week]',
    examples: ['calendar', 'calendar 1'],
    who: 'viewer',
    args: [],
  },
  {
    name: 'everything',
    summary: 'Every kind of block',
    usage: '',
    examples: ['everything'],
    who: 'viewer',
    args: [],
  },
  {
    name: 'shout',
    summary: 'Say something to the channel',
    usage: '<text>',
    examples: ['shout hello'],
    who: 'viewer',
    args: [],
  },
  { name: 'help', summary: 'What you can say', usage: '', examples: ['help'], who: 'viewer', args: [] },
]
