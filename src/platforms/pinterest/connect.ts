import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import type { Connected, ConnectIo, OAuthServer, OAuthTokens } from '../contract/platform.ts'
import { clientOf, keptTokens, type TokenEndpoint, Tokens } from '../contract/tokens.ts'

export const PLATFORM = { name: 'pinterest', label: 'Pinterest' }
export const API = 'https://api.pinterest.com/v5'

export const Credentials = Tokens.extend({ boardId: z.string().min(1) })
export type Credentials = z.infer<typeof Credentials>

const Account = z.object({ username: z.string().optional() })
const Boards = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), privacy: z.string().optional() })),
  bookmark: z.string().nullish(),
})

const MOST_PAGES = 8

export const tokenEndpoint = (
  { apiUrl }: Pick<ConnectIo, 'apiUrl'>,
  which: 'token' | 'token/revoke',
): TokenEndpoint => ({
  url: `${apiUrl}/oauth/${which}`,
  authentication: 'basic',
})

export const oauthServer = (io: ConnectIo): OAuthServer => ({
  // Where the operator has another server, it signs people in too; Pinterest's own sandbox does not.
  authorizationEndpoint: io.apiUrl.includes('.pinterest.com/')
    ? 'https://www.pinterest.com/oauth/'
    : `${io.apiUrl}/oauth/`,
  tokenEndpoint: tokenEndpoint(io, 'token').url,
  revocationEndpoint: tokenEndpoint(io, 'token/revoke').url,
  client: clientOf(PLATFORM, io),
  clientAuthentication: 'basic',
  scopeSeparator: ',',
})

/** The boards that these tokens open: each is an account of its own, since a Pin is always on a board. */
export async function boardsOf(tokens: OAuthTokens, io: ConnectIo): Promise<Connected<Credentials>[]> {
  const asking = { phase: 'connect', token: tokens.accessToken, signal: io.signal } as const
  const { data: account } = await io.http.send({
    ...asking,
    name: 'read account',
    url: `${io.apiUrl}/user_account`,
    answer: Account,
  })
  const who = account.username ? `@${account.username}` : 'Pinterest'
  const boards: z.infer<typeof Boards>['items'] = []
  let bookmark: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data } = await io.http.send({
      ...asking,
      name: 'read boards',
      url: `${io.apiUrl}/boards`,
      query: { page_size: 250, bookmark },
      answer: Boards,
    })
    boards.push(...data.items)
    if (!data.bookmark) break
    bookmark = data.bookmark
  }
  if (boards.length === 0) {
    throw new UserError(`${who} has no boards on Pinterest.`, {
      wayOut: 'Make one on its profile, under Create, Board, and connect again.',
    })
  }
  return boards.map(({ id, name, privacy }) => ({
    externalId: id,
    handle: `${who} / ${name}`,
    credentials: { ...keptTokens(tokens), boardId: id },
    facts: { board: name, ...(privacy ? { privacy } : {}) },
  }))
}
