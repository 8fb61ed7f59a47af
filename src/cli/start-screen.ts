import type { Config } from '../kit/config.ts'

/** What the screen tells of. */
export interface Screen {
  page: string
  surfaces: ReadonlyMap<string, { health(): { ok: boolean; detail: string } }>
}

/** One screen that says where to go. */
export function startScreen(
  { config, storage }: { config: Pick<Config, 'dataDir' | 'databaseUrl'>; storage: { dialect: string } },
  { page, surfaces }: Screen,
): string[] {
  const chats = [...surfaces].filter(([name]) => name !== 'playground')
  return [
    '',
    '  📣 Crier is up.',
    '',
    `  Page      ${page}`,
    ...chats.map(([name, surface]) => `  ${capital(name).padEnd(9)} ${surface.health().detail}`),
    `  Data      ${storage.dialect === 'sqlite' ? `${place(config)} (SQLite)` : 'PostgreSQL'}`,
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

/** A file that is named without a folder stands in the data folder. */
function place({ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>): string {
  const file = databaseUrl.replace(/^file:/, '')
  return file.includes('/') ? `${file}, media and key in ${dataDir}` : dataDir
}

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`
