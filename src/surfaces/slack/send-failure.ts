import {
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { SendError } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import { scopeWhy } from './scopes.ts'

/** Errors after which the same call may work: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const PASSING = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
  'accesslimited',
])

/** What Slack's errors mean for people, and the way out. */
const WORDS: Record<string, string> = {
  channel_not_found:
    'Slack knows no such channel, or Crier is not in it: invite Crier there or choose another channel.',
  not_in_channel: 'Crier is not in the channel: invite it there with /invite @Crier.',
  is_archived: 'The channel is archived: choose another channel.',
  restricted_action: 'The channel’s settings keep Crier from posting there.',
  restricted_action_read_only_channel: 'The channel is read-only for Crier.',
  user_not_found: 'Slack knows no such person.',
  user_disabled: 'That person’s Slack account is deactivated.',
  message_not_found: 'The message is gone from Slack.',
  cant_update_message: 'Slack lets nobody but its author change the message.',
  edit_window_closed: 'The team’s settings let old messages no longer be changed.',
  msg_too_long: 'Slack finds the message too long.',
  msg_blocks_too_long: 'Slack finds the message too long.',
  invalid_auth: 'Slack no longer takes Crier’s token: install Crier again.',
  not_authed: 'Slack no longer takes Crier’s token: install Crier again.',
  token_revoked: 'Crier’s token was revoked: install Crier again.',
  token_expired: 'Crier’s token has expired: install Crier again.',
  account_inactive: 'Crier was removed from the team: install it again.',
  team_access_not_granted: 'The organisation has not granted Crier this workspace.',
  ekm_access_denied: 'The team’s administrators suspended access to messages.',
}

/** Slack's own word for a refusal (`not_in_channel`), or undefined where it is no refusal. */
export const refusalOf = (error: unknown): string | undefined =>
  error instanceof WebAPIPlatformError ? error.data.error : undefined

/** Slack's errors as what the outbox understands: whether and when to try again, and why not, in words. */
export function sendError(error: unknown): SendError {
  if (error instanceof SendError) return error
  if (error instanceof WebAPIRateLimitedError) {
    return new SendError('Slack asks to wait: too many messages at once.', {
      retry: true,
      after: error.retryAfter * SECOND,
      everywhere: true,
      cause: error,
    })
  }
  if (error instanceof WebAPIPlatformError) return refused(error)
  if (error instanceof WebAPIHTTPError) {
    const retry = error.statusCode >= 500 || error.statusCode === 408
    return new SendError(`Slack answered with status ${error.statusCode}.`, { retry, cause: error })
  }
  if (error instanceof WebAPIRequestError) {
    return new SendError(`Slack was not reached: ${error.original.message}.`, { retry: true, cause: error })
  }
  return new SendError(
    `The message was not sent: ${error instanceof Error ? error.message : String(error)}`,
    {
      retry: false,
      cause: error,
    },
  )
}

function refused(error: WebAPIPlatformError): SendError {
  const { error: word } = error.data
  const wait = error.data.response_metadata?.retryAfter
  return new SendError(
    word === 'missing_scope' ? missingScope(error.data) : (WORDS[word] ?? `Slack refuses: ${word}.`),
    {
      retry: PASSING.has(word),
      ...(wait === undefined ? {} : { after: wait * SECOND, everywhere: true }),
      cause: error,
    },
  )
}

function missingScope(result: WebAPICallResult): string {
  const needed = 'needed' in result && typeof result.needed === 'string' ? result.needed : undefined
  if (!needed) return 'Crier lacks a scope in Slack: an admin reinstalls it with the current manifest.'
  const why = scopeWhy(needed)
  return `Crier lacks the scope ${needed}${why ? ` (${why})` : ''}: an admin reinstalls it with the current manifest.`
}
