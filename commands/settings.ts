import { z } from 'zod'
import { mustAct } from '../src/app/actor.ts'
import { flag, revision } from '../src/app/args.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { record } from '../src/app/record.ts'
import { numbersOf, releaseApproved, sayReleased, sightOf } from '../src/app/release-posts.ts'
import type { WorkspaceStores } from '../src/app/stores.ts'
import { Question, quoted, UserError } from '../src/kit/user-error.ts'
import {
  type Block,
  bold,
  facts,
  heading,
  type Message,
  message,
  note,
  prose,
  text,
} from '../src/message/message.ts'
import type { Post } from '../src/posts/post.ts'
import { zoneFromWords } from '../src/schedule/zones.ts'
import { counted } from '../src/views/words.ts'
import { type ChannelUse, defaultSettings, mayAct, type Settings } from '../src/workspaces/workspace.ts'

const onOff = (on: boolean): string => (on ? 'on' : 'off')

/** What it is now, or with what else came of that, for the answer. */
type Changed = string | { said: string; more: Message }

interface Setting {
  label: string
  /** `viewer` marks the member's own; everything else is the team's. */
  who: 'viewer' | 'admin'
  /** What it is until somebody sets it, in words. */
  first: string
  /**
   * @param seen the posts that somebody saw would follow (`sightOf`), and agreed to
   * @throws UserError where the value can't be read; Question where somebody should first see what follows
   */
  set(value: string, context: CommandContext, seen?: string): Promise<Changed>
}

/** What can be set, in the order in which it is listed. */
export const SETTABLE: Readonly<Record<string, Setting>> = {
  zone: {
    label: 'Your time zone, such as Berlin',
    who: 'viewer',
    first: "that of your chat, else the team's",
    set: setMyZone,
  },
  'team-zone': {
    label: "The team's time zone",
    who: 'admin',
    first: 'that of the machine; UTC for each further team',
    set: (value, context) => change(context, { zone: readZone(value) }),
  },
  language: {
    label: 'Your language for times, such as de',
    who: 'viewer',
    first: 'that of your chat, else English',
    set: setMyLanguage,
  },
  'default-time': {
    label: 'The time of a day without one, such as 09:00',
    who: 'admin',
    first: defaultSettings.defaultTime,
    set: (value, context) => change(context, { defaultTime: readTime(value) }),
  },
  approvals: {
    label: 'How many must approve; 0 for no review',
    who: 'admin',
    first: String(defaultSettings.approvals),
    set: (value, context, seen) => setApprovals(context, readCount(value, 0, 10), seen),
  },
  'self-approval': {
    label: 'May authors approve their own',
    who: 'admin',
    first: onOff(defaultSettings.selfApproval),
    set: (value, context) => change(context, { selfApproval: readFlag(value) }),
  },
  'late-minutes': {
    label: 'Later than this is asked about',
    who: 'admin',
    first: String(defaultSettings.lateMinutes),
    set: (value, context) => change(context, { lateMinutes: readCount(value, 1, 1440) }),
  },
  'alt-text': {
    label: 'Must pictures be described',
    who: 'admin',
    first: onOff(defaultSettings.altTextRequired),
    set: (value, context) => change(context, { altTextRequired: readFlag(value) }),
  },
  'monday-digest': {
    label: 'A digest each Monday at nine',
    who: 'admin',
    first: onOff(defaultSettings.digest),
    set: (value, context) => change(context, { digest: readFlag(value) }),
  },
  'review-channel': {
    label: 'Where review cards go',
    who: 'admin',
    first: 'the first channel that a post is submitted from',
    set: (value, context) => setChannel(context, 'review', value),
  },
  'results-channel': {
    label: 'Where results are said',
    who: 'admin',
    first: 'none: the thread of the review card tells them',
    set: (value, context) => setChannel(context, 'results', value),
  },
  'digest-channel': {
    label: 'Where digests go',
    who: 'admin',
    first: 'the results channel, else the review channel',
    set: (value, context) => setChannel(context, 'digest', value),
  },
}

export default defineCommand({
  name: 'settings',
  summary: 'How this team works: zone, approvals, channels, digests',
  usage: '<name> <value> [@<seen>]',
  examples: ['settings', 'settings zone Berlin', 'settings approvals 2', 'settings default-time 10:00'],
  who: 'viewer',
  args: z.object({ name: z.string().optional(), value: z.string().optional(), seen: revision.optional() }),
  fields: [
    {
      name: 'name',
      kind: 'choice',
      label: 'Setting',
      required: false,
      choices: Object.entries(SETTABLE).map(([value, { label }]) => ({ value, label })),
    },
    { name: 'value', kind: 'text', label: 'Value', required: false },
    {
      name: 'seen',
      kind: 'words',
      label: 'What follows',
      hint: "what stands behind the @ of the question's button",
      required: false,
    },
  ],

  async run({ name, value, seen }, context) {
    if (name === undefined) return settingsView(context)
    const setting = Object.hasOwn(SETTABLE, name.toLowerCase()) ? SETTABLE[name.toLowerCase()] : undefined
    if (!setting)
      throw new UserError(`There is no setting ${quoted(name)}`, {
        wayOut: `There are ${Object.keys(SETTABLE).join(', ')}.`,
        field: 'name',
      })
    mustAct(context.member.role, setting.who, `\`${name}\` is the team's; changing it`)
    if (value === undefined || value.trim() === '')
      throw new UserError(`Say what \`${name}\` should be`, { wayOut: `${setting.label}.`, field: 'value' })
    const changed = await setting.set(value.trim(), context, seen)
    const { said, more } = typeof changed === 'string' ? { said: changed, more: message() } : changed
    return message(text('✅ ', bold(name), ` is ${said} now.`), ...more.blocks)
  },
})

function settingsView({ workspace, member, zone, locale, place }: CommandContext): Message {
  const { settings } = workspace
  const channel = (use: ChannelUse) => place?.chat.channels[use] ?? 'not chosen'
  return message(
    heading(`⚙️ ${workspace.name}`),
    facts({
      'zone (yours)': member.zone ?? `${zone} (the team's)`,
      'language (yours)': member.locale ?? `${locale} (the team's)`,
      'team-zone': settings.zone,
      'default-time': settings.defaultTime,
      approvals: settings.approvals === 0 ? '0: posts go out without a review' : String(settings.approvals),
      'self-approval': onOff(settings.selfApproval),
      'late-minutes': String(settings.lateMinutes),
      'alt-text': settings.altTextRequired ? 'required' : 'advised',
      'monday-digest': onOff(settings.digest),
      'review-channel': channel('review'),
      'results-channel': channel('results'),
      'digest-channel': channel('digest'),
      paused: settings.pausedAt === null ? 'no' : 'yes',
    }),
    note(
      ...prose(
        'Change one with `settings <name> <value>`; channels with `here`, said in the channel you mean.',
      ),
    ),
  )
}

/** Changes the settings, and does with them what follows, in one transaction. */
const changeTogether = <Followed>(
  { bench, workspace, member, now }: CommandContext,
  changes: Partial<Settings>,
  follow: (stores: WorkspaceStores) => Promise<Followed>,
): Promise<Followed> =>
  bench.stores.transaction(workspace.id, async (stores) => {
    await stores.workspace.changeSettings(changes)
    await record(stores, {
      by: member.id,
      at: now,
      verb: 'settings.changed',
      subject: 'workspace',
      details: changes,
    })
    // Looked at behind that line, which puts two admins who demote each other and change things at once in order.
    const role = (await stores.workspace.member(member.id))?.role
    mustAct(role, 'admin', 'Changing this')
    return follow(stores)
  })

async function change(context: CommandContext, changes: Partial<Settings>): Promise<string> {
  await changeTogether(context, changes, async () => undefined)
  const [value] = Object.values(changes)
  return typeof value === 'boolean' ? onOff(value) : String(value)
}

/** What is in review and has enough approvals then goes its way at once, so whoever asks for fewer is asked first. */
async function setApprovals(context: CommandContext, approvals: number, seen?: string): Promise<Changed> {
  const { name } = context.member
  const why =
    approvals === 0 ? `${name} asks for no approvals any more` : `${name} asks for ${approvals} only`
  const [one, several] = approvals === 0 ? UNREVIEWED : APPROVED
  const released = await changeTogether(context, { approvals }, (stores) =>
    releaseApproved(stores, context, [`${one}: ${why}`, `${several}: ${why}`], (posts) => {
      if (posts.length > 0 && seen !== sightOf(posts)) throw askFirst(posts, approvals)
    }),
  )
  const { blocks } = sayReleased(
    released,
    approvals === 0 ? UNREVIEWED : [`had enough approvals and ${one}`, `had enough approvals and ${several}`],
    context.workspace.settings,
  )
  return { said: String(approvals), more: message(...blocks, await tooFewApprovers(context, approvals)) }
}

const UNREVIEWED = ['goes out without a review', 'go out without a review'] as const
const APPROVED = ['is approved', 'are approved'] as const

function askFirst(posts: readonly Post[], approvals: number): Question {
  const many = posts.length > 1
  const would =
    approvals === 0
      ? 'would be scheduled without a review'
      : `${many ? 'have' : 'has'} enough approvals then, and would be scheduled`
  return new Question(`${counted(posts.length, 'post')} in review ${would}: ${numbersOf(posts)}`, {
    wayOut: `Nothing has changed yet. What should not go out can be sent back with \`request-changes\` first.`,
    offers: [
      {
        label: `Set it, and schedule ${many ? `the ${posts.length} posts` : `#${posts[0]?.number}`}`,
        line: `settings approvals ${approvals} @${sightOf(posts)}`,
      },
      { label: 'Queue', line: 'queue' },
    ],
  })
}

/** More approvals than there are people to give them: posts would wait in review for ever. */
async function tooFewApprovers({ stores }: CommandContext, approvals: number): Promise<Block | false> {
  const members = await stores.workspace.members()
  const approvers = members.filter(({ role }) => mayAct(role, 'approver')).length
  if (approvals <= approvers) return false
  const who = approvers === 1 ? 'Only 1 member may' : `Only ${approvers} members may`
  return note(...prose(`${who} approve: make somebody an approver with \`roles <name> approver\`.`))
}

async function setMyZone(value: string, context: CommandContext): Promise<string> {
  const zone = readZone(value)
  await changeMine(context, { zone })
  return zone
}

async function setMyLanguage(value: string, context: CommandContext): Promise<string> {
  const [locale] = supportedLocale(value)
  if (!locale || Intl.DateTimeFormat.supportedLocalesOf(locale).length === 0)
    throw new UserError(`I know no language ${quoted(value)}`, {
      wayOut: 'Say one such as `en`, `en-GB` or `de`.',
      field: 'value',
    })
  await changeMine(context, { locale })
  return locale
}

async function changeMine(
  { bench, workspace, member, now }: CommandContext,
  changes: { zone: string } | { locale: string },
): Promise<void> {
  await bench.stores.transaction(workspace.id, async (stores) => {
    await stores.workspace.changeMember(member.id, changes)
    await record(stores, {
      by: member.id,
      at: now,
      verb: 'member.changed',
      subject: `member:${member.id}`,
      details: changes,
    })
  })
}

/** [] for what is no BCP 47 tag: Intl throws a RangeError there. */
function supportedLocale(value: string): string[] {
  try {
    return Intl.getCanonicalLocales(value)
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

async function setChannel(
  { bench, workspace, place, member, now }: CommandContext,
  use: ChannelUse,
  value: string,
): Promise<string> {
  if (!place)
    throw new UserError('Channels are chosen in the chat they belong to', {
      wayOut: 'Say it again in Slack or Discord, or on the page, in the channel you mean.',
      field: 'value',
    })
  const channel = value.toLowerCase() === 'here' ? place.channel : channelId(value)
  if (!channel)
    throw new UserError(`${quoted(value)} names no channel`, {
      wayOut: 'Say `here` in the channel you mean.',
      field: 'value',
    })
  await bench.stores.transaction(workspace.id, async (stores) => {
    await stores.workspace.changeChat(place.chat.id, { channels: { [use]: channel } })
    await record(stores, {
      by: member.id,
      at: now,
      verb: 'settings.changed',
      subject: 'workspace',
      details: { [`${use}Channel`]: channel },
    })
  })
  return value.toLowerCase() === 'here' ? 'this channel' : channelWords(value)
}

/** A channel as chats hand it over: Slack's `<#C123|name>`, Discord's `<#123>`, a bare id, the playground's `#review`. */
const channelId = (value: string): string | undefined =>
  /^<#([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(value)?.[1] ?? /^#?([\w-]{1,80})$/.exec(value)?.[1]

/** The channel as it is called, where the chat tells: its own sign for one means nothing outside it. */
const channelWords = (value: string): string => {
  const [sign, name] = /^<#[A-Z0-9]+(?:\|([^>]*))?>$/.exec(value) ?? []
  if (sign === undefined) return value
  return name ? `#${name}` : 'the channel you named'
}

function readZone(value: string): string {
  const zone = zoneFromWords(value)
  if (zone) return zone
  throw new UserError(`I know no time zone ${quoted(value)}`, {
    wayOut: 'Say a city or a name such as `Europe/Berlin`.',
    field: 'value',
  })
}

function readTime(value: string): string {
  const [, hour = '', minute = '00'] = /^(\d{1,2})(?::(\d{2}))?$/.exec(value) ?? []
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) {
    throw new UserError(`${quoted(value)} is no time of day`, {
      wayOut: 'Say one such as `09:00`.',
      field: 'value',
    })
  }
  return `${hour.padStart(2, '0')}:${minute}`
}

function readCount(value: string, least: number, most: number): number {
  const count = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  if (count >= least && count <= most) return count
  throw new UserError(`${quoted(value)} is no number from ${least} to ${most}`, { field: 'value' })
}

function readFlag(value: string): boolean {
  if (/^(on|off|yes|no|true|false)$/i.test(value)) return flag.parse(value)
  throw new UserError(`${quoted(value)} is neither on nor off`, {
    wayOut: 'Say `on` or `off`.',
    field: 'value',
  })
}
