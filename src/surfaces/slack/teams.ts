// @slack/web-api: Slack's own client of its API, the one that Bolt uses.
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { type Clock, SECOND } from '../../kit/clock.ts'
import { type Log, silentLog } from '../../kit/log.ts'
import type { Installations } from './installations.ts'
import { quietLogger } from './quiet-logger.ts'

/** A Slack team that Crier is installed in, and the way to talk to it. */
export interface Team {
  id: string
  name: string
  token: string
  /** Of Crier itself in this team. */
  botUserId: string
  botId: string | undefined
  /** What the token may do, where Slack says so. */
  scopes: readonly string[]
  client: WebClient
}

export interface Teams {
  /** The team that a request comes from; undefined where Crier is not installed. @throws Slack's errors. */
  get(teamId: string): Promise<Team | undefined>
  /** The team of the one token, where there is one. @throws Slack's errors. */
  home(): Promise<Team | undefined>
  forget(teamId: string): void
}

/**
 * A token is looked up anew after this long: an installation and a removal are told to one process only, and count in all.
 * It costs a query; Slack is asked only where the token is another one.
 */
const KNOWN_FOR = 15 * SECOND
/** A call that takes longer is given up. */
const CALL_WITHIN = 15 * SECOND

/** How calls leave: errors come back at once, since the outbox and the answers have their own patience. */
export const clientOptions = (options: {
  log?: Log
  apiUrl?: string | undefined
  fetch?: WebClientOptions['fetch']
}): WebClientOptions => ({
  logger: quietLogger(options.log ?? silentLog),
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  timeout: CALL_WITHIN,
  allowAbsoluteUrls: false,
  ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
  ...(options.fetch ? { fetch: options.fetch } : {}),
})

export function createTeams(options: {
  botToken?: string | undefined
  installations: Installations
  /** Are installations asked for teams other than the token's own? */
  many: boolean
  client: WebClientOptions
  clock: Clock
}): Teams {
  const known = new Map<string, { team: Promise<Team>; token: string; until: number }>()
  let home: Promise<Team> | undefined

  async function homeTeam(): Promise<Team | undefined> {
    if (!options.botToken) return undefined
    home ??= greet(options.botToken, options.client)
    try {
      return await home
    } catch (error) {
      home = undefined
      throw error
    }
  }

  return {
    home: homeTeam,
    async get(teamId) {
      const own = await homeTeam()
      if (own && own.id === teamId) return own
      // One token speaks for one team. The app may stand in others, whose people are nobody here.
      if (!options.many) return undefined
      const before = known.get(teamId)
      if (before && before.until > options.clock.now()) return before.team
      const installation = await options.installations.find(teamId)
      if (!installation) {
        known.delete(teamId)
        return undefined
      }
      const team =
        before?.token === installation.botToken ? before.team : greet(installation.botToken, options.client)
      known.set(teamId, { team, token: installation.botToken, until: options.clock.now() + KNOWN_FOR })
      try {
        return await team
      } catch (error) {
        known.delete(teamId)
        throw error
      }
    },
    forget(teamId) {
      known.delete(teamId)
    },
  }
}

/** Asks Slack whose token this is. @throws Slack's errors. */
export async function greet(token: string, options: WebClientOptions): Promise<Team> {
  const client = new WebClient(token, options)
  const who = await client.auth.test()
  return {
    id: who.team_id ?? '',
    name: who.team ?? who.team_id ?? 'Slack',
    token,
    botUserId: who.user_id ?? '',
    botId: who.bot_id,
    scopes: who.response_metadata?.scopes ?? [],
    client,
  }
}
