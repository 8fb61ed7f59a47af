import type { EpochMs } from '../kit/clock.ts'

/** How fast a chat takes messages, channel by channel. In memory: a chat that finds it too fast says so itself. */
export interface ChannelPace {
  /** Takes the channel's next turn, and says how long (ms) to wait for it. */
  take(channel: string, now: EpochMs, pace: { burst: number; every: number }): number
}

const REMEMBERED = 10_000

export function createChannelPace(): ChannelPace {
  /** When each channel's turns that were taken are all used up, had they come one by one. */
  const full = new Map<string, EpochMs>()
  return {
    take(channel, now, { burst, every }) {
      const from = Math.max(now, full.get(channel) ?? now)
      full.delete(channel)
      full.set(channel, from + every)
      if (full.size > REMEMBERED) for (const oldest of full.keys().take(1)) full.delete(oldest)
      return Math.max(0, from - now - (burst - 1) * every)
    },
  }
}
