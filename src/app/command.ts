import type { z } from 'zod'
import type { EpochMs } from '../kit/clock.ts'
import type { Form, FormValues } from '../message/form.ts'
import type { Message } from '../message/message.ts'
import type { Chat, Role, SurfaceName } from '../workspaces/workspace.ts'
import type { Actor } from './actor.ts'
import type { Arg } from './arg.ts'
import type { IncomingFile } from './surface.ts'

/**
 * What people can say. One file in `commands/` is one command, and all that help, forms, Slack's manifest, Discord's
 * registration, completion and the API need of it.
 */
export interface Command<Args = unknown> {
  /** The file's name: what people type. */
  name: string
  /** What it does, for the list: one phrase, at most 100 characters. */
  summary: string
  /** How a line is written: words in `<…>` are arguments, `[…]` may be left out: `<when> [to <accounts>]: <text>`. */
  usage: string
  /** Lines without the leading `/`; each is run as a test. */
  examples: readonly string[]
  /** The least role. */
  who: Role
  args: z.ZodType<Args>
  /** The arguments in the order in which a form asks for them and Discord lists them. */
  fields: readonly Arg[]
  /** Opened when a required argument is missing, with what was given already. Where absent, that is an error in words. */
  form?(values: FormValues, context: CommandContext): Form | Promise<Form>
  /**
   * Asked before a form about a post is opened, so that nobody fills in what can only be refused.
   *
   * @throws UserError where the post no longer takes it from this member
   */
  mayOpen?(values: FormValues, context: CommandContext): Promise<void>
  run(args: Args, context: CommandContext): Promise<Message | Form | ForChannel>
}

/** A message that the whole channel should see. */
export interface ForChannel {
  type: 'for-channel'
  message: Message
}

export interface CommandContext extends Actor {
  surface: SurfaceName
  /** Where it was said; undefined outside chats. */
  place: { chat: Chat; channel: string | undefined; direct: boolean } | undefined
  now: EpochMs
  files: readonly IncomingFile[]
  /** Every command, for help. */
  commands: readonly Command[]
  /** Was it a press on a card rather than typed words? */
  press: boolean
}

/** Keeps the arguments' type inside the file. */
export const defineCommand = <Args>(command: Command<Args>): Command =>
  // `dispatch` parses with this command's own schema before it calls `run`, so the register may forget the type.
  command as unknown as Command
