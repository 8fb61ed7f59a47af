import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../src/kit/log.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { freePort } from '../e2e/crier-process.ts'
import { startPostgres } from '../setup-postgres.ts'
import { newMember, newPost, newTeam } from './ground.ts'

const postgres = await startPostgres()

if ('missing' in postgres) {
  console.log(postgres.missing)
  test.skip(postgres.missing, () => undefined)
} else
  describe(`connections that are lost, on PostgreSQL (${postgres.says})`, () => {
    let url: string
    let storage: Storage
    let admin: pg.Client
    const said: { level: number; msg: string }[] = []
    const log = pino({ level: 'info' }, { write: (line) => said.push(JSON.parse(line)) })

    beforeAll(async () => {
      url = await postgres.createDatabase()
      storage = await openStorage({ url, log })
      await storage.migrate()
      admin = new pg.Client({ connectionString: url, application_name: 'admin' })
      await admin.connect()
    })
    afterEach(() => {
      said.length = 0
    })
    afterAll(async () => {
      await admin.end()
      await storage.close()
      await postgres.stop()
    })

    /** Ends every connection of Crier's, and waits (ms) until they are gone. */
    const throwOut = () =>
      admin.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'crier'`,
      )

    test('idle ones that died are not the next caller’s to know', async () => {
      const team = await newTeam(storage)
      await Promise.all(Array.from({ length: 20 }, () => team.stores.posts.count({})))
      for (let round = 0; round < 3; round++) {
        await throwOut()
        const both = await Promise.all([
          team.stores.posts.count({}),
          storage.transaction(team.id, (stores) => stores.posts.create(newPost(team))),
          storage.queue.nextDueAt(),
        ])
        expect(both[0]).toBeGreaterThanOrEqual(round)
      }
      expect(await team.stores.posts.count({})).toBe(3)
      expect(said).toEqual([])
    })

    test('who stand in one another’s way both come through', async () => {
      const team = await newTeam(storage)
      const other = await team.stores.workspace.addMember(newMember({ name: 'Grace' }))
      const met = Promise.withResolvers<void>()
      let first = 0
      const crossing = (one: string, two: string, name: string) =>
        storage.transaction(team.id, async (stores) => {
          await stores.workspace.changeMember(one, { name })
          first += 1
          if (first === 2) met.resolve()
          // Both hold what the other one wants next; statements, since a transaction may await nothing else.
          while (first < 2) await stores.posts.count({})
          await stores.workspace.changeMember(two, { name })
          await stores.posts.create(newPost(team))
        })
      await Promise.all([
        crossing(team.member.id, other.id, 'one'),
        crossing(other.id, team.member.id, 'two'),
        met.promise,
      ])
      expect(first).toBeGreaterThan(2)
      const names = (await team.stores.workspace.members()).map(({ name }) => name)
      expect(new Set(names).size).toBe(1)
      expect((await team.stores.posts.list({})).map(({ number }) => number)).toEqual([1, 2])
    })

    test('a network that resets every connection, idle ones and those at work', async () => {
      const line = await brokenLine(new URL(url))
      const behind = await openStorage({ url: line.url, log: silentLog })
      const team = await newTeam(behind)
      await Promise.all(Array.from({ length: 10 }, () => team.stores.posts.count({})))
      line.cut()
      expect(await team.stores.posts.count({})).toBe(0)
      let runs = 0
      await behind.transaction(team.id, async (stores) => {
        runs += 1
        await stores.posts.create(newPost(team))
        if (runs === 1) line.cut()
        await stores.posts.create(newPost(team))
      })
      expect(runs).toBe(2)
      // The first two numbers were rolled back with their posts.
      expect((await team.stores.posts.list({})).map(({ number }) => number)).toEqual([1, 2])
      await behind.close()
      line.close()
    })

    test('a commit whose answer is lost is never repeated, and that is said', async () => {
      const line = await brokenLine(new URL(url))
      const behind = await openStorage({ url: line.url, log: silentLog })
      const team = await newTeam(behind)
      line.loseNextCommit()
      let runs = 0
      const writing = behind.transaction(team.id, (stores) => {
        runs += 1
        return stores.posts.create(newPost(team))
      })
      await expect(writing).rejects.toMatchObject({ name: 'DatabaseAway', written: 'unknown' })
      expect(runs).toBe(1)
      // It was written all the same.
      expect(await behind.workspace(team.id).posts.count({})).toBe(1)
      await behind.close()
      line.close()
    })

    test('a server that is gone is said once, and so is its return', async (context) => {
      const { crash, restart } = postgres
      if (!crash || !restart) return context.skip('The PostgreSQL of DATABASE_URL is not stopped by tests')
      const team = await newTeam(storage)
      await admin.end()
      await crash()
      for (let n = 0; n < 50; n++) {
        await expect(team.stores.posts.count({})).rejects.toMatchObject({
          name: 'DatabaseAway',
          written: 'no',
        })
        await expect(
          storage.transaction(team.id, (stores) => stores.posts.create(newPost(team))),
        ).rejects.toMatchObject({ name: 'DatabaseAway', written: 'no' })
      }
      expect(await storage.check()).toMatchObject({ ok: false })
      await restart()
      admin = new pg.Client({ connectionString: url })
      await admin.connect()
      expect(await team.stores.posts.count({})).toBe(0)
      expect(said.map(({ msg }) => msg)).toEqual([
        'The database does not answer: nothing goes out until it does',
        'The database answers again',
      ])
    })
  })

interface BrokenLine {
  url: string
  /** The next commit reaches the server; its answer reaches nobody. */
  loseNextCommit(): void
  /** Resets every connection. */
  cut(): void
  close(): void
}

/** A line to the server that can lose an answer. */
async function brokenLine(server: URL): Promise<BrokenLine> {
  const open = new Set<Socket>()
  let losing = false
  const proxy: Server = createServer((near) => {
    const far = dial(Number(server.port), server.hostname)
    let deaf = false
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    near.on('data', (chunk) => {
      // A simple query: `Q`, a length, the text.
      if (losing && chunk[0] === 0x51 && chunk.includes('commit')) {
        losing = false
        deaf = true
      }
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (deaf) near.destroy()
      else near.write(chunk)
    })
    near.on('close', () => far.end())
    far.on('close', () => near.end())
  })
  const port = await freePort()
  await new Promise<void>((listening) => proxy.listen(port, '127.0.0.1', listening))
  const url = new URL(server)
  url.port = String(port)
  url.hostname = '127.0.0.1'
  return {
    url: url.href,
    loseNextCommit: () => {
      losing = true
    },
    cut: () => {
      for (const socket of open) socket.resetAndDestroy()
    },
    close: () => {
      for (const socket of open) socket.destroy()
      proxy.close()
    },
  }
}
