import { DiscordAPIError } from '@discordjs/rest'
import type { APIInteraction, GatewayMessageCreateDispatchData, REST } from 'discord.js'
import { Routes } from 'discord-api-types/v10'
import type { Speaker } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import { BoundedMap } from './bounded-map.ts'
import { loggable } from './send-error.ts'

/** What the surface keeps between starts. */
export interface Remembered {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
}

/** Says who is talking, and for which server. */
export interface Speakers {
  /** Undefined where somebody writes directly whom Crier has met in no server. `chat` overrules (a card about a server). */
  of(interaction: APIInteraction, chat?: string): Promise<Speaker | undefined>
  ofMessage(message: GatewayMessageCreateDispatchData): Promise<Speaker | undefined>
  /** A server's name, as the gateway tells it. */
  learn(guild: { id: string; name: string }): void
}

/** ManageGuild or Administrator: https://docs.discord.com/developers/topics/permissions */
const RUNS_THE_SERVER = (1n << 5n) | (1n << 3n)
/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const UNKNOWN_MEMBER = 10007
/** Names are kept for so many servers, homes for so many people. */
const KEPT = 5000

interface Person {
  id: string
  name: string
  locale?: string
  admin?: boolean
}

export function createSpeakers({
  rest,
  remembered,
  log,
}: {
  rest: REST
  remembered: Remembered
  log: Log
}): Speakers {
  const names = new BoundedMap<string, string>(KEPT)
  const homes = new BoundedMap<string, string>(KEPT)

  /** HTTP interactions carry no server's name, so it is asked for once. */
  async function nameOf(guild: string): Promise<string> {
    const known = names.get(guild)
    if (known !== undefined) return known
    try {
      const { name } = (await rest.get(Routes.guild(guild))) as { name: string }
      names.set(guild, name)
      return name
    } catch (error) {
      log.debug({ err: loggable(error), guild }, "a server's name could not be read")
      const name = `Discord ${guild}`
      // A refusal stands (only the commands were added, not the bot); what the network spoiled is asked again.
      if (error instanceof DiscordAPIError) names.set(guild, name)
      return name
    }
  }

  /** Where somebody last spoke is what they mean when they write directly. */
  async function settle(person: string, guild: string): Promise<void> {
    if (homes.get(person) === guild) return
    homes.set(person, guild)
    await remembered.set(homeKey(person), guild)
  }

  const homeOf = async (person: string): Promise<string | undefined> =>
    homes.get(person) ?? (await remembered.get(homeKey(person)))

  /** Whoever writes directly may have left the server, or been sent away, since they spoke there last. */
  async function belongsTo(guild: string, person: string): Promise<boolean> {
    try {
      await rest.get(Routes.guildMember(guild, person))
      return true
    } catch (error) {
      if (error instanceof DiscordAPIError && error.code === UNKNOWN_MEMBER) return false
      log.debug({ err: loggable(error), guild }, 'who belongs to a server could not be read')
      // Where only the commands were added and not the bot, Discord does not say: who spoke there last is believed.
      return !(error instanceof DiscordAPIError) || (await homeOf(person)) === guild
    }
  }

  async function speaker(
    person: Person,
    spokenIn: string | undefined,
    chat: string | undefined,
  ): Promise<Speaker | undefined> {
    if (spokenIn !== undefined) await settle(person.id, spokenIn)
    const guild = spokenIn ?? chat ?? (await homeOf(person.id))
    if (guild === undefined) return undefined
    if (spokenIn === undefined && !(await belongsTo(guild, person.id))) return undefined
    return {
      surface: 'discord',
      chat: { externalId: guild, name: await nameOf(guild) },
      person: {
        externalId: person.id,
        name: person.name,
        ...(person.locale !== undefined && { locale: person.locale }),
        ...(person.admin !== undefined && { admin: person.admin }),
      },
    }
  }

  return {
    of(interaction, chat) {
      const user = interaction.member?.user ?? interaction.user
      if (!user) return Promise.resolve(undefined)
      const permissions = interaction.member?.permissions
      return speaker(
        {
          id: user.id,
          name: interaction.member?.nick ?? user.global_name ?? user.username,
          ...('locale' in interaction && { locale: interaction.locale }),
          ...(permissions !== undefined && { admin: (BigInt(permissions) & RUNS_THE_SERVER) !== 0n }),
        },
        interaction.guild_id,
        chat,
      )
    },
    ofMessage: ({ author, member, guild_id: guild }) =>
      speaker(
        { id: author.id, name: member?.nick ?? author.global_name ?? author.username },
        guild || undefined,
        undefined,
      ),
    learn: ({ id, name }) => names.set(id, name),
  }
}

const homeKey = (person: string): string => `discord.home.${person}`
