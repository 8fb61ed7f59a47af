// @slack/bolt: Slack's own framework; it tells commands, presses, views and events apart.
import { App } from '@slack/bolt'
import type { Routes } from '../../app/routes.ts'
import { type FrontDesk, SendError, type Surface } from '../../app/surface.ts'
import { type Clock, SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { longer, sleep, within } from '../../kit/patience.ts'
import { type Seen, seenInMemory } from '../../kit/seen.ts'
import { UserError } from '../../kit/user-error.ts'
import type { Message } from '../../message/message.ts'
import { spansIn } from '../../message/spans-in.ts'
import { createAnswering } from './answering.ts'
import { listen } from './conversation.ts'
import type { Installations } from './installations.ts'
import { createOAuth } from './oauth.ts'
import { createOutgoing } from './outgoing.ts'
import { createPeople } from './people.ts'
import { createPictures } from './pictures.ts'
import { quietLogger } from './quiet-logger.ts'
import { createFetchReceiver, MOST_BYTES } from './receiver.ts'
import { missingScopes } from './scopes.ts'
import { refusalOf, sendError } from './send-failure.ts'
import { createSocket } from './socket.ts'
import { takeOnce } from './take-once.ts'
import { clientOptions, createTeams, type Team } from './teams.ts'

export interface SlackSettings {
  /** One team by its token… */
  botToken?: string | undefined
  /** Socket Mode: nothing of Crier's needs to be reached from outside. */
  appToken?: string | undefined
  /** Signed HTTP at `/slack/events`. */
  signingSecret?: string | undefined
  /** …or many by OAuth, from `/slack/install`. */
  clientId?: string | undefined
  clientSecret?: string | undefined
  /** Another address of Slack's API (`http://127.0.0.1:3400/api/`): for sandboxes and tests. */
  apiUrl?: string | undefined
  publicUrl?: string | undefined
}

export interface SlackOptions {
  desk: FrontDesk
  log: Log
  clock: Clock
  settings: SlackSettings
  installations: Installations
  /** Memory of this process where absent: enough for one. */
  seen?: Seen
  /** How requests leave; Node's own where absent. */
  fetch?: typeof fetch
}

/** Answers that are under way get this long when Crier stops. */
const FINISH_WITHIN = 10 * SECOND

/**
 * Slack: slash commands, forms, buttons, files, direct messages, mentions, shortcuts and the home tab.
 * @throws UserError where the settings do not suffice.
 */
export function createSlackSurface(options: SlackOptions): Surface & { routes?: Routes } {
  const { desk, log, clock, settings, installations } = options
  checkSettings(settings)
  const call = options.fetch ?? fetch
  const access = { apiUrl: settings.apiUrl, fetch: call }
  const client = () =>
    clientOptions({
      log,
      apiUrl: settings.apiUrl,
      ...(options.fetch ? { fetch: webFetch(options.fetch) } : {}),
    })
  const many = settings.clientId !== undefined
  const teams = createTeams({ botToken: settings.botToken, installations, many, client: client(), clock })
  const seen = options.seen ?? seenInMemory()
  const pictures = createPictures({ desk, log, ...access })
  const outgoing = createOutgoing({ pictures, fetch: call })
  const socket = settings.appToken
    ? createSocket({ appToken: settings.appToken, client: client(), log })
    : undefined
  const http = settings.signingSecret
    ? createFetchReceiver({ signingSecret: settings.signingSecret, clock, log })
    : undefined
  const underWay = new Set<Promise<void>>()
  let trouble: string | undefined = 'not started'

  const app = new App({
    receiver: {
      init(bolt) {
        socket?.receiver.init(bolt)
        http?.init(bolt)
      },
      start: async () => undefined,
      stop: async () => undefined,
    },
    // The team is looked up after the acknowledgement, which must not wait for it.
    authorize: async ({ teamId }) => (teamId === undefined ? {} : { teamId }),
    convoStore: false,
    ignoreSelf: false,
    logger: quietLogger(log),
    clientOptions: client(),
  })
  app.error(async (error) => log.error({ err: error }, 'A request from Slack failed'))
  takeOnce(app, seen, log)
  listen(app, {
    desk,
    teams,
    people: createPeople({ clock, log }),
    outgoing,
    answering: createAnswering({ desk, outgoing, log }),
    installations,
    access,
    log,
    track(work) {
      underWay.add(work)
      void work.finally(() => underWay.delete(work))
    },
  })

  const stopping = new AbortController()
  let meeting: Promise<void> | undefined

  /** @throws Slack's errors. */
  async function meet(): Promise<void> {
    const home = await teams.home()
    trouble = undefined
    if (home) warnOfScopes(home, log)
  }

  /** A machine that starts before its network goes on trying. */
  async function meetLater(first: unknown): Promise<void> {
    let error = first
    for (let pause = longer(0); ; pause = longer(pause)) {
      trouble = `Slack was not reached: ${refusalOf(error) ?? (error instanceof Error ? error.message : String(error))}`
      log.warn({ err: error, pause }, 'Slack was not reached; trying again')
      await sleep(pause, stopping.signal)
      if (stopping.signal.aborted) return
      try {
        return await meet()
      } catch (again) {
        error = again
      }
    }
  }

  const sent = new Map<string, Promise<string>>()

  /** One message a key, however often it is asked for in this process. */
  function once(key: string, send: () => Promise<string>): Promise<string> {
    const before = sent.get(key)
    if (before) return before
    const sending = send().catch((error: unknown) => {
      sent.delete(key)
      throw sendError(error)
    })
    sent.set(key, sending)
    if (sent.size > KEYS_REMEMBERED) for (const oldest of sent.keys().take(1)) sent.delete(oldest)
    return sending
  }

  async function teamOf(chat: string): Promise<Team> {
    const team = await teams.get(chat)
    if (!team) throw new SendError('Crier is no longer installed in that Slack team.', { retry: false })
    return team
  }

  return {
    name: 'slack',

    async start() {
      try {
        await meet()
        await socket?.start()
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal) throw refusedToken(refusal)
        meeting = meetLater(error)
        await socket?.start()
      }
    },

    async stop() {
      trouble = 'stopped'
      stopping.abort()
      await meeting
      await socket?.stop()
      await http?.stop()
      await within(FINISH_WITHIN, Promise.allSettled(underWay))
    },

    health() {
      if (trouble) return { ok: false, detail: trouble }
      return socket?.health() ?? { ok: true, detail: 'listening at /slack/events' }
    },

    pace: { burst: BURST, every: SECOND },

    async send(to, message, { key, thread, triedSince }) {
      const place = { channel: to.channel, thread }
      return once(`${to.chat}/${to.channel}/${key}`, async () => {
        const team = await teamOf(to.chat)
        const there = triedSince && (await outgoing.find(team, place, key, triedSince))
        return there || outgoing.post(team, place, message, { key })
      })
    },

    async update(to, remoteId, message) {
      try {
        await outgoing.update(await teamOf(to.chat), { channel: to.channel, ts: remoteId }, message)
      } catch (error) {
        throw sendError(error)
      }
    },

    async tell(to, message, { key }) {
      const { chat, person } = to
      await once(`${chat}/${person}/${key}`, async () => {
        const mention = await mentions(desk, chat, message)
        return outgoing.post(await teamOf(chat), { channel: person }, message, { key, mention })
      })
    },

    ...(http || many
      ? { routes: slackRoutes({ ...options, seen, http, client, forget: teams.forget }) }
      : {}),
  }
}

const KEYS_REMEMBERED = 2000
/** About one message a second and channel, and a few at once: https://docs.slack.dev/apis/web-api/rate-limits */
const BURST = 3

function checkSettings(settings: SlackSettings): void {
  if (!settings.appToken && !settings.signingSecret) {
    throw new UserError('Slack has no way to reach Crier.', {
      wayOut: 'Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).',
    })
  }
  if (!settings.botToken && !settings.clientId) {
    throw new UserError('Crier has no token for Slack.', {
      wayOut: 'Set SLACK_BOT_TOKEN for one team, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many.',
    })
  }
  if (settings.clientId && !settings.clientSecret) {
    throw new UserError('SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET.', {
      wayOut: 'Both stand under “Basic Information” of the app at https://api.slack.com/apps.',
    })
  }
}

const refusedToken = (refusal: string): UserError =>
  new UserError(`Slack refuses Crier’s token (${refusal}).`, {
    wayOut:
      'Check SLACK_BOT_TOKEN and SLACK_APP_TOKEN at https://api.slack.com/apps; `crier doctor` says more.',
  })

function warnOfScopes(team: Team, log: Log): void {
  const missing = team.scopes.length > 0 ? missingScopes(team.scopes) : []
  if (missing.length > 0) {
    log.warn({ team: team.id, missing: missing.map(({ scope }) => scope) }, 'Crier lacks scopes in Slack')
  }
}

/** Slack's ids of the members that a message names: who is told something is called by name. */
async function mentions(desk: FrontDesk, chat: string, message: Message) {
  const members = [...new Set(spansIn(message).flatMap((span) => (span.type === 'member' ? span.id : [])))]
  const ids = await Promise.all(
    members.map(async (member) => [member, await desk.identity('slack', chat, member)] as const),
  )
  const byMember = new Map(ids)
  return (member: string) => byMember.get(member)
}

function slackRoutes(
  options: SlackOptions & {
    seen: Seen
    http: ReturnType<typeof createFetchReceiver> | undefined
    client(): ReturnType<typeof clientOptions>
    forget(teamId: string): void
  },
): Routes {
  const { clientId, clientSecret, publicUrl, apiUrl } = options.settings
  const oauth =
    clientId && clientSecret
      ? createOAuth({
          ...options,
          clientId,
          clientSecret,
          publicUrl,
          apiUrl,
          client: options.client(),
          installed: options.forget,
        })
      : undefined
  return {
    path: '/slack',
    maxBody: MOST_BYTES,
    async handle(request) {
      switch (new URL(request.url).pathname) {
        case '/slack/events':
          return options.http?.handle(request)
        case '/slack/install':
          return oauth?.install(request)
        case '/slack/oauth':
          return oauth?.callback(request)
        default:
          return undefined
      }
    },
  }
}

/** The client's idea of `fetch` is narrower than Node's. */
const webFetch =
  (call: typeof fetch): NonNullable<ReturnType<typeof clientOptions>['fetch']> =>
  (url, init) =>
    call(url, init as RequestInit)
