import type { Config } from '../kit/config.ts'

/** What the screen tells of. */
export interface Screen {
  page: string
  surfaces: ReadonlyMap<string, { health(): { ok: boolean; detail: string } }>
}

/** One screen that says where to go. */
export function startScreen(
  { config, storage }: { config: Config; storage: { dialect: string } },
  { page, surfaces }: Screen,
): string[] {
  const chats = [...surfaces].filter(([name]) => name !== 'playground')
  return [
    '',
    '  📣 Crier is up.',
    '',
    `  Page      ${page}`,
    ...chats.map(([name, surface]) => `  ${capital(name).padEnd(9)} ${surface.health().detail}`),
    `  Data      ${storage.dialect === 'sqlite' ? `${config.dataDir} (SQLite)` : 'PostgreSQL'}`,
    '',
    ...(chats.length === 0
      ? [
          '  Open the page and type:  /schedule in 1 minute to rehearsal: Hello, world',
          '  Then switch to Grace and press Approve.',
          '',
          '  Slack, Discord and platforms are connected in a few steps: see the README, or run  npx crier doctor',
          '',
        ]
      : []),
  ]
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`
