import { z } from 'zod'
import { DAY } from '../../kit/clock.ts'
import type { Answer, Call } from '../contract/http.ts'
import type { Io } from '../contract/platform.ts'
import type { Next } from '../contract/publish-error.ts'
import type { Phase, ReadRefusal } from '../contract/refusal.ts'
import { Tokens } from '../contract/tokens.ts'
import { waitOf } from '../contract/wait.ts'

export const PLATFORM = { name: 'tiktok', label: 'TikTok' }
export const API = 'https://open.tiktokapis.com'

export const Credentials = Tokens.extend({ openId: z.string(), scopes: z.array(z.string()) })
export type Credentials = z.infer<typeof Credentials>

/** Publishing at once, and sending a draft to the person's inbox, are separate permissions. */
export const DIRECT = 'video.publish'
export const DRAFTS = 'video.upload'

interface Meaning {
  /** `tomorrow`: a cap of a rolling day is reached. */
  next: Next['do'] | 'tomorrow'
  says?: string
}

/**
 * What TikTok's codes and reasons of failure mean.
 * https://developers.tiktok.com/doc/content-posting-api-reference-direct-post
 * https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  access_token_invalid: { next: 'reconnect' },
  auth_removed: { next: 'reconnect', says: 'the account’s owner has removed Crier' },
  scope_not_authorized: { next: 'reconnect', says: 'a permission for this was not given' },
  scope_permission_missed: { next: 'reconnect', says: 'a permission for this was not given' },
  rate_limit_exceeded: { next: 'retry' },
  internal_error: { next: 'check' },
  internal: { next: 'retry', says: 'something went wrong there' },
  spam_risk_too_many_posts: {
    next: 'tomorrow',
    says: 'the account has published as much as it may in a day',
  },
  spam_risk_too_many_pending_share: {
    next: 'tomorrow',
    says: 'five drafts wait in the account’s inbox, and that is as many as may',
  },
  reached_active_user_cap: { next: 'tomorrow', says: 'Crier’s app has as many users as it may in a day' },
  file_format_check_failed: { next: 'edit', says: 'this format of file is not taken' },
  duration_check_failed: { next: 'edit', says: 'the video is too short or too long' },
  frame_rate_check_failed: { next: 'edit', says: 'the video’s frame rate is not taken: 23 to 60 a second' },
  picture_size_check_failed: {
    next: 'edit',
    says: 'the size of the picture is not taken: 360 to 4096 pixels',
  },
  video_pull_failed: { next: 'edit', says: 'the video could not be fetched' },
  photo_pull_failed: {
    next: 'edit',
    says: 'the photos could not be fetched from this Crier’s public address',
  },
  publish_cancelled: { next: 'edit', says: 'somebody cancelled it there' },
  url_ownership_unverified: {
    next: 'edit',
    says: 'this Crier’s public address has to be verified in its app at developers.tiktok.com',
  },
  privacy_level_option_mismatch: {
    next: 'edit',
    says: 'the account may not publish to these people any more',
  },
  invalid_params: { next: 'edit' },
  spam_risk_text: { next: 'edit', says: 'the text looks like spam' },
  spam_risk: { next: 'edit', says: 'this looks like spam' },
  spam_risk_user_banned_from_posting: {
    next: 'edit',
    says: 'the account may not publish: somebody has to look at it in its app',
  },
  unaudited_client_can_only_post_to_private_accounts: {
    next: 'edit',
    says: 'Crier’s app is not audited, so it may only publish to private accounts, for their owner alone',
  },
  app_version_check_failed: { next: 'edit', says: 'the TikTok app on the owner’s phone is too old' },
}

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string().optional() }) })

/** TikTok may refuse with a 200: then `error.code` is not `ok`. */
export const isRefused = (body: unknown): boolean => {
  const code = codeOf(body)
  return code !== undefined && code !== 'ok'
}

export const refusal: ReadRefusal = (answer) => {
  const code = codeOf(answer.body)
  if (code === undefined || code === 'ok') return undefined
  const meaning = MEANINGS[code]
  if (!meaning) return { code }
  return {
    code,
    next: nextOf(meaning, answer.now, waitOf(429, answer.header, answer.now)),
    ...(meaning.says === undefined ? {} : { message: `TikTok: ${meaning.says}` }),
  }
}

/** What becomes of a post that TikTok took and then could not publish. Nothing is live, so it is never `check`. */
export function afterFailedPost(reason: string, now: number): { next: Next; message: string } {
  const meaning = MEANINGS[reason] ?? { next: 'edit' }
  const next = nextOf(meaning, now, undefined)
  return {
    next: next.do === 'check' ? { do: 'retry' } : next,
    message: `TikTok did not publish it: ${meaning.says ?? reason.replaceAll('_', ' ')}`,
  }
}

function nextOf({ next }: Meaning, now: number, wait: number | undefined): Next {
  if (next === 'tomorrow') return { do: 'retry', after: wait ?? now + DAY }
  return next === 'retry' && wait !== undefined ? { do: 'retry', after: wait } : { do: next }
}

const codeOf = (body: unknown): string | undefined => ErrorBody.safeParse(body).data?.error.code

/** A call to TikTok's API as JSON, whose answer's `data` has this shape. */
export async function ask<Data>(
  phase: Phase,
  path: string,
  json: unknown,
  data: z.ZodType<Data>,
  io: Pick<Io<never>, 'http' | 'apiUrl' | 'signal'> & { credentials: { accessToken: string } },
): Promise<Answer<{ data: Data }>> {
  const call: Call<{ data: Data }> = {
    phase,
    name: path,
    url: `${io.apiUrl}${path}`,
    method: 'POST',
    token: io.credentials.accessToken,
    body: { json },
    answer: z.object({ data }),
    refused: isRefused,
    signal: io.signal,
  }
  return io.http.send(call)
}
