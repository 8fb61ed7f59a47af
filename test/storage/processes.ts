import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { firstBrokenLink } from '../../src/events/hash-chain.ts'
import { clearQueue, type Ground, NOON, newDelivery, newPost, newTeam } from './ground.ts'

/** Starts `child.ts`; `lines` fills while it runs. */
export function startChild(url: string, task: string, argument = '') {
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.resolve('./child.ts')), url, task, argument],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => lines)
  const heard = (line: string): Promise<void> =>
    new Promise((resolve) => {
      if (lines.includes(line)) resolve()
      else reader.on('line', (said) => said === line && resolve())
    })
  return { child, lines, ended, heard }
}

/** What holds between processes, on each database. */
export function processesContract(ground: () => Ground & { url: string }): void {
  describe('several processes', () => {
    test('claim each delivery once', async () => {
      const { storage, url } = ground()
      await clearQueue(storage)
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 600 }, () => newDelivery(team, post.id)))
      const children = Array.from({ length: 4 }, () => startChild(url, 'claim'))
      const taken = (await Promise.all(children.map(({ ended }) => ended))).flat()
      expect(taken.filter((line) => line.startsWith('refused'))).toEqual([])
      expect(taken).toHaveLength(600)
      expect(new Set(taken).size).toBe(600)
    })

    test('never pass a cap of an account together', async () => {
      const { storage, url } = ground()
      await clearQueue(storage)
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 300 }, () => newDelivery(team, post.id)))
      const children = Array.from({ length: 4 }, () => startChild(url, 'pace', '100'))
      const said = (await Promise.all(children.map(({ ended }) => ended))).flat()
      expect(said.filter((line) => line.startsWith('begun '))).toHaveLength(100)
      expect(said.filter((line) => line.startsWith('full '))).toHaveLength(200)
      expect(await team.stores.deliveries.countAttempts(team.account.id, 0)).toBe(100)
    })

    test('append to one audit trail in order', async () => {
      const { storage, url } = ground()
      const team = await newTeam(storage)
      const children = Array.from({ length: 3 }, () => startChild(url, 'append', team.id))
      await Promise.all(children.map(({ ended }) => ended))
      const events = await team.stores.events.list()
      expect(events).toHaveLength(150)
      expect(firstBrokenLink(events)).toBeUndefined()
    })

    test('what was promised before a SIGKILL is there after it', async () => {
      const { storage, url } = ground()
      await clearQueue(storage)
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team))
      await team.stores.deliveries.createMany(Array.from({ length: 4_000 }, () => newDelivery(team, post.id)))
      let promised: string[] = []
      for (const life of [40, 90, 160]) {
        const { child, lines, ended } = startChild(url, 'publish')
        await once(child.stdout, 'data')
        setTimeout(() => child.kill('SIGKILL'), life)
        await ended
        // The last line may be cut off in the middle.
        promised = [...promised, ...lines.filter((line) => line.length === 'begun '.length + 36)]
      }
      const ids = (word: string) =>
        promised.filter((line) => line.startsWith(word)).map((line) => line.slice(6))
      const stored = new Map((await team.stores.deliveries.ofPosts([post.id])).map((one) => [one.id, one]))
      expect(ids('ended ').length).toBeGreaterThan(0)
      for (const id of ids('begun ')) expect(await team.stores.deliveries.attempts(id)).toHaveLength(1)
      for (const id of ids('ended ')) expect(stored.get(id)?.state).toBe('published')
      // What was begun and not ended is found by its lease, with its open attempt.
      const open = await storage.queue.leasesEnded(NOON + 1_000, 10_000)
      const begunOnly = ids('begun ').filter((id) => stored.get(id)?.state !== 'published')
      const withAttempt = open.filter(({ openAttempt }) => openAttempt !== undefined)
      const found = new Set(withAttempt.map(({ delivery }) => delivery.id))
      expect(begunOnly.filter((id) => !found.has(id))).toEqual([])
    })
  })
}
