import type {
  APIApplicationCommandAutocompleteInteraction,
  APIChatInputApplicationCommandInteraction,
  APIInteraction,
  APIMessage,
  APIMessageComponentInteraction,
  APIModalSubmitInteraction,
  REST,
} from 'discord.js'
import {
  ApplicationCommandType,
  ComponentType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord-api-types/v10'
import type { Answer, CommandFacts, FrontDesk, Said, Speaker } from '../../app/surface.ts'
import { shortCode } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import type { Seen } from '../../kit/seen.ts'
import { UserError } from '../../kit/user-error.ts'
import type { FormValues } from '../../message/form.ts'
import { type Message, message, quote, text } from '../../message/message.ts'
import { withValues } from '../../message/with-values.ts'
import { idToLine, isOwn, ownWords } from './custom-id.ts'
import type { Drawing } from './drawing.ts'
import { type DiscordFile, incomingFile, wordsIn } from './files.ts'
import type { KeptForms } from './kept-forms.ts'
import { modalOf, type OpenForm } from './modal.ts'
import { ANY_LINE, CHOICE_LABEL, CHOICES, optionName, textArgOf } from './registration.ts'
import type { DiscordMessage } from './render.ts'
import { type First, Reply } from './reply.ts'
import {
  confirmation,
  goneForm,
  nextStep,
  othersForm,
  ourMistake,
  readyForm,
  refusedForm,
  shownToAll,
  whichServer,
} from './sayings.ts'
import { loggable } from './send-error.ts'
import type { Speakers } from './speakers.ts'
import { readSubmission } from './submission.ts'

/** Discord takes a first response for three seconds, and a modal only as the first: so long a form is waited for. */
export const MODAL_WAIT = 1500
/** Suggestions cannot be deferred: later than this, there are none. */
const SUGGEST_WAIT = 2500

export interface Interactions {
  /** Answers an interaction; `first` carries the first response. Never throws. */
  answer(interaction: APIInteraction, first: First): Promise<void>
}

/** What comes of an interaction: a form to open, or a message that is drawn already. */
type Outcome =
  | { open: OpenForm }
  | { drawn: DiscordMessage; audience: 'person' | 'channel'; inPlace?: boolean }

export function createInteractions({
  desk,
  drawing,
  forms,
  log,
  rest,
  seen,
  speakers,
}: {
  desk: FrontDesk
  drawing: Drawing
  forms: KeptForms
  log: Log
  rest: REST
  seen: Seen
  speakers: Speakers
}): Interactions {
  const factsOf = new Map<string, CommandFacts>(desk.commands.map((facts) => [facts.name, facts]))

  async function saying(
    said: Message,
    to: { chat: string; direct: boolean } = { chat: '', direct: false },
  ): Promise<Outcome> {
    const { chat, direct } = to
    return {
      drawn: await drawing.draw(said, direct && chat !== '' ? { chat, direct } : { chat }),
      audience: 'person',
    }
  }

  async function outcomeOf(answer: Answer, speaker: Speaker, interaction: APIInteraction): Promise<Outcome> {
    if (answer.type === 'form') return { open: await forms.open(speaker.person.externalId, answer.form) }
    const { externalId: chat, name } = speaker.chat
    return {
      drawn: await drawing.draw(answer.message, { chat, name, direct: interaction.guild_id === undefined }),
      audience: answer.audience,
    }
  }

  /** Waits for what comes of it, tells Discord in time that it takes longer, and shows it. */
  async function settle(
    reply: Reply,
    coming: Promise<Outcome>,
    waiting: 'thinking' | 'unchanged',
  ): Promise<void> {
    const outcome = coming.catch(async (error: unknown): Promise<Outcome> => {
      if (error instanceof UserError) {
        return saying(message(text(error.message, error.wayOut ? ` ${error.wayOut}` : '')))
      }
      const id = shortCode(8)
      log.error({ err: loggable(error), id }, 'an interaction from Discord went wrong')
      return saying(ourMistake(id))
    })
    const timer = Promise.withResolvers<'late'>()
    const timeout = setTimeout(() => timer.resolve('late'), MODAL_WAIT)
    const first = await Promise.race([outcome, timer.promise])
    clearTimeout(timeout)
    if (first === 'late') await reply.later(waiting)

    const settled = await outcome
    if (!('open' in settled)) {
      const { drawn, audience, inPlace = false } = settled
      return reply.show(drawn, {
        audience,
        inPlace,
        shownToAll: await drawing.draw(shownToAll(), { chat: '' }),
      })
    }
    if (reply.isOpen) return reply.modal(modalOf(settled.open))
    const ready = await drawing.draw(readyForm(settled.open), { chat: '' })
    return reply.show(ready, { audience: 'person', shownToAll: ready })
  }

  async function command(interaction: APIChatInputApplicationCommandInteraction): Promise<Outcome> {
    const speaker = await speakers.of(interaction)
    if (!speaker) return saying(whichServer())
    const { name, options = [], resolved } = interaction.data
    const facts = factsOf.get(name)
    const files: DiscordFile[] = []
    let values: FormValues = {}
    let line = ''
    for (const option of options) {
      if (!('value' in option)) continue
      const arg = facts?.args.find((one) => optionName(one.name) === option.name)
      const attachment = resolved?.attachments?.[String(option.value)]
      if (attachment) files.push(incomingFile(attachment))
      else if (name === ANY_LINE.command && option.name === ANY_LINE.option) line = String(option.value)
      else if (arg)
        values = {
          ...values,
          [arg.name]: typeof option.value === 'boolean' ? option.value : wordsOf(arg.kind, option.value),
        }
    }
    const about = { channel: channelOf(interaction), direct: interaction.guild_id === undefined }
    if (!facts) return outcomeOf(await desk.ask(speaker, { line, files, ...about }), speaker, interaction)

    const textArg = textArgOf(facts)
    const asText = textArg && files.find(({ isText }) => isText)
    if (asText) {
      const typed = values[textArg.name]
      if (typed !== undefined) {
        return saying(
          message(
            text(`Either write the text or attach ${asText.name}, not both. You wrote:`),
            quote(String(typed)),
          ),
        )
      }
      values = { ...values, [textArg.name]: await wordsIn(asText) }
    }
    const said: Said = { command: name, values, files: files.filter((file) => file !== asText), ...about }
    const answer = await desk.ask(speaker, said)
    // What came with the command comes with its form too.
    if (answer.type === 'form')
      return {
        open: await forms.open(speaker.person.externalId, answer.form, {
          files: files.filter((file) => file !== asText),
        }),
      }
    return outcomeOf(answer, speaker, interaction)
  }

  async function press(interaction: APIMessageComponentInteraction): Promise<Outcome> {
    const { data } = interaction
    const id = data.component_type === ComponentType.StringSelect ? (data.values[0] ?? '') : data.custom_id
    const person = (interaction.member?.user ?? interaction.user)?.id ?? ''
    if (isOwn(id)) {
      const [, form = '', name = 'help'] = ownWords(id)
      const open = await forms.get(form)
      if (!open) return saying(goneForm(name))
      return open.person === person ? { open } : saying(othersForm())
    }

    const { line, confirm, chat } = idToLine(id)
    const speaker = await speakers.of(interaction, chat)
    if (!speaker) return saying(whichServer())
    if (confirm) {
      const label = labelIn(interaction.message, id) ?? 'Yes'
      return saying(confirmation(drawing.question(line) ?? `Really ${line}?`, label, line), {
        chat: speaker.chat.externalId,
        direct: interaction.guild_id === undefined,
      })
    }
    const answer = await desk.ask(speaker, {
      line,
      press: true,
      channel: channelOf(interaction),
      direct: interaction.guild_id === undefined,
    })
    const outcome = await outcomeOf(answer, speaker, interaction)
    return 'open' in outcome || outcome.audience === 'channel'
      ? outcome
      : {
          ...outcome,
          inPlace: isConfirmation(interaction.message) || turnsThePage(interaction.message, line),
        }
  }

  async function submitted(interaction: APIModalSubmitInteraction): Promise<Outcome> {
    const [, id = '', name = '', query] = ownWords(interaction.data.custom_id)
    const speaker = await speakers.of(interaction)
    if (!speaker) return saying(whichServer())
    const person = speaker.person.externalId
    const kept = await forms.get(id)
    const open = kept?.person === person ? kept : undefined
    const { values, files, mistakes, typed } = await readSubmission(interaction.data, open)
    // A message that only offered to open this form has served.
    const inPlace = interaction.message !== undefined && onlyOpens(interaction.message)
    const aside = async (said: Message): Promise<Outcome> => ({ ...(await saying(said)), inPlace })

    const mistaken = Object.keys(mistakes).length > 0
    if (!open && (mistaken || !query?.startsWith('?'))) {
      return aside(goneForm(name, typed, Object.values(mistakes)))
    }
    if (open && mistaken) {
      return aside(
        refusedForm(
          await forms.open(
            person,
            { ...withValues(open.form, values), errors: mistakes },
            { files, again: true },
          ),
        ),
      )
    }
    if (open && open.at + 1 < open.steps.length) {
      const next = { ...open, at: open.at + 1, values, files }
      await forms.keep(next)
      return aside(nextStep(next, typed))
    }

    const hidden = open?.form.hidden ?? Object.fromEntries(new URLSearchParams(query?.slice(1)))
    const answer = await desk.ask(speaker, {
      command: open?.form.command ?? name,
      values: { ...hidden, ...values },
      files,
      channel: channelOf(interaction),
      direct: interaction.guild_id === undefined,
    })
    if (answer.type === 'form') {
      const again = await forms.open(person, answer.form, { files, again: true })
      return aside(answer.form.errors ? refusedForm(again) : readyForm(again))
    }
    await forms.forget(id)
    const outcome = await outcomeOf(answer, speaker, interaction)
    return 'open' in outcome || outcome.audience === 'channel' ? outcome : { ...outcome, inPlace }
  }

  async function suggest(
    interaction: APIApplicationCommandAutocompleteInteraction,
    first: First,
  ): Promise<void> {
    const wait = Promise.withResolvers<[]>()
    const timeout = setTimeout(() => wait.resolve([]), SUGGEST_WAIT)
    const found = await Promise.race([suggestions(interaction), wait.promise])
    clearTimeout(timeout)
    const choices = found
      .filter(({ insert }) => insert.length > 0 && insert.length <= CHOICE_LABEL)
      .slice(0, CHOICES)
      .map(({ label, insert }) => ({
        name: label.slice(0, CHOICE_LABEL).toWellFormed() || insert,
        value: insert,
      }))
    await first({ type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } })
  }

  async function suggestions(interaction: APIApplicationCommandAutocompleteInteraction) {
    const speaker = await speakers.of(interaction)
    const { name, options } = interaction.data
    const focused = options.find((option) => 'focused' in option && option.focused)
    if (!speaker || !focused || !('value' in focused)) return []
    const partial = String(focused.value)
    if (name === ANY_LINE.command) return desk.complete(speaker, partial)
    const arg = factsOf.get(name)?.args.find((one) => optionName(one.name) === focused.name)
    return arg ? desk.suggest(speaker, { command: name, arg: arg.name, partial }) : []
  }

  /** Shows the same kind of thing again, such as the next week: the page is turned, not laid beside. */
  function turnsThePage(from: APIMessage, line: string): boolean {
    const word = line.split(' ', 1)[0] ?? ''
    const shownBy = from.interaction?.name
    return isPrivate(from) && shownBy === word && factsOf.get(word)?.who === 'viewer'
  }

  async function route(interaction: APIInteraction, first: First): Promise<void> {
    switch (interaction.type) {
      case InteractionType.Ping:
        return first({ type: InteractionResponseType.Pong })
      case InteractionType.ApplicationCommandAutocomplete:
        return suggest(interaction, first)
      case InteractionType.ApplicationCommand: {
        if (interaction.data.type !== ApplicationCommandType.ChatInput) return
        const asked = interaction as APIChatInputApplicationCommandInteraction
        return settle(new Reply(interaction, first, rest), command(asked), 'thinking')
      }
      case InteractionType.MessageComponent:
        return settle(new Reply(interaction, first, rest), press(interaction), 'unchanged')
      case InteractionType.ModalSubmit:
        return settle(new Reply(interaction, first, rest), submitted(interaction), 'thinking')
      default:
        return interaction satisfies never
    }
  }

  return {
    async answer(interaction, first) {
      try {
        // The gateway may repeat some after a reconnect, and two processes may hear one while a shard changes hands.
        if (isDone(interaction) && !(await seen.firstTime(`discord interaction ${interaction.id}`))) return
        await route(interaction, first)
      } catch (error) {
        // Nobody is left to tell: the interaction's own way back is what failed.
        log.error({ err: loggable(error), interaction: interaction.id }, 'an answer did not reach Discord')
      }
    },
  }
}

/** Does it do anything? What is offered while somebody types may be offered twice. */
const isDone = ({ type }: APIInteraction): boolean =>
  type !== InteractionType.Ping && type !== InteractionType.ApplicationCommandAutocomplete

const channelOf = ({ channel, channel_id: id }: APIInteraction): string => channel?.id ?? id ?? ''

/** As it would stand in a typed line. */
const wordsOf = (kind: string, value: string | number): string =>
  kind === 'channel' ? `<#${value}>` : String(value)

const isPrivate = ({ flags }: APIMessage): boolean => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0

/** Our own question before a line that cannot be taken back: its answer replaces it. */
function isConfirmation(from: APIMessage): boolean {
  const [words, row, ...more] = from.components ?? []
  return (
    isPrivate(from) &&
    more.length === 0 &&
    words?.type === ComponentType.TextDisplay &&
    row?.type === ComponentType.ActionRow &&
    row.components.length === 1
  )
}

/** Every button and option with an id, wherever it stands. */
function controlsIn(from: APIMessage): { id: string; label: string }[] {
  const rows = (from.components ?? []).flatMap((one) =>
    one.type === ComponentType.Container ? one.components : [one],
  )
  return rows.flatMap((row) => {
    if (row.type !== ComponentType.ActionRow) return []
    return row.components.flatMap((one) => {
      if (one.type === ComponentType.StringSelect)
        return one.options.map(({ value, label }) => ({ id: value, label }))
      return 'custom_id' in one ? [{ id: one.custom_id, label: ('label' in one && one.label) || '' }] : []
    })
  })
}

const labelIn = (from: APIMessage, id: string): string | undefined =>
  controlsIn(from).find((one) => one.id === id)?.label || undefined

const onlyOpens = (from: APIMessage): boolean => {
  const controls = controlsIn(from)
  return isPrivate(from) && controls.length === 1 && controls.every(({ id }) => isOwn(id))
}
