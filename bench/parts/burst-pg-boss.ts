import { PgBoss } from 'pg-boss'
import { post, report, stopwatch } from './post.ts'

// (a) for pg-boss: batches, as its documentation advises for many small jobs. Arguments: <receiver> <how many> <database url>
const [receiver = '', many = '10000', url = ''] = process.argv.slice(2)
const count = Number(many)
const boss = new PgBoss({ connectionString: url, max: 10 })
boss.on('error', (error: Error) => process.stderr.write(`${error.message}\n`))
await boss.start()
await boss.createQueue('posts')
for (let n = 0; n < count; n += 1_000)
  await boss.insert(
    'posts',
    Array.from({ length: Math.min(1_000, count - n) }, () => ({ data: { text: 'x'.repeat(1_000) } })),
  )
let done = 0
const finished = Promise.withResolvers<void>()
const read = stopwatch()
for (let n = 0; n < 4; n++)
  await boss.work(
    'posts',
    { batchSize: 200, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
    async (jobs: unknown[]) => {
      await Promise.all(jobs.map(() => post(receiver)))
      done += jobs.length
      if (done >= count) finished.resolve()
    },
  )
await finished.promise
// Its jobs count once they are marked.
for (;;) {
  const { rows } = await boss
    .getDb()
    .executeSql("select count(*)::int as open from pgboss.job where name = 'posts' and state < 'completed'")
  if (rows[0].open === 0) break
  await new Promise((go) => setTimeout(go, 10))
}
report(read(count))
