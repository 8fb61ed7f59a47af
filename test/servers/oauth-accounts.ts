import type { FormValues } from '../../src/message/form.ts'
import type { createOAuthProvider, OAuthRules } from './oauth-provider.ts'
import type { Answer, Asked } from './stand-in.ts'

type Provider = ReturnType<typeof createOAuthProvider>

/** What a test has to know of a platform's sign-in besides its file: whose accounts a login opens there, and its quirks. */
export interface Opens {
  /** The accounts' handles, in the order of the page. */
  handles: readonly string[]
  /** Answers what is asked with a login that is alive; what is asked without one never gets here. */
  answer(asked: Asked, provider: Provider): Answer | undefined
  rules?: Partial<OAuthRules>
  /** What is typed before the person is sent away; `host` is the stand-in's own. */
  values?: (host: string) => FormValues
  /** Its token answer names no scopes, so nobody can tell what was left out. */
  silentAboutScopes?: true
}

const ok = (json: unknown): Answer => ({ status: 200, json })
const DAY = 24 * 3_600

/** Meta's exchange of an hour's token for one of 60 days, and the renewal of that. */
const longLived = (provider: Provider): Answer =>
  ok({ access_token: provider.grant().accessToken, token_type: 'bearer', expires_in: 60 * DAY })

const META: Pick<Opens, 'rules' | 'silentAboutScopes'> = {
  silentAboutScopes: true,
  rules: {
    refreshes: false,
    accessLives: 60 * DAY,
    shape: ({ access_token, token_type }) => ({ access_token, token_type, expires_in: 3_600 }),
  },
}

/** By platform and the label of its way in. A platform whose way is missing here fails its test. */
export const OPENS: Record<string, Opens> = {
  'facebook: Sign in with Facebook': {
    ...META,
    handles: ['Acme', 'Acme Kettles'],
    answer({ path, query }, provider) {
      if (/^\/v[\d.]+\/oauth\/access_token$/.test(path) && query.get('grant_type') === 'fb_exchange_token')
        return longLived(provider)
      if (!/^\/v[\d.]+\/me\/accounts$/.test(path)) return undefined
      const page = (id: string, name: string, tasks: string[]) => ({
        id,
        name,
        tasks,
        access_token: provider.grant().accessToken,
      })
      return ok({
        data: [
          page('1', 'Acme', ['CREATE_CONTENT']),
          page('2', 'Somebody else', ['ANALYZE']),
          page('3', 'Acme Kettles', ['CREATE_CONTENT']),
        ],
      })
    },
  },
  'instagram: Sign in with Instagram': {
    // https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login: in a list, without a type.
    rules: {
      ...META.rules,
      shape: ({ access_token, scope }) => ({
        data: [{ access_token, user_id: '17841', permissions: String(scope).split(' ') }],
      }),
    },
    handles: ['@acme'],
    answer({ path, query }, provider) {
      if (path === '/access_token' && query.get('grant_type') === 'ig_exchange_token')
        return longLived(provider)
      if (path === '/refresh_access_token' && query.get('grant_type') === 'ig_refresh_token')
        return longLived(provider)
      return /^\/v[\d.]+\/me$/.test(path) ? ok({ user_id: '17841', username: 'acme' }) : undefined
    },
  },
  'instagram: Sign in with Facebook': {
    ...META,
    handles: ['@acme'],
    answer({ path, query }, provider) {
      if (/^\/v[\d.]+\/oauth\/access_token$/.test(path) && query.get('grant_type') === 'fb_exchange_token')
        return longLived(provider)
      if (!/^\/v[\d.]+\/me\/accounts$/.test(path)) return undefined
      const instagram_business_account = { id: '17841', username: 'acme' }
      return ok({
        data: [{ id: '1', access_token: provider.grant().accessToken, instagram_business_account }],
      })
    },
  },
  'linkedin: Sign in as a person': {
    handles: ['Ada Lovelace'],
    answer: ({ path }) => (path === '/v2/userinfo' ? ok({ sub: 'abc', name: 'Ada Lovelace' }) : undefined),
  },
  'linkedin: Sign in for organisation pages': {
    handles: ['Acme', 'Ada Lovelace'],
    answer({ path }) {
      if (path === '/v2/userinfo') return ok({ sub: 'abc', name: 'Ada Lovelace' })
      if (path === '/rest/organizationAcls')
        return ok({ elements: [{ organization: 'urn:li:organization:5' }] })
      return path === '/rest/organizations/5' ? ok({ localizedName: 'Acme' }) : undefined
    },
  },
  'mastodon: Sign in at the server': {
    handles: ['@acme'],
    rules: { refreshes: false, shape: ({ expires_in: _, ...rest }) => rest },
    values: (host) => ({ server: host }),
    answer: ({ path }) =>
      path === '/api/v1/accounts/verify_credentials'
        ? ok({ id: '7', acct: 'acme', username: 'acme', url: null })
        : undefined,
  },
  'pinterest: Sign in with Pinterest': {
    handles: ['@acme / Kettles', '@acme / Teapots'],
    answer({ path }) {
      if (path === '/user_account') return ok({ username: 'acme' })
      if (path !== '/boards') return undefined
      return ok({
        items: ['Kettles', 'Teapots'].map((name, id) => ({ id: String(id), name })),
        bookmark: null,
      })
    },
  },
  'snapchat: Sign in with Snapchat': {
    handles: ['@acme'],
    answer: ({ path }) =>
      path === '/v1/public_profiles/my_profile'
        ? ok({
            request_status: 'SUCCESS',
            public_profiles: [{ public_profile: { id: '9', username: 'acme' } }],
          })
        : undefined,
  },
  'threads: Sign in with Threads': {
    ...META,
    handles: ['@acme'],
    answer({ path, query }, provider) {
      if (path === '/access_token' && query.get('grant_type') === 'th_exchange_token')
        return longLived(provider)
      if (path === '/refresh_access_token' && query.get('grant_type') === 'th_refresh_token')
        return longLived(provider)
      return path === '/v1.0/me' ? ok({ id: '31', username: 'acme' }) : undefined
    },
  },
  'tiktok: Sign in with TikTok': {
    handles: ['@acme'],
    rules: {
      shape: ({ scope, ...rest }) => ({
        ...rest,
        token_type: 'Bearer',
        open_id: 'open-1',
        scope: String(scope).replaceAll(' ', ','),
        refresh_expires_in: 180 * DAY,
      }),
    },
    answer({ path }) {
      if (path === '/v2/user/info/')
        return ok({ error: { code: 'ok' }, data: { user: { display_name: 'acme' } } })
      if (path !== '/v2/post/publish/creator_info/query/') return undefined
      const data = { creator_username: 'acme', privacy_level_options: ['SELF_ONLY'] }
      return ok({ error: { code: 'ok' }, data })
    },
  },
  'x: Sign in with X': {
    handles: ['@acme'],
    answer: ({ path }) => (path === '/2/users/me' ? ok({ data: { id: '7', username: 'acme' } }) : undefined),
  },
  'youtube: Sign in with Google': {
    handles: ['@acme'],
    rules: { rotates: false, openRevocation: true },
    answer: ({ path }) =>
      path === '/youtube/v3/channels'
        ? ok({ items: [{ id: 'UCacme', snippet: { title: 'Acme films', customUrl: '@acme' } }] })
        : undefined,
  },
}

/** What Mastodon's servers tell anybody. */
export function openToAll({ method, path, body }: Asked, provider: Provider): Answer | undefined {
  if (path === '/api/v2/instance') return ok({ configuration: {} })
  if (method === 'POST' && path === '/api/v1/apps')
    return body.redirect_uris && body.scopes
      ? ok({ client_id: provider.client.id, client_secret: provider.client.secret })
      : { status: 422, json: { error: 'Validation failed' } }
  return undefined
}
