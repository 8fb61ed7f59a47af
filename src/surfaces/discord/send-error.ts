import { DiscordAPIError, HTTPError, RateLimitError } from '@discordjs/rest'
import { SendError } from '../../app/surface.ts'
import { HOUR, MINUTE } from '../../kit/clock.ts'

/** What was being done: it decides which permission a refusal is about. */
export type Doing = 'send' | 'update' | 'start a thread' | 'tell'

/** Error codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes */
export const CODES = {
  unknownChannel: 10003,
  unknownGuild: 10004,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  alreadyAnswered: 40060,
  tooManyOldEdits: 30046,
  missingAccess: 50001,
  cannotMessageUser: 50007,
  missingPermissions: 50013,
  wrongChannelType: 50024,
  invalidForm: 50035,
  threadExists: 160004,
  threadLocked: 160005,
} as const

/** Was it refused by Discord with this code? */
export const isCode = (error: unknown, code: keyof typeof CODES): boolean =>
  error instanceof DiscordAPIError && error.code === CODES[code]

/**
 * An error as it may be logged: Discord's own errors carry the body that was sent (what people wrote) and an address with
 * the interaction's token in it.
 */
export function loggable(error: unknown): unknown {
  if (!(error instanceof DiscordAPIError || error instanceof HTTPError)) return error
  const { name, message, status, method, url } = error
  const path = url
    .replace(/^.*\/api(?:\/v\d+)?/, '')
    .replace(/^(\/(?:webhooks|interactions)\/\d+)\/[^/]+/, '$1/…')
  return { type: name, message, status, method, path, ...('code' in error && { code: error.code }) }
}

/** What went wrong, in words that name the way out, and whether trying again may help. */
export function toSendError(
  error: unknown,
  doing: Doing,
  { channel, files }: { channel?: string; files?: boolean } = {},
): SendError {
  if (error instanceof SendError) return error
  const refused = (message: string) => new SendError(message, { retry: false, cause: error })
  const later = (message: string, after?: number) =>
    new SendError(message, { retry: true, cause: error, ...(after !== undefined && { after }) })

  if (error instanceof RateLimitError) {
    return later(
      'Discord asks us to slow down.',
      Math.max(error.retryAfter, error.timeToReset, error.sublimitTimeout),
    )
  }
  const where = channel ? `the channel ${channel}` : 'that channel'
  if (error instanceof DiscordAPIError) {
    switch (error.code) {
      case CODES.missingAccess:
        return refused(
          `Crier may not see ${where}: give it the permission View Channels there${doing === 'send' ? ' (and Send Messages)' : ''}, or choose another channel.`,
        )
      case CODES.missingPermissions:
        return refused(
          `Crier lacks a permission in ${where}: it needs ${permissionsFor(doing, files ?? false)}.`,
        )
      case CODES.unknownChannel:
      case CODES.unknownGuild:
        return refused(
          `Discord knows no such channel as ${channel ?? 'the one chosen'} any more: choose another one.`,
        )
      case CODES.unknownMessage:
        return refused('The message is gone from Discord: somebody has deleted it.')
      case CODES.cannotMessageUser:
        return refused(
          'The member takes no direct messages from this server (their privacy settings on Discord).',
        )
      case CODES.threadLocked:
        return refused("The card's thread is locked: unlock it, or give Crier the permission Manage Threads.")
      case CODES.tooManyOldEdits:
        return later('Discord lets messages older than an hour be changed only so often.', HOUR)
      case CODES.invalidForm:
        return refused(`Discord refused the message as malformed: ${error.message}`)
      default:
    }
    if (error.status === 401) return refused('Discord refused the bot token: check DISCORD_TOKEN.')
    if (error.status === 429) return later('Discord asks us to slow down.', MINUTE)
    return error.status >= 500
      ? later(`Discord is in trouble (${error.status}).`)
      : refused(`Discord refused to ${doing}: ${error.message} (code ${error.code}).`)
  }
  if (error instanceof HTTPError) {
    return error.status === 429 || error.status >= 500
      ? later(`Discord is in trouble (${error.status}).`)
      : refused(`Discord refused to ${doing} (${error.status}).`)
  }
  // Whatever else stands between us and Discord: the network, a time-out.
  return later(`Discord could not be reached: ${error instanceof Error ? error.message : String(error)}`)
}

function permissionsFor(doing: Doing, files: boolean): string {
  switch (doing) {
    case 'send':
      return files
        ? 'Send Messages (in a thread: Send Messages in Threads) and Attach Files'
        : 'Send Messages (in a thread: Send Messages in Threads)'
    case 'update':
      return files ? 'View Channels and Attach Files' : 'View Channels'
    case 'start a thread':
      return 'Create Public Threads and Read Message History'
    case 'tell':
      return 'to share a server with the member'
    default:
      return doing satisfies never
  }
}
