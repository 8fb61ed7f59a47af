import type { EpochMs } from '../kit/clock.ts'
import type { Form, FormValues } from '../message/form.ts'
import type { Message } from '../message/message.ts'
import type { Role, SurfaceName } from '../workspaces/workspace.ts'
import type { Arg } from './arg.ts'

/**
 * What stands between people and `dispatch`. A surface knows nothing of posts: it reads lines, presses and forms,
 * hands them to the front desk, and draws the messages and forms that come back.
 */
export interface Surface {
  name: SurfaceName
  start(): Promise<void>
  stop(): Promise<void>
  /** One line for `/readyz` and `crier doctor`. */
  health(): { ok: boolean; detail: string }

  /** How many messages a channel takes at once, and after these one each `every` ms. Absent where the surface paces itself. */
  pace?: { burst: number; every: number }

  /** Sends to a channel (or the thread of `thread`), and says where the message stands. */
  send(to: Place, message: Message, options: Sending & { thread?: string }): Promise<string>
  update(to: Place, remoteId: string, message: Message): Promise<void>
  /** A direct message. */
  tell(to: { chat: string; person: string }, message: Message, options: Sending): Promise<void>
}

/** What tells a second try of one message from a second message. */
export interface Sending {
  /** The same in every try. */
  key: string
  /** It may have arrived already, then (UTC ms) or later: the chat is asked before it is sent again, where it can tell. */
  triedSince?: EpochMs
}

/** A channel of a team or guild, by the surface's own ids. */
export interface Place {
  chat: string
  channel: string
}

/**
 * A surface could not send. `retry` says whether it may work later, `after` how long (ms) to wait, and `everywhere` that
 * the whole chat asks for it, not just this channel.
 */
export class SendError extends Error {
  override name = 'SendError'
  readonly retry: boolean
  readonly after: number | undefined
  readonly everywhere: boolean

  constructor(
    message: string,
    options: { retry: boolean; after?: number; everywhere?: boolean; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.retry = options.retry
    this.after = options.after
    this.everywhere = options.everywhere ?? false
  }
}

/** Who is talking, as the surface knows them. The front desk finds or makes the workspace and the member. */
export interface Speaker {
  surface: SurfaceName
  chat: { externalId: string; name: string }
  person: {
    externalId: string
    name: string
    /** IANA zone, where the surface knows it (Slack does). */
    zone?: string
    /** BCP 47, where the surface knows it (Discord does). */
    locale?: string
    /** Does the surface say that they run the team? Then a new member becomes an admin. */
    admin?: boolean
  }
}

/** What somebody said: a line, or a command with its values (a form, typed options). */
export type Said = ({ line: string } | { command: string; values: FormValues }) & {
  /** Channel it was said in, by the surface's own id. */
  channel?: string
  /** Is that channel a conversation with Crier alone? */
  direct?: boolean
  /** Files that came with it. */
  files?: readonly IncomingFile[]
  /** Is it a press on a card or a picked option, rather than words that were typed? */
  press?: boolean
}

/** A file as a surface hands it over. The bytes are fetched at once: chats' links die or need the bot's token. */
export interface IncomingFile {
  name: string
  bytes(): Promise<Uint8Array>
  /** The same as they come, where the surface can: a film then goes to disk without being in memory whole. */
  open?(): Promise<AsyncIterable<Uint8Array>>
  alt?: string
}

/** What comes back. A message is for the person alone, unless it says that the channel should see it. */
export type Answer =
  | {
      type: 'message'
      message: Message
      audience: 'person' | 'channel'
      /** It was not done; the message says why. A program reads this where a person reads the message. */
      refused?: true
    }
  | { type: 'form'; form: Form }

/** The one way in: what a surface is given. */
export interface FrontDesk {
  /** Every command by name, for registration, hints and completion. */
  commands: readonly CommandFacts[]
  /** Never throws: what goes wrong comes back as a message, or as the form with its mistakes. */
  ask(speaker: Speaker, said: Said): Promise<Answer>
  /** What could stand next in a value: accounts, times with their reading, posts. At most 25. Never throws. */
  suggest(speaker: Speaker, what: { command: string; arg: string; partial: string }): Promise<Suggestion[]>
  /** Completion of a typed line, for surfaces that have no typed options. `insert` replaces the whole line. */
  complete(speaker: Speaker, line: string): Promise<Suggestion[]>
  /** The bytes of a message's picture (`ImageSource`), for surfaces that upload or serve it. */
  image(
    speaker: Pick<Speaker, 'surface' | 'chat'>,
    mediaId: string,
  ): Promise<{ bytes: Uint8Array; type: string } | undefined>
  /** The chats's identity of a member, for a mention; undefined where they have none there. */
  identity(surface: SurfaceName, chat: string, memberId: string): Promise<string | undefined>
}

export interface Suggestion {
  /** At most 100 characters. */
  label: string
  /** What it stands for: the value, or the whole line. At most 100 characters as a value. */
  insert: string
}

/** What a surface, the manifest and the help need of a command, without its code. */
export interface CommandFacts {
  name: string
  summary: string
  usage: string
  examples: readonly string[]
  who: Role
  args: readonly Arg[]
}
