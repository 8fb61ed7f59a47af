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
  prose,
  type Span,
  secretOnce,
  text,
  time,
} from '../message/message.ts'
import type { Hook, HookCall, TryEnd } from '../outbox/hook.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { andList, counted } from './words.ts'

type Platforms = ReadonlyMap<string, Platform>

const SPECIFICATION = 'https://www.standardwebhooks.com'

/** The hooks of a workspace and how they are. */
export function hooksView(hooks: readonly Hook[], platforms: Platforms, zone: string): Message {
  return message(
    heading('🪝 Webhooks'),
    hooks.length > 0
      ? list(
          hooks.map((hook): Span[] => [
            ...nameOf(hook),
            plain(` ${wishesOf(hook, platforms)}`),
            ...healthOf(hook, zone),
          ]),
        )
      : text('Nobody outside is told what happens here yet.'),
    note(
      ...prose(
        '`hooks add <address>` tells another program what happens: Zapier, Make, your own. `hooks incoming` lets one report back.',
      ),
    ),
    buttons(
      ...hooks.slice(0, 4).map(({ number }) => button(`Log of ${number}`, `hooks log ${number}`)),
      button('Add a webhook', 'hooks add', { style: 'primary' }),
    ),
  )
}

const nameOf = ({ number, host }: Hook): Span[] => [bold(`${number}`), plain(' '), bold(host)]

const wishesOf = ({ events, platforms: wanted }: Hook, platforms: Platforms): string => {
  const what = events.length === 0 ? 'everything' : andList(events)
  if (wanted.length === 0) return `is told ${what}`
  return `is told ${what} on ${andList(wanted.map((name) => platforms.get(name)?.label ?? name))}`
}

function healthOf({ state, failingSince, number }: Hook, zone: string): Span[] {
  if (state === 'off') return [plain('; ⚠️ switched off: '), code(`hooks resume ${number}`), plain(' goes on')]
  return failingSince === null ? [] : [plain('; ⚠️ nothing has come through since '), time(failingSince, zone)]
}

/** A hook that was just added: the secret is told this once, and what the trial call was answered. */
export const hookAddedView = (
  hook: Hook,
  platforms: Platforms,
  { secret, heard }: { secret: string; heard: { status: number | null; problem?: string } },
): Message => {
  const taken = heard.status !== null && heard.status >= 200 && heard.status < 300
  return message(
    text('✅ Webhook ', ...nameOf(hook), plain(` ${wishesOf(hook, platforms)}.`)),
    facts({ 'Signing secret': secretOnce(secret) }),
    note(
      'Copy it now: it is shown this once. Calls are signed as ',
      link(SPECIFICATION, 'Standard Webhooks'),
      '; a receiver checks them with it.',
    ),
    text(
      taken
        ? 'The trial call was taken.'
        : `⚠️ The trial call was not taken (${heard.status === null ? heard.problem : `HTTP ${heard.status}`}). Where the receiver checks signatures, give it the secret, and try again.`,
    ),
    buttons(
      button('Try it', `hooks test ${hook.number}`),
      button('Log', `hooks log ${hook.number}`),
      button('Remove', `hooks remove ${hook.number}`, {
        style: 'danger',
        confirm: 'It is told nothing any more.',
      }),
    ),
  )
}

export const hookChangedView = (hook: Hook, said: string): Message =>
  message(text('Webhook ', ...nameOf(hook), plain(` ${said}.`)), buttons(button('Webhooks', 'hooks')))

/** What came of a call that somebody asked for. */
export const hookCalledView = (hook: Hook, what: string, end: TryEnd): Message =>
  message(
    text(
      end.sent ? '✅ ' : '⚠️ ',
      ...nameOf(hook),
      plain(
        end.sent
          ? ` took ${what} (HTTP ${end.status}, ${end.duration} ms).`
          : ` did not take ${what}: ${lowerFirst(end.problem)}.${end.dueAt === null ? '' : ' It is tried again by itself.'}`,
      ),
    ),
    buttons(button('Log', `hooks log ${hook.number}`)),
  )

/** Calls on one page of the log: what a chat shows without a flood. */
const LOG_PAGE = 20

/** What a hook was told, newest first. @param page from 1 */
export function hookLogView(hook: Hook, calls: readonly HookCall[], page: number, zone: string): Message {
  const shown = calls.slice((page - 1) * LOG_PAGE, page * LOG_PAGE)
  const more = calls.length > page * LOG_PAGE
  return message(
    heading(`🪝 What ${hook.host} was told`),
    shown.length > 0
      ? list(shown.map((call) => callLine(call, zone)))
      : text(page === 1 ? 'Nothing yet.' : 'There is nothing older.'),
    shown.length > 0 && note(...prose('`hooks replay <code>` sends one again, under the same webhook-id.')),
    buttons(
      ...shown
        .filter(({ state }) => state === 'failed' || state === 'sent')
        .toSorted((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'))
        .slice(0, 3)
        .map((call) => button(`Replay ${call.code}`, `hooks replay ${call.code}`)),
      button('Try it', `hooks test ${hook.number}`),
      more && button('Older', `hooks log ${hook.number} ${page + 1}`),
    ),
  )
}

const SIGNS: Record<HookCall['state'], string> = { waiting: '⏳', sending: '📤', sent: '✅', failed: '❌' }

function callLine(call: HookCall, zone: string): Span[] {
  const { state, event, subject, status, duration, tries, problem, round } = call
  const facts_ = [
    status === null ? undefined : `HTTP ${status}`,
    duration === null ? undefined : `${duration} ms`,
    counted(tries, 'try', 'tries'),
    round > 0 ? 'a replay' : undefined,
    state === 'waiting' && tries > 0 ? 'tried again soon' : undefined,
    problem ?? undefined,
  ].filter((one) => one !== undefined)
  return [
    plain(`${SIGNS[state]} `),
    code(call.code),
    plain(' '),
    bold(event),
    plain(` ${subject}, `),
    time(call.createdAt, zone),
    plain(`: ${facts_.join(', ')}`),
  ]
}

/** The address that automations report to. It is told this once. */
export const incomingView = (address: string): Message =>
  message(
    heading('📥 Reports from outside'),
    text('An automation may report what became of a delivery, or its numbers, by a POST of JSON to:'),
    facts({ Address: secretOnce(address) }),
    text(code('{ "delivery": "42.1", "state": "published", "url": "https://…", "metrics": { "likes": 3 } }')),
    note('Copy it now: it is shown this once, and an earlier one opens nothing any more.'),
  )

const plain = (said: string): Span => ({ type: 'plain', text: said })
const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
