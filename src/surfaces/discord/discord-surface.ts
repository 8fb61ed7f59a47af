// discord.js: Discord's protocol moves often, and it keeps up. Of its packages only those that talk (REST with its rate limits, the
// gateway with its resumes) and the numbers are loaded: its client and builders would take 20 MB and half a second more.
import { DiscordAPIError, REST } from '@discordjs/rest'
import type { APIApplication, APIInteraction, APIInteractionResponse } from 'discord.js'
import { Routes as DiscordRoutes } from 'discord-api-types/v10'
import type { Routes } from '../../app/routes.ts'
import type { FrontDesk, Surface } from '../../app/surface.ts'
import { type Clock, MINUTE, SECOND } from '../../kit/clock.ts'
import { type Locks, locksInMemory } from '../../kit/locks.ts'
import type { Log } from '../../kit/log.ts'
import { type Seen, seenInMemory, seenOrTaken } from '../../kit/seen.ts'
import { UserError } from '../../kit/user-error.ts'
import { createDrawing } from './drawing.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { interactionRoutes } from './http-interactions.ts'
import { createInteractions, type Interactions } from './interactions.ts'
import { createKeptForms, type FormKeeper } from './kept-forms.ts'
import { createLines } from './lines.ts'
import { registerCommands } from './registration.ts'
import { isCode, loggable } from './send-error.ts'
import { createSender } from './sender.ts'
import { createSpeakers, type Remembered } from './speakers.ts'

export interface DiscordSettings {
  token: string
  /** Asked of Discord where absent. */
  applicationId?: string
  /** With it, interactions are taken by HTTP at `/discord/interactions`; without, by the gateway. */
  publicKey?: string
  /** Another Discord than discord.com, for tests: `http://127.0.0.1:4000/api`. */
  apiUrl?: string
}

/** A wait for Discord's rate limit that is longer than this is handed back, so that whoever sends can do something else. */
const LONGEST_WAIT = 5 * SECOND
const FIRST_RETRY = 2 * SECOND
const LONGEST_RETRY = MINUTE

/**
 * The Discord surface: slash commands, modals, buttons and typed lines in; cards, threads and direct messages out.
 *
 * `start` throws a UserError where Discord refuses the settings. Where Discord cannot be reached it goes on trying in the
 * background, since posts must go out all the same; `health` says so.
 */
export function createDiscordSurface({
  desk,
  log,
  clock,
  settings,
  remembered,
  seen = seenInMemory(),
  locks = locksInMemory(),
  keeper,
}: {
  desk: FrontDesk
  log: Log
  clock: Clock
  settings: DiscordSettings
  /** Kept between starts: which commands are registered, and in which server a person speaks. */
  remembered: Remembered
  /** Memory of this process where absent: enough for one. */
  seen?: Seen
  locks?: Locks
  /** Where forms are kept that people have in front of them; this process's memory alone where absent. */
  keeper?: FormKeeper
}): Surface & { routes?: Routes } {
  const rest = new REST({
    version: '10',
    retries: 1,
    rejectOnRateLimit: ({ retryAfter, timeToReset }) => Math.max(retryAfter, timeToReset) > LONGEST_WAIT,
    ...(settings.apiUrl !== undefined && { api: settings.apiUrl.replace(/\/+$/, '').replace(/\/v\d+$/, '') }),
  }).setToken(settings.token)

  const drawing = createDrawing(desk)
  const forms = createKeptForms({ keeper, log })
  const speakers = createSpeakers({ rest, remembered, log })
  const sender = createSender({ drawing, rest, log })
  const answers = new Set<Promise<void>>()
  const once = seenOrTaken(seen, log)
  const asked = createInteractions({ desk, drawing, forms, log, rest, seen: once, speakers })
  const interactions: Interactions = {
    answer: (interaction, first) => underway(asked.answer(interaction, first)),
  }
  const lines = createLines({ desk, drawing, forms, log, seen: once, sender, speakers })
  const routes =
    settings.publicKey === undefined
      ? undefined
      : interactionRoutes({
          publicKey: settings.publicKey,
          applicationId: settings.applicationId,
          interactions,
          clock,
          log,
        })

  let gateway: Gateway | undefined
  let registered = false
  let trouble: string | undefined = 'not started'
  let stopped = false
  let retry: NodeJS.Timeout | undefined

  async function introduce(): Promise<void> {
    const applicationId = settings.applicationId ?? (await self()).id
    await registerCommands({ commands: desk.commands, applicationId, rest, remembered, log })
    registered = true
    if (routes) return
    gateway ??= createGateway({
      token: settings.token,
      rest,
      locks,
      log,
      heard: {
        guild: speakers.learn,
        message: (said, me) => void underway(lines.read(said, me)),
        interaction: (interaction) =>
          void interactions.answer(interaction, (response) => callBack(interaction, response)),
      },
    })
    await gateway.connect()
  }

  async function callBack({ id, token }: APIInteraction, response: APIInteractionResponse): Promise<void> {
    try {
      await rest.post(DiscordRoutes.interactionCallback(id, token), { body: response, auth: false })
    } catch (error) {
      // The first try did arrive, only its answer was lost.
      if (!isCode(error, 'alreadyAnswered')) throw error
    }
  }

  /** What is being answered is answered to the end, also when Crier stops. */
  function underway(answering: Promise<void>): Promise<void> {
    const ended = answering.finally(() => answers.delete(ended))
    answers.add(ended)
    return ended
  }

  const self = async (): Promise<APIApplication> =>
    (await rest.get(DiscordRoutes.currentApplication())) as APIApplication

  async function tryToStart(wait: number): Promise<void> {
    try {
      await introduce()
      trouble = undefined
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal) throw refusal
      trouble = `Discord could not be reached: ${error instanceof Error ? error.message : String(error)}`
      log.warn({ err: loggable(error), again: wait }, 'Discord could not be reached; trying again')
      if (stopped) return
      retry = setTimeout(() => {
        tryToStart(Math.min(wait * 2, LONGEST_RETRY)).catch((later: unknown) => {
          trouble = later instanceof Error ? later.message : String(later)
          log.error({ err: loggable(later) }, 'Discord refused its settings')
        })
      }, wait)
    }
  }

  return {
    name: 'discord',
    ...(routes && { routes }),
    send: sender.send,
    update: sender.update,
    tell: sender.tell,

    async start() {
      stopped = false
      await tryToStart(FIRST_RETRY)
    },

    async stop() {
      stopped = true
      clearTimeout(retry)
      // Answers go by REST, so they still arrive when nothing new is listened to.
      await gateway?.close()
      await Promise.allSettled(answers)
      gateway = undefined
      trouble = 'stopped'
    },

    health() {
      if (trouble !== undefined) return { ok: false, detail: trouble }
      if (!registered) return { ok: false, detail: 'the commands are not registered yet' }
      return gateway?.state() ?? { ok: true, detail: 'interactions by HTTP' }
    },
  }
}

/** What only a person can put right; undefined for what time may heal. */
function refusalIn(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error
  if (!(error instanceof DiscordAPIError)) return undefined
  const where = 'https://discord.com/developers/applications'
  switch (error.status) {
    case 401:
      return new UserError('Discord refuses DISCORD_TOKEN.', {
        wayOut: `Copy the bot's token from ${where}.`,
        cause: error,
      })
    case 403:
    case 404:
      return new UserError('Discord does not let this token speak for DISCORD_APPLICATION_ID.', {
        wayOut: `Copy both from the same application at ${where}.`,
        cause: error,
      })
    case 400:
      return new UserError(`Discord refuses the commands: ${error.message}`, { cause: error })
    default:
      return undefined
  }
}
