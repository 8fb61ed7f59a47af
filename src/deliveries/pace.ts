import { type EpochMs, HOUR, MINUTE, SECOND } from '../kit/clock.ts'

/** At most `posts` attempts of an account begin in any `per` milliseconds. */
export interface Cap {
  posts: number
  per: number
}

/** Until when (UTC ms) a delivery is held back, and why, for people. */
export interface Wait {
  until: EpochMs
  why: string
}

/** What a delivery waits for whose account has used a cap up. */
export const untilThereIsRoom = (label: string, { posts, per }: Cap, now: EpochMs): Wait => ({
  // The window slides: one place becomes free after a share of it, and the pace is looked at again then.
  until: now + Math.max(SECOND, Math.ceil(per / posts)),
  why: `${label} takes ${posts} posts of an account in ${inWords(per)}, and those are used`,
})

const inWords = (ms: number): string => {
  const hours = ms / HOUR
  if (hours >= 1) return `${Math.round(hours)} hours`
  return ms >= MINUTE ? `${Math.round(ms / MINUTE)} minutes` : `${Math.round(ms / SECOND)} seconds`
}
