import { z } from 'zod'
import { UserError } from '../../kit/user-error.ts'
import type { FormValues } from '../../message/form.ts'
import type { Call } from '../contract/http.ts'
import type { Connected, ConnectIo, FormConnect } from '../contract/platform.ts'
import { PublishError } from '../contract/publish-error.ts'
import { TARGETS, type Target, targetOf } from './targets.ts'

export const PLATFORM = { name: 'blotato', label: 'Blotato' }
export const API = 'https://backend.blotato.com/v2'

export const Credentials = z.object({ apiKey: z.string(), accountId: z.string() })
export type Credentials = z.infer<typeof Credentials>

const Accounts = z.object({
  items: z.array(
    z.object({
      id: z.coerce.string(),
      platform: z.string(),
      fullname: z.string().nullish(),
      username: z.string().nullish(),
    }),
  ),
})
const Pages = z.object({ items: z.array(z.object({ id: z.coerce.string(), name: z.string() })) })

export const BY_KEY: FormConnect<Credentials> = {
  by: 'form',
  label: 'API key',
  fields: [
    {
      kind: 'secret',
      name: 'apiKey',
      label: 'API key',
      hint: 'From Blotato’s settings, API; keep the = at its end',
      required: true,
    },
    {
      kind: 'choice',
      name: 'platform',
      label: 'Publishes to',
      required: true,
      options: Object.entries(TARGETS).map(([value, { label }]) => ({ label, value })),
    },
    {
      kind: 'text',
      name: 'account',
      label: 'Account',
      hint: 'Its name at Blotato; only where there are several on that platform',
      placeholder: '@acme',
      required: false,
    },
    {
      kind: 'text',
      name: 'page',
      label: 'Page or board',
      hint: 'A Facebook or LinkedIn page by name, a Pinterest board by its number',
      required: false,
    },
  ],
  open,
}

export const withKey = (
  apiKey: string,
  name: string,
  io: Pick<ConnectIo, 'signal'>,
): Pick<Call<unknown>, 'name' | 'headers' | 'signal'> => ({
  name,
  headers: { 'blotato-api-key': apiKey },
  signal: io.signal,
})

/** One account of those the key opens; which one is asked where it is not clear. @throws UserError with the field */
async function open(values: FormValues, io: ConnectIo): Promise<Connected<Credentials>> {
  const apiKey = said(values.apiKey)
  const platform = said(values.platform)
  const target = targetOf(platform)
  if (!target) {
    throw new UserError('Blotato does not publish there.', {
      field: 'platform',
      wayOut: `Choose one of ${Object.keys(TARGETS).join(', ')}.`,
    })
  }
  const accounts = await accountsOf(apiKey, platform, io)
  const account = choose(accounts, said(values.account), {
    field: 'account',
    what: `${target.label} account`,
    names: ({ fullname, username, id }) => [username ?? '', fullname ?? '', id],
    none: `This key opens no ${target.label} account.`,
    wayOut: 'Connect one in Blotato’s settings first.',
  })
  const page = await pageOf(target, account.id, said(values.page), apiKey, io)
  const name = account.username ? `@${account.username}` : (account.fullname ?? account.id)
  return {
    externalId: page ? `${account.id}:${page.id}` : account.id,
    handle: `${page?.name ?? name} (${target.label})`,
    credentials: { apiKey, accountId: account.id },
    facts: { platform, ...(page ? { [target.page === 'board' ? 'boardId' : 'pageId']: page.id } : {}) },
  }
}

async function accountsOf(apiKey: string, platform: string, io: ConnectIo) {
  try {
    const { data } = await io.http.send({
      ...withKey(apiKey, 'list accounts', io),
      phase: 'connect',
      url: `${io.apiUrl}/users/me/accounts`,
      query: { platform },
      answer: Accounts,
    })
    return data.items.filter((account) => account.platform === platform)
  } catch (refused) {
    if (!(refused instanceof PublishError) || refused.next.do !== 'reconnect') throw refused
    throw new UserError('Blotato did not take this key.', {
      field: 'apiKey',
      wayOut: 'Copy it whole from Blotato’s settings, API, with the = at its end.',
      cause: refused,
    })
  }
}

/** The page or board within an account, for the platforms that have them. */
async function pageOf(
  target: Target,
  accountId: string,
  wanted: string,
  apiKey: string,
  io: ConnectIo,
): Promise<{ id: string; name: string | undefined } | undefined> {
  if (target.page === 'board') {
    if (/^\d+$/.test(wanted)) return { id: wanted, name: undefined }
    throw new UserError('A Pinterest board is named by its number.', {
      field: 'page',
      wayOut: 'Blotato shows it beside the account in its settings.',
    })
  }
  if (!target.page || (target.page === 'may' && wanted === '')) return undefined
  const { data } = await io.http.send({
    ...withKey(apiKey, 'list pages', io),
    phase: 'connect',
    url: `${io.apiUrl}/users/me/accounts/${encodeURIComponent(accountId)}/subaccounts`,
    answer: Pages,
  })
  return choose(data.items, wanted, {
    field: 'page',
    what: `${target.label} page`,
    names: ({ id, name }) => [name, id],
    none: `This account has no ${target.label} page.`,
    wayOut: 'Give Blotato one in its settings first.',
  })
}

/** The one that was named, or the only one. @throws UserError that names them */
function choose<One>(
  all: readonly One[],
  wanted: string,
  words: { field: string; what: string; names: (one: One) => string[]; none: string; wayOut: string },
): One {
  const { field, what, names, none, wayOut } = words
  const plain = (name: string): string => name.replace(/^@/, '').toLowerCase()
  const found = wanted === '' ? all : all.filter((one) => names(one).map(plain).includes(plain(wanted)))
  const [first] = found
  if (first && found.length === 1) return first
  if (all.length === 0) throw new UserError(none, { field: field === 'account' ? 'platform' : field, wayOut })
  const known = all.map((one) => names(one).find((name) => name !== '') ?? '').join(', ')
  const message =
    found.length > 1 ? `There are ${found.length} ${what}s that fit.` : `There is no ${what} “${wanted}”.`
  throw new UserError(message, { field, wayOut: `Name one of ${known}.` })
}

const said = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
