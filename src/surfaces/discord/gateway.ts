// @discordjs/ws: discord.js's own gateway without its client, whose caches of members and channels nobody here would read.
import { WebSocketManager, WebSocketShardEvents, WebSocketShardStatus } from '@discordjs/ws'
import type { APIInteraction, GatewayMessageCreateDispatchData, REST } from 'discord.js'
import { GatewayDispatchEvents, GatewayIntentBits } from 'discord-api-types/v10'
import type { Log } from '../../kit/log.ts'

/** None of these is privileged: words arrive in direct messages and mentions without the message content intent. */
const INTENTS = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages

/** Closed for good: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const CLOSED_FOR_GOOD: Record<number, string> = {
  4004: 'Discord refused the bot token: check DISCORD_TOKEN.',
  4010: 'Discord refused the shard.',
  4011: 'Discord wants more shards.',
  4012: "Discord no longer speaks this version of its gateway's language.",
  4013: 'Discord knows none of the intents asked for.',
  4014: 'Discord does not allow this bot the intents asked for.',
}

export interface Gateway {
  /** Resolves once every shard has identified itself. */
  connect(): Promise<void>
  close(): Promise<void>
  state(): { ok: boolean; detail: string }
}

/** What arrives over the gateway. */
export interface Heard {
  interaction(interaction: APIInteraction): void
  message(said: GatewayMessageCreateDispatchData, self: string): void
  guild(guild: { id: string; name: string }): void
}

/**
 * The long-lived connection over which Discord tells what happens. discord.js's own manager keeps the heartbeat, resumes
 * and paces the logins; its caches of members and channels are left aside, since a surface only needs what is said to it.
 */
export function createGateway({
  token,
  rest,
  log,
  heard,
}: {
  token: string
  rest: REST
  log: Log
  heard: Heard
}): Gateway {
  const manager = new WebSocketManager({ token, rest, intents: INTENTS })
  const shards = new Map<number, WebSocketShardStatus>()
  let self = ''
  let ended: string | undefined

  manager.on(WebSocketShardEvents.Dispatch, ({ data, shardId }) => {
    switch (data.t) {
      case GatewayDispatchEvents.Ready:
        self = data.d.user.id
        shards.set(shardId, WebSocketShardStatus.Ready)
        log.info({ shard: shardId, servers: data.d.guilds.length }, 'connected to Discord')
        break
      case GatewayDispatchEvents.GuildCreate:
      case GatewayDispatchEvents.GuildUpdate:
        heard.guild(data.d)
        break
      case GatewayDispatchEvents.InteractionCreate:
        heard.interaction(data.d)
        break
      case GatewayDispatchEvents.MessageCreate:
        heard.message(data.d, self)
        break
      default:
    }
  })
  manager.on(WebSocketShardEvents.Resumed, ({ shardId }) => {
    shards.set(shardId, WebSocketShardStatus.Ready)
  })
  manager.on(WebSocketShardEvents.Closed, ({ code, shardId }) => {
    shards.set(shardId, WebSocketShardStatus.Idle)
    ended = CLOSED_FOR_GOOD[code] ?? ended
    log.info({ code, shard: shardId }, 'the connection to Discord closed')
  })
  manager.on(WebSocketShardEvents.Error, ({ error, shardId }) => {
    log.warn({ err: error, shard: shardId }, 'the connection to Discord failed')
  })

  return {
    connect: () => manager.connect(),
    close: async () => {
      await manager.destroy({ reason: 'Crier stops' })
    },
    state() {
      if (ended !== undefined) return { ok: false, detail: ended }
      const ready = [...shards.values()].filter((status) => status === WebSocketShardStatus.Ready).length
      return shards.size > 0 && ready === shards.size
        ? { ok: true, detail: shards.size === 1 ? 'connected' : `connected by ${shards.size} shards` }
        : { ok: false, detail: `not connected (${ready} of ${Math.max(1, shards.size)} shards)` }
    },
  }
}
