// A process of its own on the same database: `node child.ts <url> <task> [argument]`. Says what it did, a line at a time.
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { WorkspaceId } from '../../src/workspaces/workspace.ts'
import { NOON, newAttempt } from './ground.ts'

const [url = '', task = '', argument = ''] = process.argv.slice(2)
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const tasks: Record<string, (storage: Storage) => Promise<void>> = {
  /** Holds the server's place until it is killed. */
  serve: async () => {
    say('serving')
    await new Promise((never) => setTimeout(never, 60_000))
  },
  /** Claims until nothing is due; says each id. */
  claim: async (storage) => {
    for (;;) {
      const lease = { now: NOON, leaseUntil: NOON + 1_000, worker: `child ${process.pid}`, limit: 5 }
      const some = await storage.queue.claimDue(lease)
      if (some.length === 0) return
      for (const { delivery } of some) say(delivery.id)
    }
  },
  /** Publishes without end; says what is promised to be on the disk, as soon as it is promised. */
  publish: async (storage) => {
    const worker = `child ${process.pid}`
    for (;;) {
      const some = await storage.queue.claimDue({ now: NOON, leaseUntil: NOON + 1_000, worker, limit: 20 })
      if (some.length === 0) return
      await Promise.all(
        some.map(async ({ delivery }) => {
          const attempt = newAttempt(delivery, worker)
          if (await storage.queue.beginAttempt(attempt)) say(`begun ${delivery.id}`)
          const end = { ...attempt, worker, at: NOON }
          const ended = await storage.queue.endAttempt({ ...end, outcome: 'published' }, 'publish', {
            at: NOON,
          })
          if (ended) say(`ended ${delivery.id}`)
        }),
      )
    }
  },
  /** Claims until nothing is due, and begins each under the cap that is handed in; says which have begun. */
  pace: async (storage) => {
    const worker = `child ${process.pid}`
    const caps = [{ posts: Number(argument), per: 60_000 }]
    for (;;) {
      const some = await storage.queue.claimDue({ now: NOON, leaseUntil: NOON + 1_000, worker, limit: 7 })
      if (some.length === 0) return
      await Promise.all(
        some.map(async ({ delivery }) => {
          const begun = await storage.queue.beginCapped(newAttempt(delivery, worker), caps)
          say(`${begun === 'begun' ? 'begun' : 'full'} ${delivery.id}`)
        }),
      )
    }
  },
  /** Writes 50 lines of the audit trail of a workspace. */
  append: async (storage) => {
    const { events } = storage.workspace(argument as WorkspaceId)
    const event = { at: NOON, memberId: null, verb: 'v', subject: 's', details: {} }
    for (let n = 0; n < 50; n++) await events.append({ ...event, id: crypto.randomUUID() })
    say('done')
  },
}

try {
  const role = task === 'serve' ? 'server' : 'visitor'
  const storage = await openStorage({ url, log: silentLog, role })
  await storage.migrate()
  await tasks[task]?.(storage)
  await storage.close()
} catch (error) {
  say(`refused: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
