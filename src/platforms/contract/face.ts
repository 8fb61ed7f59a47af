import type { Face } from './platform.ts'

/** Media that fill a phone's screen, with the words lying on them: stories, reels, TikTok, Snapchat. */
export const FULL_SCREEN = {
  dark: true,
  text: 'over',
  single: { min: 9 / 16, max: 9 / 16 },
  several: 'pages',
} as const satisfies Omit<Face, 'accent'>
