import type { Account } from '../accounts/account.ts'
import { UserError } from '../kit/user-error.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { accountName } from '../views/post-card.ts'
import { andList } from '../views/words.ts'
import type { WorkspaceStores } from './stores.ts'

/** Words that mean every connected account. */
const EVERYWHERE = new Set(['all', 'everywhere', '*'])

/** Separators of `bluesky, mastodon and @acme`. */
const accountWords = (said: string): string[] =>
  said
    .split(/\s*(?:,|;|\s(?:and|und|et|y|e|ve)\s)\s*|\s+/iu)
    .map((word) => word.trim())
    .filter(Boolean)

/**
 * The accounts that words mean: a platform's name or label, a handle with or without `@`, `platform:handle`, `all`, or an
 * account's id (forms).
 *
 * @throws UserError where a word means no account, or several
 */
function accountsFromWords(
  words: readonly string[],
  accounts: readonly Account[],
  platforms: ReadonlyMap<string, Platform>,
): Account[] {
  const usable = accounts.filter((account) => account.state !== 'disconnected')
  const found = words.flatMap((word) =>
    EVERYWHERE.has(word.toLowerCase()) ? usable : [oneAccount(word, usable, platforms)],
  )
  return [...new Map(found.map((account) => [account.id, account])).values()]
}

function oneAccount(
  word: string,
  accounts: readonly Account[],
  platforms: ReadonlyMap<string, Platform>,
): Account {
  const said = plainWord(word)
  const matches = accounts.filter((account) => namesOf(account, platforms).includes(said))
  const [only] = matches
  if (only && matches.length === 1) return only
  if (only) {
    throw new UserError(
      `"${word}" could be ${andList(
        matches.map((one) => accountName(one, platforms)),
        'or',
      )}`,
      {
        wayOut: `Say which, such as "${only.platform}:${only.handle}".`,
        field: 'accounts',
      },
    )
  }
  const platform = platforms.get(said)
  if (platform) {
    throw new UserError(`No ${platform.label} account is connected yet`, {
      wayOut: `Connect one with \`connect ${platform.name}\`.`,
      field: 'accounts',
      offers: [{ label: `Connect ${platform.label}`, line: `connect ${platform.name}` }],
    })
  }
  throw new UserError(`I know no account called "${word}"`, {
    wayOut:
      accounts.length > 0
        ? `There are ${andList(accounts.map((one) => accountName(one, platforms)))}.`
        : 'Connect one with `connect`.',
    field: 'accounts',
    offers: [{ label: 'Connect an account', line: 'connect' }],
  })
}

/** Every way to say an account. */
export const namesOf = (account: Account, platforms: ReadonlyMap<string, Platform>): string[] => [
  account.id,
  account.platform,
  plainWord(platforms.get(account.platform)?.label ?? account.platform),
  plainWord(account.handle),
  `${account.platform}:${plainWord(account.handle)}`,
]

const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .replace(/(^|:)@/, '$1')
    .replaceAll(' ', '-')

/** @throws UserError like `accountsFromWords` */
export async function resolveAccounts(
  stores: Pick<WorkspaceStores, 'accounts'>,
  platforms: ReadonlyMap<string, Platform>,
  said: string | readonly string[],
): Promise<Account[]> {
  const words = typeof said === 'string' ? accountWords(said) : said
  return accountsFromWords(words, await stores.accounts.list(), platforms)
}
