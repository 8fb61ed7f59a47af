import { z } from 'zod'
import { SECOND } from '../../kit/clock.ts'
import type {
  AccountFacts,
  Connected,
  ConnectIo,
  OAuthConnect,
  OAuthTokens,
  Publication,
} from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import type { Phase } from '../contract/refusal.ts'
import { clientOf } from '../contract/tokens.ts'
import { API, ask, type Credentials, DIRECT, DRAFTS, isRefused, PLATFORM } from './api.ts'

/** https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info */
const CreatorInfo = z.object({
  creator_username: z.string().optional(),
  creator_nickname: z.string().optional(),
  privacy_level_options: z.array(z.string()),
  comment_disabled: z.boolean().optional(),
  duet_disabled: z.boolean().optional(),
  stitch_disabled: z.boolean().optional(),
  max_video_post_duration_sec: z.number().optional(),
})
type CreatorInfo = z.infer<typeof CreatorInfo>
const User = z.object({
  data: z.object({
    user: z.object({ username: z.string().optional(), display_name: z.string().optional() }),
  }),
})

export const SIGN_IN: OAuthConnect<Credentials> = {
  by: 'oauth',
  label: 'Sign in with TikTok',
  scopes: [
    { name: 'user.info.basic', for: 'knowing whose account it is' },
    { name: DIRECT, for: 'publishing at once', optional: true },
    { name: DRAFTS, for: 'sending drafts to the inbox of the app', optional: true },
    { name: 'video.list', for: 'reading numbers', optional: true },
  ],
  // For web apps TikTok asks for none; for others it wants the challenge in hex, which is not OAuth's.
  pkce: false,
  needsHttps: true,
  server: async (_values, io) => ({
    authorizationEndpoint: `${io.apiUrl === API ? 'https://www.tiktok.com' : io.apiUrl}/v2/auth/authorize/`,
    tokenEndpoint: `${io.apiUrl}/v2/oauth/token/`,
    revocationEndpoint: `${io.apiUrl}/v2/oauth/revoke/`,
    client: clientOf(PLATFORM, io),
    clientAuthentication: 'post',
    clientIdParameter: 'client_key',
    scopeSeparator: ',',
  }),
  accounts: async (tokens, _values, io) => [await account(tokens, io)],
}

const Granted = z.object({ open_id: z.string(), refresh_expires_in: z.coerce.number().optional() })

async function account(tokens: OAuthTokens, io: ConnectIo): Promise<Connected<Credentials>> {
  const granted = Granted.safeParse(tokens.raw)
  if (!granted.success) {
    throw new PublishError(PLATFORM.name, { do: 'retry' }, 'TikTok did not say whose account this is', {
      code: 'NO_OPEN_ID',
    })
  }
  const { open_id: openId, refresh_expires_in: lasts } = granted.data
  // TikTok names what was granted in one string with commas.
  const scopes = tokens.scopes.flatMap((scope) => scope.split(','))
  const credentials: Credentials = {
    openId,
    scopes,
    accessToken: tokens.accessToken,
    ...(tokens.refreshToken ? { refreshToken: tokens.refreshToken } : {}),
    expiresAt: tokens.expiresAt,
    refreshExpiresAt: tokens.refreshExpiresAt ?? (lasts === undefined ? null : io.now + lasts * SECOND),
  }
  const creator = scopes.includes(DIRECT) ? await creatorInfo('connect', { ...io, credentials }) : undefined
  const name = creator?.creator_username ?? (await userName(tokens.accessToken, io)) ?? openId
  return { externalId: openId, handle: `@${name}`, credentials, facts: factsOf(creator, scopes) }
}

async function userName(token: string, io: ConnectIo): Promise<string | undefined> {
  const { data } = await io.http.send({
    phase: 'connect',
    name: 'read user',
    url: `${io.apiUrl}/v2/user/info/`,
    query: { fields: 'open_id,display_name' },
    token,
    answer: User,
    refused: isRefused,
    signal: io.signal,
  })
  return data.data.user.username ?? data.data.user.display_name
}

/** What the creator allows at the moment; TikTok wants it asked before each post. */
export async function creatorInfo(
  phase: Phase,
  io: Pick<ConnectIo, 'http' | 'apiUrl' | 'signal'> & { credentials: { accessToken: string } },
): Promise<CreatorInfo> {
  const { data } = await ask(phase, '/v2/post/publish/creator_info/query/', {}, CreatorInfo, io)
  return data.data
}

const factsOf = (creator: CreatorInfo | undefined, scopes: readonly string[]): AccountFacts => ({
  scopes,
  ...(creator
    ? {
        nickname: creator.creator_nickname ?? null,
        privacyLevels: creator.privacy_level_options,
        commentsOff: creator.comment_disabled ?? false,
        duetsOff: creator.duet_disabled ?? false,
        stitchesOff: creator.stitch_disabled ?? false,
        maxDuration: (creator.max_video_post_duration_sec ?? 600) * SECOND,
      }
    : {}),
})

/** The creator may have changed their mind since the post was written. @throws PublishError `edit` */
export function mustStillAllow({ options, media }: Publication, creator: CreatorInfo): void {
  const refuse = (message: string): never => {
    throw new PublishError(PLATFORM.name, { do: 'edit' }, message, { code: 'CREATOR_INFO' })
  }
  if (!options.privacy) refuse('It was not chosen who can see it on TikTok')
  else if (!creator.privacy_level_options.includes(options.privacy)) {
    refuse('The account does not offer this choice of who can see a post any more')
  }
  const longest = (creator.max_video_post_duration_sec ?? Number.POSITIVE_INFINITY) * SECOND
  for (const { duration, filename } of media) {
    if (duration !== null && duration > longest) {
      refuse(`${filename} is longer than the ${longest / SECOND} s that this account may publish`)
    }
  }
}
