import type { Account, AccountState } from '../accounts/account.ts'
import {
  bold,
  button,
  buttons,
  heading,
  link,
  list,
  type Message,
  message,
  note,
  type Span,
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

/** The connected accounts and how they are, and what else can be connected. */
export function accountsView(
  accounts: readonly Account[],
  platforms: ReadonlyMap<string, Platform>,
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

/** An account that works, and what to do with it next. */
export const connectedView = (
  account: Account,
  platforms: ReadonlyMap<string, Platform>,
  at: { profile?: string } = {},
): Message =>
  message(
    text(
      '✅ ',
      bold(accountName(account, platforms)),
      ' is connected.',
      ...(at.profile ? [' ', link(at.profile)] : []),
    ),
    buttons(button('Schedule a post', 'schedule'), button('Accounts', 'accounts')),
  )
