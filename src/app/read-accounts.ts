import type { Account } from '../accounts/account.ts'
import { quoted, UserError } from '../kit/user-error.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { accountName } from '../views/post-card.ts'
import { andList } from '../views/words.ts'
import type { WorkspaceStores } from './stores.ts'

/** Words that mean every connected account. */
const EVERYWHERE = new Set(['all', 'everywhere', '*'])

/** Separators of `bluesky, mastodon and @acme`. */
const SEPARATORS = /\s*(?:[,;]|\s(?:and|und|et|y|e|ve)\s)\s*/iu

/** Names between separators; a piece that is no name as it stands is taken word by word, so that `bluesky mastodon` is two. */
function accountWords(said: string, names: ReadonlySet<string>): string[] {
  const pieces = said.split(SEPARATORS).map((piece) => piece.trim())
  return pieces
    .flatMap((piece) => (names.has(plainWord(piece)) ? [piece] : piece.split(/\s+/)))
    .filter(Boolean)
}

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
  // With an @ it is a handle, and no platform's name.
  const matches = accounts.filter((account) =>
    (word.startsWith('@') ? [plainWord(account.handle)] : namesOf(account, platforms)).includes(said),
  )
  const [only] = matches
  if (only && matches.length === 1) return only
  if (only) {
    throw new UserError(
      `${quoted(word)} could be ${andList(
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
  throw new UserError(`I know no account called ${quoted(word)}`, {
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
  const accounts = await stores.accounts.list()
  const names = new Set(accounts.flatMap((account) => namesOf(account, platforms)))
  return accountsFromWords(typeof said === 'string' ? accountWords(said, names) : said, accounts, platforms)
}
