import { makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { post, report, stopwatch } from './post.ts'

// (a) for graphile-worker, with its local queue and batched completions. Arguments: <receiver> <how many> <database url>
const [receiver = '', many = '10000', url = ''] = process.argv.slice(2)
const count = Number(many)
const pool = new pg.Pool({ connectionString: url, max: 20 })
const utils = await makeWorkerUtils({ pgPool: pool })
await utils.migrate()
for (let n = 0; n < count; n += 1_000)
  await utils.addJobs(
    Array.from({ length: Math.min(1_000, count - n) }, () => ({
      identifier: 'post',
      payload: { text: 'x'.repeat(1_000) },
    })),
  )
const read = stopwatch()
const runner = await run({
  pgPool: pool,
  concurrency: 200,
  noHandleSignals: true,
  preset: {
    worker: {
      concurrentJobs: 200,
      localQueue: { size: 500 },
      completeJobBatchDelay: 5,
      failJobBatchDelay: 5,
    },
  },
  logger: new (await import('graphile-worker')).Logger(() => () => undefined),
  taskList: { post: () => post(receiver) },
})
for (;;) {
  const { rows } = await pool.query('select count(*)::int as open from graphile_worker.jobs')
  if (rows[0].open === 0) break
  await new Promise((go) => setTimeout(go, 20))
}
const measured = read(count)
await runner.stop()
report(measured)
