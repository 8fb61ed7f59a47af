import { setTimeout } from 'node:timers/promises'
import type {
  APIInteraction,
  APIInteractionResponse,
  APIModalInteractionResponseCallbackData,
  REST,
} from 'discord.js'
import { InteractionResponseType, MessageFlags, Routes } from 'discord-api-types/v10'
import type { DiscordMessage } from './render.ts'
import { isCode } from './send-error.ts'

/** An edit may overtake the first response on its way to Discord, above all by HTTP: then it is tried again (ms). */
const ARRIVES_WITHIN = [200, 600, 1500]

/** Carries the first response: over REST for the gateway, as the HTTP answer for an interaction by HTTP. */
export type First = (response: APIInteractionResponse) => Promise<void>

/**
 * Answers one interaction. Discord wants a first response within three seconds, and only the first can be a modal;
 * what follows within fifteen minutes goes through the interaction's webhook.
 */
export class Reply {
  /** What the person sees so far: nothing, "thinking", an unchanged card, or an answer. */
  #so: 'open' | 'thinking' | 'unchanged' | 'answered' = 'open'
  readonly #interaction: Pick<APIInteraction, 'application_id' | 'token'>
  readonly #first: First
  readonly #rest: REST

  constructor(interaction: Pick<APIInteraction, 'application_id' | 'token'>, first: First, rest: REST) {
    this.#interaction = interaction
    this.#first = first
    this.#rest = rest
  }

  /** May a modal still be opened? */
  get isOpen(): boolean {
    return this.#so === 'open'
  }

  async modal(data: APIModalInteractionResponseCallbackData): Promise<void> {
    this.#so = 'answered'
    await this.#first({ type: InteractionResponseType.Modal, data })
  }

  /** Says that the answer comes later: `thinking` for the person alone, or silently on the message pressed. */
  async later(how: 'thinking' | 'unchanged', audience: 'person' | 'channel' = 'person'): Promise<void> {
    this.#so = how
    await this.#first(
      how === 'unchanged'
        ? { type: InteractionResponseType.DeferredMessageUpdate }
        : {
            type: InteractionResponseType.DeferredChannelMessageWithSource,
            data: audience === 'person' ? { flags: MessageFlags.Ephemeral } : {},
          },
    )
  }

  /**
   * Shows a message. `inPlace` replaces the message that was pressed; `shownToAll` is left where a person waited alone
   * for an answer that is for the channel, since Discord cannot make it public afterwards.
   */
  async show(
    drawn: DiscordMessage,
    {
      audience,
      inPlace = false,
      shownToAll,
    }: { audience: 'person' | 'channel'; inPlace?: boolean; shownToAll: DiscordMessage },
  ): Promise<void> {
    if (this.#so === 'open') {
      if (drawn.files.length === 0) {
        this.#so = 'answered'
        return this.#first(
          inPlace
            ? { type: InteractionResponseType.UpdateMessage, data: { ...drawn.body, attachments: [] } }
            : { type: InteractionResponseType.ChannelMessageWithSource, data: bodyFor(drawn, audience) },
        )
      }
      // Files go by the webhook: an answer to an HTTP interaction stays plain JSON.
      await this.later(inPlace ? 'unchanged' : 'thinking', audience)
      return this.#editOriginal(drawn)
    }

    const before = this.#so
    this.#so = 'answered'
    if (before === 'thinking' && audience === 'channel') {
      await this.#editOriginal(shownToAll)
      return this.#followUp(drawn, audience)
    }
    if (before === 'thinking' || (before === 'unchanged' && inPlace)) return this.#editOriginal(drawn)
    return this.#followUp(drawn, audience)
  }

  async #editOriginal({ body, files }: DiscordMessage): Promise<void> {
    const { application_id: application, token } = this.#interaction
    const edit = () =>
      this.#rest.patch(Routes.webhookMessage(application, token, '@original'), {
        body: { ...body, attachments: body.attachments ?? [] },
        files,
        auth: false,
      })
    for (const wait of ARRIVES_WITHIN) {
      try {
        await edit()
        return
      } catch (error) {
        if (!isCode(error, 'unknownWebhook') && !isCode(error, 'unknownMessage')) throw error
        await setTimeout(wait)
      }
    }
    await edit()
  }

  async #followUp(drawn: DiscordMessage, audience: 'person' | 'channel'): Promise<void> {
    const { application_id: application, token } = this.#interaction
    await this.#rest.post(Routes.webhook(application, token), {
      body: bodyFor(drawn, audience),
      files: drawn.files,
      auth: false,
    })
  }
}

const bodyFor = ({ body }: DiscordMessage, audience: 'person' | 'channel') => ({
  ...body,
  flags: body.flags | (audience === 'person' ? MessageFlags.Ephemeral : 0),
})
