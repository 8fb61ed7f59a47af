import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, expectTypeOf, test } from 'vitest'
import type * as app from '../src/app/stores.ts'
import type * as storage from '../src/storage/storage.ts'

/** A file may import from its own room and from any floor below it: never sideways, never up. */
const FLOORS: Record<string, number> = {
  kit: 0,
  message: 1,
  posts: 1,
  schedule: 1,
  workspaces: 1,
  events: 1,
  playground: 1,
  platforms: 1,
  accounts: 2,
  deliveries: 2,
  approvals: 2,
  library: 2,
  calendar: 2,
  analytics: 2,
  outbox: 2,
  views: 3,
  storage: 3,
  app: 4,
  commands: 5,
  surfaces: 5,
  scheduler: 5,
  http: 5,
  cli: 5,
  main: 6,
}

/** `platforms/` and `playground/` may also import `message/`: all of them speak in messages. */
const LENT: Record<string, readonly string[]> = {
  platforms: ['message'],
  playground: ['message'],
}

/** Which library may live where. */
const HOMES: Record<string, readonly string[]> = {
  'drizzle-orm': ['storage'],
  'better-sqlite3': ['storage'],
  pg: ['storage'],
  '@slack/bolt': ['surfaces'],
  '@slack/web-api': ['surfaces'],
  'discord.js': ['surfaces'],
  '@discordjs/rest': ['surfaces'],
  '@discordjs/ws': ['surfaces'],
  'discord-api-types': ['surfaces'],
  oauth4webapi: ['accounts'],
  'chrono-node': ['schedule'],
  croner: ['schedule', 'scheduler'],
  pino: ['kit'],
  'pino-roll': ['kit'],
}

const root = resolve(import.meta.dirname, '..')

interface Import {
  from: string
  to: string
  type: boolean
}

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** All five forms: `from '…'`, `import '…'`, `import type`, `export … from`, `import('…')`. */
async function importsOf(file: string): Promise<Import[]> {
  const source = await readFile(join(root, file), 'utf8')
  const found = source.matchAll(
    /(?:^|\n)\s*(import|export)(\s+type)?\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  )
  return [...found].map(([, , type, from, bare, dynamic]) => ({
    from: file,
    to: from ?? bare ?? dynamic ?? '',
    type: type !== undefined,
  }))
}

const roomOf = (file: string): string => {
  const [top = '', room = ''] = file.split('/')
  if (top === 'commands') return 'commands'
  return room.endsWith('.ts') || room.endsWith('.js') ? 'main' : room
}

const files = [...(await sources('src')), ...(await sources('commands'))].filter(
  (file) => !file.includes('/page/'),
)
const imports = (await Promise.all(files.map(importsOf))).flat()
const local = imports
  .filter((one) => one.to.startsWith('.'))
  .map((one) => ({ ...one, to: relative(root, resolve(root, dirname(one.from), one.to)) }))

test('every room has a floor', () => {
  const rooms = [...new Set(files.map(roomOf))].sort()
  expect(rooms.filter((room) => !(room in FLOORS))).toEqual([])
})

test('nobody imports sideways or up', () => {
  const wrong = local.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)]
    if (here === there || (FLOORS[there] ?? 99) < (FLOORS[here] ?? -1)) return false
    return !LENT[here]?.includes(there)
  })
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})

test('only the top floor introduces storage to the rest', () => {
  const wrong = local.filter(
    ({ from, to }) => roomOf(to) === 'storage' && !['storage', 'main'].includes(roomOf(from)),
  )
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})

/** Held by the compiler (`npm run types`): neither room may know the other, so each states the list itself. */
test('what the app wants remembered is what storage remembers', () => {
  expectTypeOf<storage.WorkspaceStores>().toEqualTypeOf<app.WorkspaceStores>()
  expectTypeOf<Pick<storage.Storage, keyof app.Stores>>().toExtend<app.Stores>()
})

test('a surface knows nothing of posts, deliveries or accounts', () => {
  const foreign = ['posts', 'deliveries', 'accounts', 'approvals', 'platforms', 'storage']
  const wrong = local.filter(({ from, to }) => roomOf(from) === 'surfaces' && foreign.includes(roomOf(to)))
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})

test('a library lives where it belongs', () => {
  const wrong = imports.filter(({ from, to }) => {
    const library = Object.keys(HOMES).find((name) => to === name || to.startsWith(`${name}/`))
    return library !== undefined && !HOMES[library]?.includes(roomOf(from))
  })
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})

test('there are no circles', () => {
  const next = Map.groupBy(local, (one) => one.from)
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('no room below main reads the clock or the environment', async () => {
  const wrong: string[] = []
  for (const file of files) {
    // when-cli.ts is an entry of its own (`npm run when`), so it stands where main stands.
    if (roomOf(file) === 'main' || file === 'src/kit/clock.ts' || file === 'src/schedule/when-cli.ts')
      continue
    const source = (await readFile(join(root, file), 'utf8')).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    if (/\bDate\.now\(|\bnew Date\(\)|\bTemporal\.Now\b|\bprocess\.env\b/.test(source)) wrong.push(file)
  }
  expect(wrong).toEqual([])
})

test('nothing imports a platform by its name: they are read from their folder', async () => {
  const platforms = (await readdir(join(root, 'src/platforms'), { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name.replace(/\.ts$/, ''))
  const named = local.filter(
    ({ from, to }) => platforms.some((name) => to === `src/platforms/${name}.ts`) && from !== to,
  )
  expect(named.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
})
