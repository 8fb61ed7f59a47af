import type { App, BlockAction } from '@slack/bolt'
import type { FrontDesk } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import type { Form } from '../../message/form.ts'
import { message, text } from '../../message/message.ts'
import { type Answering, apology, firstWord, type Visit } from './answering.ts'
import { FORM_VIEW, ROOM_ACTION } from './draw-form.ts'
import { LINE_ACTION } from './draw-message.ts'
import { type FileAccess, incomingFiles, type SentFile } from './files.ts'
import type { Place } from './form-ids.ts'
import type { Installations } from './installations.ts'
import { createLines } from './lines.ts'
import { NEW_POST, TURN_INTO_POST } from './manifest.ts'
import type { Outgoing } from './outgoing.ts'
import type { People } from './people.ts'
import { prefilled, type SentView, withMoreRoom } from './read-form.ts'
import { createReadings, WHEN_ACTION } from './readings.ts'
import { createSubmitted } from './submitted.ts'
import type { Team, Teams } from './teams.ts'
import { createVisits, isDirect, isForeign, placeOf, saidIn } from './visits.ts'

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

/** Hears everything that people say to Crier in Slack, acknowledges it at once and hands it to the front desk. */
export function listen(app: App, options: ConversationOptions): void {
  const { desk, teams, people, outgoing, answering, access, log, track } = options
  const visitOf = createVisits({ teams, people, log })
  const { lineOf, wordsOf } = createLines({ desk, people })
  const readings = createReadings(desk, outgoing)

  /** After the acknowledgement: whatever fails is logged, for nobody is left to throw at. */
  const later = (work: () => Promise<void>): void =>
    track(
      work().catch((error: unknown) => {
        log.error({ err: error }, 'A request from Slack failed')
      }),
    )

  const submitted = createSubmitted({ visitOf, answering, access, log, later })

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

  app.view({ callback_id: FORM_VIEW, type: 'view_submission' }, submitted)

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
      return await incomingFiles(visit.team, sent, access)
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
}

/** What a message event says, beside who and where. */
interface Heard {
  text?: string
  blocks?: unknown
  files?: SentFile[]
  user_team?: string
}

/** `/draft Hello` says `draft Hello`; `/crier anything` says `anything`. */
const slashLine = (command: string, said: string): string =>
  command === '/crier' ? said.trim() || 'help' : `${command.replace(/^\//, '')} ${said}`.trim()

function lineIn(action: BlockAction['actions'][number]): string | undefined {
  if (action.type === 'button') return action.value
  return action.type === 'static_select' ? action.selected_option?.value : undefined
}

const originOf = (actionId: string): string => actionId.split(':').slice(2).join(':')

const foreigner = (team: Team) => message(text(`Crier takes orders from members of ${team.name} only.`))

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
