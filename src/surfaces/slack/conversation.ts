import type { App, BlockAction, SlackAction } from '@slack/bolt'
import type { Answer, FrontDesk, Said } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { within } from '../../kit/patience.ts'
import type { Form } from '../../message/form.ts'
import { message, text } from '../../message/message.ts'
import { type Answering, apology, firstWord, type Visit } from './answering.ts'
import { drawForm, drawShown, drawWaiting, FORM_VIEW, ROOM_ACTION } from './draw-form.ts'
import { LINE_ACTION } from './draw-message.ts'
import { withEmoji } from './emoji.ts'
import { type FileAccess, incomingFiles, type SentFile } from './files.ts'
import { type Place, readMetadata } from './form-ids.ts'
import type { Installations } from './installations.ts'
import { NEW_POST, TURN_INTO_POST } from './manifest.ts'
import type { Outgoing } from './outgoing.ts'
import type { People } from './people.ts'
import { errorsBeside, prefilled, readForm, type SentView, withMoreRoom } from './read-form.ts'
import { createReadings, WHEN_ACTION } from './readings.ts'
import { richWords } from './rich-words.ts'
import { type ReadAs, readSlackText } from './slack-text.ts'
import type { Team, Teams } from './teams.ts'

export interface ConversationOptions {
  desk: FrontDesk
  teams: Teams
  people: People
  outgoing: Outgoing
  answering: Answering
  installations: Installations
  access: FileAccess
  log: Log
  /** Keeps what goes on after the acknowledgement, so that `stop` can wait for it. */
  track(work: Promise<void>): void
}

/** A submitted view is answered within three seconds; after this long it says "one moment" and is updated. */
const SUBMIT_PATIENCE = 2.2 * SECOND

/** Hears everything that people say to Crier in Slack, acknowledges it at once and hands it to the front desk. */
export function listen(app: App, options: ConversationOptions): void {
  const { desk, teams, outgoing, answering, log, track } = options

  const readings = createReadings(desk, outgoing)

  /** After the acknowledgement: whatever fails is logged, for nobody is left to throw at. */
  const later = (work: () => Promise<void>): void =>
    track(
      work().catch((error: unknown) => {
        log.error({ err: error }, 'A request from Slack failed')
      }),
    )

  async function visitOf(
    teamId: string | undefined,
    user: { id: string; name?: string | undefined },
    place: Place,
    more: Partial<Visit> = {},
  ): Promise<Visit | undefined> {
    const since = performance.now()
    const team = await teams.get(teamId ?? '')
    if (!team) {
      log.warn({ team: teamId }, 'A Slack team without an installation')
      return undefined
    }
    const person = await options.people.get(team, user.id, user.name)
    return { team, user: user.id, place, since, speaker: speakerOf(team, person), ...more }
  }

  app.command(/.*/, async ({ ack, body }) => {
    await ack()
    later(async () => {
      const place = { channel: body.channel_id, responseUrl: body.response_url }
      const visit = await visitOf(body.team_id, { id: body.user_id, name: body.user_name }, place, {
        trigger: body.trigger_id,
      })
      if (!visit) return
      const line = await lineOf(visit.team, slashLine(body.command, body.text ?? ''))
      await answering.ask(visit, { line, ...saidIn(place) })
    })
  })

  app.action({ type: 'block_actions', action_id: LINE_ACTION }, async ({ ack, body, action }) => {
    await ack()
    later(() => pressed(body, action))
  })

  async function pressed(body: BlockAction, action: BlockAction['actions'][number]): Promise<void> {
    const line = lineIn(action)
    if (line === undefined) return
    const place = placeOf(body)
    const foreign = isForeign(body)
    const direct = isDirect(place.channel)
    const own = direct || ('is_ephemeral' in body.container && body.container.is_ephemeral === true)
    const visit = await visitOf(body.team?.id, { id: body.user.id, name: body.user.name }, place, {
      trigger: body.trigger_id,
      direct,
      replace: own && firstWord(line) === originOf(action.action_id),
      ...(body.view?.type === 'modal' ? { viewId: body.view.id } : {}),
    })
    if (!visit) return
    if (foreign) return answering.show(visit, foreigner(visit.team), 'person')
    await answering.ask(visit, { line, press: true, ...saidIn(place) })
  }

  app.action({ type: 'block_actions', action_id: ROOM_ACTION }, async ({ ack, body, action }) => {
    await ack()
    later(async () => {
      const team = await teams.get(body.team?.id ?? '')
      const view = body.view as SentView | undefined
      if (!team || !view || action.type !== 'button' || !action.value) return
      const roomier = withMoreRoom(view, action.value)
      if (roomier) await outgoing.updateView(team, view.id, roomier)
    })
  })

  app.action({ type: 'block_actions', action_id: WHEN_ACTION }, async ({ ack, body, action }) => {
    await ack()
    if (action.type !== 'plain_text_input' || !body.view) return
    const view = body.view as unknown as SentView
    later(() =>
      readings.show(view, action.block_id, action.value ?? '', () => visitOf(body.team?.id, body.user, {})),
    )
  })

  app.view({ callback_id: FORM_VIEW, type: 'view_submission' }, async ({ ack, body, view: sent }) => {
    const view = sent as unknown as SentView
    const { command, values, files, place } = readForm(view)
    const visiting = isForeign(body)
      ? Promise.resolve(undefined)
      : visitOf(body.team?.id ?? body.user.team_id, body.user, place)
    const said = async (): Promise<Said> => {
      const visit = await visiting
      return {
        command,
        values,
        ...saidIn(place),
        ...(visit && files.length > 0
          ? { files: await incomingFiles(visit.team, files, options.access) }
          : {}),
      }
    }
    const answered = visiting.then((visit) => (visit ? answering.answerTo(visit.speaker, said) : undefined))
    const settled = answered
      .catch((error: unknown) => failed(error, log))
      .then((settledAnswer) => ({ answer: settledAnswer }))
    const soon = await within(SUBMIT_PATIENCE, settled)
    if (!soon) {
      await ack({ response_action: 'update', view: drawWaiting(place) })
      later(async () => {
        const [visit, { answer }] = await Promise.all([visiting, settled])
        if (visit && answer)
          await answering.deliver({ ...visit, viewId: view.id }, answer, { command, values })
      })
      return
    }
    const { answer } = soon
    if (answer?.type === 'form') {
      const errors = errorsBeside(answer.form, view)
      await ack(
        errors
          ? { response_action: 'errors', errors }
          : { response_action: 'update', view: drawForm(answer.form, place) },
      )
      return
    }
    if (place.channel && answer) {
      await ack()
    } else {
      const shown = answer?.message ?? notInstalled
      await ack({ response_action: 'update', view: drawShown(shown, place, { origin: command }) })
      // The pictures are uploaded after the acknowledgement, which cannot wait for them.
      if (!shown.blocks.some(({ type }) => type === 'image')) return
    }
    later(async () => {
      const visit = await visiting
      if (!visit || !answer) return
      if (place.channel) await answering.show(visit, answer.message, answer.audience, command)
      else await answering.deliver({ ...visit, viewId: view.id }, answer, { command, values })
    })
  })

  app.shortcut(TURN_INTO_POST, async ({ ack, body }) => {
    await ack()
    if (body.type !== 'message_action') return
    later(async () => {
      const files = ((body.message.files ?? []) as SentFile[]).flatMap(({ id }) => id ?? [])
      const place = { channel: body.channel.id, responseUrl: body.response_url, files }
      const visit = await visitOf(body.team?.id ?? body.user.team_id, body.user, place, {
        trigger: body.trigger_id,
      })
      if (!visit) return
      const words = await wordsOf(visit.team, body.message.text ?? '', body.message.blocks)
      const prefill = (form: Form) => prefilled(form, words)
      await answering.ask(visit, { line: 'draft', ...saidIn(place) }, { prefill })
    })
  })

  app.shortcut(NEW_POST, async ({ ack, body }) => {
    await ack()
    later(async () => {
      const visit = await visitOf(
        body.team?.id ?? body.user.team_id,
        { id: body.user.id },
        {},
        { trigger: body.trigger_id },
      )
      if (visit) await answering.ask(visit, { line: 'draft' })
    })
  })

  app.event('app_mention', async ({ event, body }) => {
    if (!event.user || event.bot_id) return
    const { user, channel, thread_ts: thread } = event
    later(() => heard(body.team_id, user, event, { channel, thread }, false))
  })

  app.event('message', async ({ event, body }) => {
    // Edits, deletions and what bots write are no lines; a file with a caption is.
    if (event.channel_type !== 'im' || !('user' in event) || !event.user || 'bot_id' in event) return
    if (event.subtype !== undefined && event.subtype !== 'file_share') return
    const thread = 'thread_ts' in event ? event.thread_ts : undefined
    const { user, channel } = event
    later(() => heard(body.team_id, user, event as Heard, { channel, thread }, true))
  })

  async function heard(
    teamId: string,
    user: string,
    event: Heard,
    place: Place,
    direct: boolean,
  ): Promise<void> {
    const visit = await visitOf(teamId, { id: user }, place, { direct })
    if (!visit || user === visit.team.botUserId) return
    if (event.user_team && event.user_team !== visit.team.id) {
      return answering.show(visit, foreigner(visit.team), 'person')
    }
    const line = await lineOf(visit.team, event.text ?? '', event.blocks)
    const files = await filesOf(visit, event.files ?? [])
    if (!files) return
    await answering.ask(visit, {
      line: line || 'help',
      ...saidIn(place),
      ...(files.length > 0 ? { files } : {}),
    })
  }

  async function filesOf(visit: Visit, sent: readonly SentFile[]) {
    try {
      return await incomingFiles(visit.team, sent, options.access)
    } catch (error) {
      await answering.show(visit, apology(error, log), 'person')
      return undefined
    }
  }

  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab !== 'home') return
    later(async () => {
      const visit = await visitOf(body.team_id, { id: event.user }, {})
      if (!visit) return
      const answer = await answering.answerTo(visit.speaker, async () => ({ line: 'help' }))
      if (answer.type !== 'message') return
      await outgoing.publishHome(visit.team, event.user, withDoors(answer.message, desk))
    })
  })

  app.event('app_uninstalled', async ({ body }) => {
    teams.forget(body.team_id)
    await options.installations.remove(body.team_id)
    log.info({ team: body.team_id }, 'Crier was removed from a Slack team')
  })

  app.event('tokens_revoked', async ({ event, body }) => {
    if (!event.tokens.bot?.length) return
    teams.forget(body.team_id)
    await options.installations.remove(body.team_id)
    log.info({ team: body.team_id }, 'Crier’s token in a Slack team was revoked')
  })

  /** A line as it was meant: in what people publish, members and channels are names; elsewhere the ids that commands need. */
  async function lineOf(team: Team, said: string, blocks?: unknown): Promise<string> {
    const line = said.replaceAll(`<@${team.botUserId}>`, ' ').trim().replace(/^\//, '')
    const words = await wordsOf(team, line, blocks, needsIds(desk, firstWord(line)))
    return words.trim().replace(/^\//, '')
  }

  async function wordsOf(team: Team, said: string, blocks?: unknown, ids = false): Promise<string> {
    const mentioned = [
      ...new Set([...said.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g)].map(([, id]) => id ?? '')),
    ]
    const names = new Map(
      await Promise.all(
        mentioned.map(async (id) => [id, (await options.people.get(team, id)).name] as const),
      ),
    )
    const channels = new Map(
      [...said.matchAll(/<#([A-Z0-9]+)\|([^>]+)>/g)].map(([, id = '', name = '']) => [id, name]),
    )
    const as: ReadAs = {
      person: (id) => (id === team.botUserId ? '' : ids ? `<@${id}>` : `@${names.get(id) ?? id}`),
      channel: (id, name) => (ids ? `<#${id}>` : `#${name || (channels.get(id) ?? id)}`),
    }
    return withEmoji(richWords(blocks, as) ?? readSlackText(said, as))
  }
}

/** Does a command speak of members or channels, rather than hold words that people will read? */
function needsIds(desk: FrontDesk, name: string): boolean {
  const args = desk.commands.find((command) => command.name === name)?.args ?? []
  if (args.some(({ kind }) => kind === 'member' || kind === 'channel')) return true
  return (
    args.length > 0 &&
    !args.some((arg) => arg.kind === 'words' || (arg.kind === 'text' && arg.name === 'text'))
  )
}

const failed = (error: unknown, log: Log): Answer => ({
  type: 'message',
  message: apology(error, log),
  audience: 'person',
})

/** What a message event says, beside who and where. */
interface Heard {
  text?: string
  blocks?: unknown
  files?: SentFile[]
  user_team?: string
}

const speakerOf = (team: Team, person: Visit['speaker']['person']): Visit['speaker'] => ({
  surface: 'slack',
  chat: { externalId: team.id, name: team.name },
  person,
})

/** `/draft Hello` says `draft Hello`; `/crier anything` says `anything`. */
const slashLine = (command: string, said: string): string =>
  command === '/crier' ? said.trim() || 'help' : `${command.replace(/^\//, '')} ${said}`.trim()

function lineIn(action: BlockAction['actions'][number]): string | undefined {
  if (action.type === 'button') return action.value
  return action.type === 'static_select' ? action.selected_option?.value : undefined
}

/** A direct message is no place for a team's cards. */
const saidIn = ({ channel }: Place): Pick<Said, 'channel' | 'direct'> =>
  channel === undefined ? {} : { channel, direct: isDirect(channel) }

const isDirect = (channel: string | undefined): boolean => channel?.startsWith('D') === true

const originOf = (actionId: string): string => actionId.split(':').slice(2).join(':')

/** Where the answer to a press belongs. In a modal, where the modal came from; on the home tab, nowhere. */
function placeOf(body: BlockAction): Place {
  if (body.view) return body.view.type === 'modal' ? readMetadata(body.view.private_metadata).place : {}
  const thread: unknown = body.message?.thread_ts
  return {
    channel: body.channel?.id,
    responseUrl: body.response_url,
    ...(typeof thread === 'string' ? { thread } : {}),
  }
}

/** A guest from another company in a shared channel is nobody's colleague here. */
const isForeign = (body: Pick<SlackAction, 'team' | 'user'>): boolean =>
  'team_id' in body.user &&
  body.user.team_id !== undefined &&
  body.team?.id !== undefined &&
  body.user.team_id !== body.team.id

const foreigner = (team: Team) => message(text(`Crier takes orders from members of ${team.name} only.`))

const notInstalled = message(text('Crier is no longer installed here: an admin installs it again.'))

/** Under the help, the lists that people open most. */
function withDoors(help: Parameters<Outgoing['publishHome']>[2], desk: FrontDesk) {
  const doors = [
    { label: 'New draft', line: 'draft', style: 'primary' as const },
    { label: 'Queue', line: 'queue' },
    { label: 'Calendar', line: 'calendar' },
    { label: 'Accounts', line: 'accounts' },
  ].filter(({ line }) => desk.commands.some(({ name }) => name === line))
  return message(doors.length > 0 && { type: 'buttons', buttons: doors }, ...help.blocks)
}
