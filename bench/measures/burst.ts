import { atLeast, type Findings, inTurns, ratios, rowOf, rowsOf } from '../findings.ts'
import type { Ground } from '../ground.ts'
import { measured, median } from '../parts/machine.ts'

const SQLITE = 'Crier, SQLite, intent on disk'
const POSTGRES = 'Crier, PostgreSQL, intent on disk'
const TO_FIVE = 'Crier, SQLite, each post to five accounts'
const RAW = 'raw limit: POSTs and rows, no Crier'
/** Every row that Crier writes for a delivery: what nothing that writes them can be faster than. */
const ROWS_SQLITE = 'its rows: POSTs and all of Crier’s rows, no Crier, SQLite'
const ROWS_POSTGRES = 'its rows: POSTs and all of Crier’s rows, no Crier, PostgreSQL'
const QUEUES = ['pg-boss', 'graphile-worker', 'BullMQ']

/** (a) Deliveries due at one instant, each a POST of 1 KB over loopback. */
export async function burst({ receiver, many, runs, database, redis }: Ground): Promise<Findings> {
  const count = String(many)
  const found = await inTurns(
    [
      [RAW, () => measured('burst-raw.ts', [receiver, count])],
      [ROWS_SQLITE, () => measured('burst-raw-rows.ts', [receiver, count, 'sqlite'])],
      [SQLITE, () => measured('burst-crier.ts', [receiver, count, 'sqlite', 'no'])],
      [TO_FIVE, () => measured('burst-crier.ts', [receiver, count, 'sqlite', 'no', '5'])],
      ...(database
        ? ([
            [ROWS_POSTGRES, async () => measured('burst-raw-rows.ts', [receiver, count, await database()])],
            [POSTGRES, async () => measured('burst-crier.ts', [receiver, count, await database(), 'no'])],
            ['pg-boss', async () => measured('burst-pg-boss.ts', [receiver, count, await database()])],
            [
              'graphile-worker',
              async () => measured('burst-graphile.ts', [receiver, count, await database()]),
            ],
          ] as const)
        : []),
      ...(redis === undefined
        ? []
        : ([['BullMQ', () => measured('burst-bullmq.ts', [receiver, count, String(redis)])]] as const)),
    ],
    runs,
  )
  const toBest = ratios(found, SQLITE, QUEUES)
  const toRows = ratios(found, SQLITE, [ROWS_SQLITE])
  const toBoss = ratios(found, POSTGRES, ['pg-boss'])
  return {
    rows: [
      ...rowsOf('a', found, 'perSecond', '/s'),
      ...rowsOf('a', found, 'cpu', 'ms', ': its own CPU per 1,000'),
      ...ratioRows('a', {
        'SQLite : best queue': toBest,
        'SQLite : its rows': toRows,
        'SQLite : raw': ratios(found, SQLITE, [RAW]),
        'SQLite, to five accounts : raw': ratios(found, TO_FIVE, [RAW]),
        'PostgreSQL : pg-boss': toBoss,
        'PostgreSQL : its rows': ratios(found, POSTGRES, [ROWS_POSTGRES]),
        'its rows on SQLite : best queue': ratios(found, ROWS_SQLITE, QUEUES),
        'its rows on PostgreSQL : pg-boss': ratios(found, ROWS_POSTGRES, ['pg-boss']),
      }),
    ],
    targets: [
      atLeast('a', 'Crier on SQLite : best of the queues', median(toBest), 1.2),
      atLeast('a', 'Crier on SQLite : the same POSTs and rows without it', median(toRows), 0.5),
      ...(database ? [atLeast('f', 'one process on PostgreSQL : pg-boss', median(toBoss), 1)] : []),
    ],
  }
}

/** (g) The same with a chat: a card per post in the review channel, its thread, a word in the results channel. */
export async function cards({ receiver, many, runs, database }: Ground): Promise<Findings> {
  // Each post is three messages, and the chat is told to the last one.
  const count = String(Math.ceil(many / 5))
  const on = (name: string, url: () => Promise<string>, say: 'yes' | 'no') =>
    [name, async () => measured('burst-crier.ts', [receiver, count, await url(), say])] as const
  const found = await inTurns(
    [
      on('SQLite, no chat', async () => 'sqlite', 'no'),
      on('SQLite, cards in a chat', async () => 'sqlite', 'yes'),
      ...(database
        ? [on('PostgreSQL, no chat', database, 'no'), on('PostgreSQL, cards in a chat', database, 'yes')]
        : []),
    ],
    runs,
  )
  const told = new Map([...found].filter(([name]) => name.includes('cards')))
  return {
    rows: [
      ...rowsOf('g', found, 'perSecond', '/s', ': posts'),
      ...rowsOf('g', told, 'messagesPerSecond', '/s', ': messages, from the first to the last'),
      ...ratioRows('g', {
        'SQLite, with : without cards': ratios(found, 'SQLite, cards in a chat', ['SQLite, no chat']),
        'PostgreSQL, with : without cards': ratios(found, 'PostgreSQL, cards in a chat', [
          'PostgreSQL, no chat',
        ]),
      }),
    ],
    targets: [],
  }
}

const ratioRows = (part: string, all: Record<string, number[]>) =>
  Object.entries(all).flatMap(([what, values]) => (values.length > 0 ? rowOf(part, what, '×', values) : []))
