import type { House } from '../../src/build.ts'
import { HOUR } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import { addPosts, folder, newTeam, openCrier } from './crier.ts'
import { median } from './machine.ts'
import { multiply } from './multiply.ts'
import { report } from './post.ts'

// (c): a batch claimed, begun and ended among few and among many finished deliveries, in turns.
// Arguments: <receiver> <database url of few, or "sqlite"> <of many> <how many finished> <batches>
const [receiver = '', few = 'sqlite', many = 'sqlite', finished = '1000000', batches = '40'] =
  process.argv.slice(2)
const BATCH = 200
const WARM_UP = 5

async function filled(database: string, count: number): Promise<House> {
  const dataDir = folder()
  const empty = await openCrier({ database, receiver, dataDir })
  const team = await newTeam(empty, receiver)
  const now = empty.clock.now()
  await addPosts(empty, team, [now])
  await oneBatch(empty, 1)
  await addPosts(empty, team, [now])
  await empty.close()
  await multiply({ database, dataDir }, [
    { of: 1, many: count },
    { of: 2, many: (Number(batches) + WARM_UP) * BATCH },
  ])
  return openCrier({ database, receiver, dataDir })
}

/** As the worker does it; how long it took (ms), and its claim alone. */
async function oneBatch({ storage, clock }: House, limit = BATCH): Promise<{ claim: number; batch: number }> {
  const began = performance.now()
  const now = clock.now()
  const worker = newId(now)
  const claimed = await storage.queue.claimDue({ now, leaseUntil: now + HOUR, worker, limit })
  const claim = performance.now() - began
  if (claimed.length !== limit) throw new Error(`${claimed.length} of ${limit} were claimed`)
  const attempts = claimed.map(({ delivery }) => ({
    id: newId(now),
    deliveryId: delivery.id,
    number: 1,
    part: 0,
    worker,
    startedAt: now,
    endedAt: null,
    outcome: null,
    message: null,
  }))
  await Promise.all(attempts.map((attempt) => storage.queue.beginAttempt(attempt)))
  const ended = await Promise.all(
    attempts.map(({ id, deliveryId, number }) =>
      storage.queue.endAttempt(
        { id, deliveryId, number, worker, outcome: 'published', message: null, at: now },
        'publish',
        { at: now, published: { remoteId: 'r', url: null }, publishedAt: now, problem: null },
      ),
    ),
  )
  if (ended.includes(false)) throw new Error('An end was not written')
  return { claim, batch: performance.now() - began }
}

const among = [await filled(few, 1_000), await filled(many, Number(finished))]
const taken = among.map((): { claim: number; batch: number }[] => [])
for (let n = 0; n < Number(batches) + WARM_UP; n++)
  for (const [place, house] of among.entries()) {
    const one = await oneBatch(house)
    if (n >= WARM_UP) taken[place]?.push(one)
  }
const of = (place: number, what: 'claim' | 'batch'): number =>
  median((taken[place] ?? []).map((one) => one[what]))
report({
  few: of(0, 'batch'),
  many: of(1, 'batch'),
  claimFew: of(0, 'claim'),
  claimMany: of(1, 'claim'),
  ratio: of(1, 'batch') / of(0, 'batch'),
})
