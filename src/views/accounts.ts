import type { Account, AccountState } from '../accounts/account.ts'
import {
  bold,
  button,
  buttons,
  code,
  facts,
  heading,
  link,
  list,
  type Message,
  message,
  note,
  type Span,
  secretOnce,
  text,
  time,
} from '../message/message.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { accountName } from './post-card.ts'

const stateWords: Record<AccountState, string> = {
  connected: '✅ connected',
  reconnect: '⚠️ must be connected again',
  disconnected: 'disconnected',
}

/**
 * The connected accounts and how they are, and what else can be connected.
 *
 * @param mayConnect who reads it and may not is offered no button that would be refused
 */
export function accountsView(
  accounts: readonly Account[],
  platforms: ReadonlyMap<string, Platform>,
  mayConnect: boolean,
): Message {
  const shown = accounts.filter((account) => account.state !== 'disconnected')
  return message(
    heading('🔗 Accounts'),
    shown.length > 0
      ? list(
          shown.map((account): Span[] => [
            bold(accountName(account, platforms)),
            { type: 'plain', text: ` ${stateWords[account.state]}` },
            ...(account.expiresAt === null
              ? []
              : [{ type: 'plain' as const, text: ', its login ends ' }, time(account.expiresAt, 'UTC')]),
          ]),
        )
      : text('None is connected yet.'),
    shown.some((account) => account.state === 'reconnect') &&
      note('Posts for an account that must be connected again are parked; they go on once it is.'),
    mayConnect &&
      buttons(
        ...shown
          .filter((account) => account.state === 'reconnect')
          .slice(0, 5)
          .map((account) =>
            button(`Reconnect ${account.handle}`.slice(0, 75), `connect ${account.platform}`, {
              style: 'primary',
            }),
          ),
        button('Connect another', 'connect'),
      ),
  )
}

/** What can be connected: a button each. */
export const connectView = (platforms: readonly Platform[]): Message =>
  message(
    heading('🔗 Connect an account'),
    text("Credentials are sealed before they are stored, and leave only into the platform's own calls."),
    buttons(...platforms.map((platform) => button(platform.label, `connect ${platform.name}`))),
  )

/** An account that works, what was left out, and what to do with it next. */
export const connectedView = (
  account: Account,
  platforms: ReadonlyMap<string, Platform>,
  {
    missing = [],
    showOnce = [],
  }: { missing?: readonly string[]; showOnce?: readonly { label: string; value: string }[] } = {},
): Message =>
  message(
    text('✅ ', bold(accountName(account, platforms)), ' is connected.'),
    showOnce.length > 0 &&
      facts(Object.fromEntries(showOnce.map(({ label, value }) => [label, secretOnce(value)] as const))),
    showOnce.length > 0 && note('Copy it now: it is shown this once, and Crier will not tell it again.'),
    missing.length > 0 && note(`Not given, so Crier does without: ${missing.join('; ')}.`),
    buttons(button('Schedule a post', 'schedule'), button('Accounts', 'accounts')),
  )

/** The ways in to one platform: a button each. */
export const waysView = (platform: Platform, ways: readonly { label: string; line: string }[]): Message =>
  message(
    heading(`🔗 Connect ${platform.label}`),
    text('There is more than one way in.'),
    buttons(...ways.map(({ label, line }) => button(label, line))),
  )

/** The link that leads to a platform's own sign-in, and what it will ask to allow. */
export const signInView = (
  platform: Platform,
  {
    label,
    href,
    scopes,
    warning,
  }: {
    label: string
    href: string
    scopes: readonly { name: string; for: string }[]
    warning: string | undefined
  },
): Message =>
  message(
    heading(`🔗 Connect ${platform.label}`),
    text(link(href, label), ' in your browser. The link is yours alone and works for ten minutes.'),
    text(`${platform.label} will ask you to allow:`),
    list(scopes.map((scope) => [code(scope.name), ` for ${scope.for}`])),
    warning !== undefined && note(`⚠️ ${warning}`),
  )

/** To the one who connected it: the login is dead, and the way back. */
export const loginDiedView = (account: Account, platforms: ReadonlyMap<string, Platform>): Message =>
  message(
    text(
      bold(accountName(account, platforms)),
      ' must be connected again: the platform no longer takes its login. Posts for it are parked, and go on once it is.',
    ),
    buttons(button('Reconnect', `connect ${account.platform}`, { style: 'primary' })),
  )

/** To the one who connected it, days before: the login ends at `endsAt` (UTC ms), and only a person can renew it. */
export const loginEndsView = (
  account: Account,
  platforms: ReadonlyMap<string, Platform>,
  endsAt: number,
  zone: string,
): Message =>
  message(
    text(
      '⏳ The login of ',
      bold(accountName(account, platforms)),
      ' ends ',
      time(endsAt, zone),
      ", and Crier can't renew it. Sign in again before then, and no post will have to wait.",
    ),
    buttons(button('Sign in again', `connect ${account.platform}`, { style: 'primary' })),
  )
