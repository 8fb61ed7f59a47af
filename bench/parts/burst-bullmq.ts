import { Queue, Worker } from 'bullmq'
import { post, report, stopwatch } from './post.ts'

// (a) for BullMQ. Arguments: <receiver> <how many> <Redis' port>
const [receiver = '', many = '10000', port = ''] = process.argv.slice(2)
const count = Number(many)
const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null }
const queue = new Queue('posts', { connection })
await queue.obliterate({ force: true })
for (let n = 0; n < count; n += 1_000)
  await queue.addBulk(
    Array.from({ length: Math.min(1_000, count - n) }, () => ({
      name: 'post',
      data: { text: 'x'.repeat(1_000) },
    })),
  )
let done = 0
const finished = Promise.withResolvers<void>()
const read = stopwatch()
const worker = new Worker('posts', () => post(receiver), { connection, concurrency: 300 })
worker.on('completed', () => {
  done += 1
  if (done >= count) finished.resolve()
})
await finished.promise
report(read(count))
