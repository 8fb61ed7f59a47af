import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { plainText } from '../../src/message/plain-text.ts'
import { play } from '../dialogs/conversation.ts'
import { type CrierProcess, ONE_CALL, startCrier } from '../e2e/crier-process.ts'
import { openTestHouse } from '../house.ts'
import { photo } from '../library/files.ts'
import { type HookReceiver, startReceiver } from '../servers/hook-receiver.ts'
import { until } from '../until.ts'

/** A disk of its own, so small that it can be filled: only where this user may mount one. */
function mountDisk(at: string, size: string): boolean {
  mkdirSync(at, { recursive: true })
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at]).status === 0
}

const trial = await mkdtemp(join(tmpdir(), 'crier-mount-'))
const mayMount = mountDisk(trial, '1m')
if (mayMount) execFileSync('umount', [trial])
else console.log('skipped: a full disk and a read-only one: this user may not mount a small disk')

/** A disk with a journal in a file: the only kind that goes read-only although files are open for writing. */
function mountJournaled(image: string, at: string): boolean {
  mkdirSync(at, { recursive: true })
  if (!existsSync(image) && spawnSync('mkfs.ext4', ['-q', image, '64M']).status !== 0) return false
  return spawnSync('mount', ['-o', 'loop', image, at]).status === 0
}
/** What the system itself does to a disk that errs (`errors=remount-ro`). Only a new mount takes it back. */
const abort = (at: string): boolean => spawnSync('mount', ['-o', 'remount,abort', at]).status === 0

const image = join(trial, 'image')
const mayAbort =
  mayMount && mountJournaled(image, join(trial, 'journaled')) && abort(join(trial, 'journaled'))
if (!mayAbort) console.log('skipped: a disk that turns read-only: this user may not mount an ext4 image')
spawnSync('umount', ['-l', join(trial, 'journaled')])
await rm(trial, { recursive: true, force: true })

/** What a process may write into files: `0` is nothing. Works on what it has open already, and needs no rights. */
const limitWrites = (pid: number | undefined, soft: '0' | 'unlimited'): boolean =>
  spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${soft}:`]).status === 0
const mayLimit = limitWrites(process.pid, 'unlimited')
if (!mayLimit)
  console.log('skipped: a disk that takes no more writes: prlimit is missing, or may not lift its own limit')

let home: string
let disk: string
let receiver: HookReceiver
let crier: CrierProcess | undefined

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'crier-disk-'))
  disk = join(home, 'disk')
  receiver = await startReceiver()
})
afterEach(async () => {
  await crier?.kill()
  crier = undefined
  await receiver.stop()
  spawnSync('umount', ['-l', disk])
  await rm(home, { recursive: true, force: true })
})

/** Takes whatever room there is. @returns what gives it back */
function fill(folder: string): () => void {
  const file = join(folder, 'filler')
  const handle = openSync(file, 'w')
  for (const size of [256 * 1024, 4096, 512])
    for (;;)
      try {
        writeSync(handle, Buffer.alloc(size))
      } catch {
        break
      }
  closeSync(handle)
  return () => rmSync(file)
}

const posts = (): string[] =>
  receiver.received.flatMap(({ body }) => /"type":"post\.published".*"text":"([^"]+)"/.exec(body)?.[1] ?? [])

const ready = async (): Promise<{ status: number; says: string }> => {
  const answer = await fetch(`${crier?.url}/readyz`, { headers: ONE_CALL })
  return { status: answer.status, says: await answer.text() }
}

const logged = (folder = home): string =>
  readdirSync(join(folder, 'log'))
    .map((name) => readFileSync(join(folder, 'log', name), 'utf8'))
    .join('')

/** Each request that can't be read is a line in the log. */
async function talkNonsense(url: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.resume().end('nonsense\r\n\r\n')
    await once(socket, 'close')
  }
}

async function begin(environment: Record<string, string> = {}): Promise<CrierProcess> {
  crier = await startCrier(join(disk, 'data'), {
    WEBHOOK_API_URL: receiver.origin,
    LOG_FILE: join(home, 'log', 'crier'),
    ...environment,
  })
  await crier.call('connect', { platform: 'webhook', url: `${receiver.origin}/in` })
  await crier.say('settings approvals 0')
  receiver.received.length = 0
  return crier
}

describe('a disk that stops taking writes under a running Crier', () => {
  test.skipIf(!mayLimit)(
    'nothing lost, nothing twice, said in words once, and it goes on by itself when writes are taken again',
    async () => {
      const running = await begin()
      let printed = ''
      running.child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      await running.say('schedule in 4 seconds to webhook: Behind glass')
      expect((await ready()).status).toBe(200)

      expect(limitWrites(running.child.pid, '0')).toBe(true)
      for (const line of ['draft to webhook: Never written', 'settings late-minutes 7'])
        expect(await running.say(line)).toContain(
          'The disk that Crier writes to takes no writes. Nothing was changed',
        )
      expect(await ready()).toMatchObject({
        status: 503,
        says: expect.stringContaining('does not take writes'),
      })
      // Its time comes and goes.
      await new Promise((passes) => setTimeout(passes, 6_000))
      expect(posts()).toEqual([])
      expect((await ready()).says).toMatch(/"overdue":1/)
      // Looking still works.
      expect(await running.say('show 1')).toContain('Behind glass')
      expect(await running.say('health')).toContain('The database takes no writes')
      // The log's own file takes nothing either.
      expect(printed).toContain('The log file cannot be written: the log goes on here')
      expect(printed.match(/The database can only be read: nothing goes out/g)).toHaveLength(1)
      expect(printed).not.toContain('The database answers again')

      expect(limitWrites(running.child.pid, 'unlimited')).toBe(true)
      await until('the post', () => posts().length > 0)
      await until('its end', async () => (await running.say('show 1')).includes('#1 is published'))
      expect((await ready()).status).toBe(200)
      // By then the log may be in its file again.
      await until('the log', () => (printed + logged()).includes('The database answers again'))
      await new Promise((passes) => setTimeout(passes, 2_000))
      expect(posts()).toEqual(['Behind glass'])
      expect(await running.say('queue')).not.toContain('Never written')
      expect(await running.say('settings')).toContain('late-minutes: 30')
    },
    60_000,
  )

  test.skipIf(!mayAbort)(
    'turned read-only by its errors: Crier says so and stays up; on the mended disk nothing is missing or sent twice',
    async () => {
      const journaled = join(home, 'image')
      expect(mountJournaled(journaled, disk)).toBe(true)
      const running = await begin()
      await running.say('draft to webhook: Before')
      await running.say('publish 1')
      await until('the first', () => posts().length === 1)
      await until('its end', async () => (await running.say('show 1')).includes('#1 is published'))
      await running.say('schedule in 4 seconds to webhook: Behind glass')

      expect(abort(disk)).toBe(true)
      expect(await running.say('draft to webhook: Never written')).toContain(
        'The disk that Crier writes to takes no writes. Nothing was changed',
      )
      expect(await ready()).toMatchObject({
        status: 503,
        says: expect.stringContaining('does not take writes'),
      })
      await new Promise((passes) => setTimeout(passes, 6_000))
      expect(posts()).toEqual(['Before'])
      expect(await running.say('show 2')).toContain('Behind glass')
      expect(logged().match(/The database can only be read: nothing goes out/g)).toHaveLength(1)
      await running.stop()
      crier = undefined

      expect(spawnSync('umount', [disk]).status).toBe(0)
      expect(mountJournaled(journaled, disk)).toBe(true)
      crier = await startCrier(join(disk, 'data'), { WEBHOOK_API_URL: receiver.origin })
      await until('the post', () => posts().length > 1)
      await new Promise((passes) => setTimeout(passes, 2_000))
      expect(posts()).toEqual(['Before', 'Behind glass'])
      expect(await crier.say('queue')).not.toContain('Never written')
    },
    60_000,
  )
})

describe.skipIf(!mayMount)('a disk that takes no more', () => {
  test('full: nothing lost, nothing twice, said in words once, and it goes on when there is room', async () => {
    mountDisk(disk, '24m')
    const running = await begin()
    expect((await ready()).status).toBe(200)
    await running.say('schedule in 4 seconds to webhook: In the dark')
    const giveBack = fill(disk)

    const refused = [
      await running.say(`draft to webhook: ${'Too much. '.repeat(600)}`),
      await running.say('settings late-minutes 7'),
    ]
    for (const said of refused) {
      expect(said).toContain('The disk that Crier writes to is full. Nothing was changed')
      expect(said).not.toContain('Something went wrong in Crier itself')
    }
    expect(await ready()).toMatchObject({ status: 503, says: expect.stringContaining('make room') })
    // Its time comes and goes.
    await new Promise((passes) => setTimeout(passes, 6_000))
    expect(posts()).toEqual([])
    expect((await ready()).says).toMatch(/"overdue":1/)
    // Looking still works.
    expect(await running.say('show 1')).toContain('In the dark')
    const complaints = logged()
      .split('\n')
      .filter((line) => line.includes('"level":50'))
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain('The disk of the database is full: nothing goes out until there is room')

    giveBack()
    await until('the post', () => posts().length > 0)
    await until('its end', async () => (await running.say('show 1')).includes('#1 is published'))
    expect((await ready()).status).toBe(200)
    await until('the log', () => logged().includes('The database answers again'))
    await new Promise((passes) => setTimeout(passes, 2_000))
    expect(posts()).toEqual(['In the dark'])
    expect(await running.say('queue')).not.toContain('Too much')
    expect(await running.say('settings')).toContain('late-minutes: 30')
  }, 60_000)

  const ways: [string, (running: CrierProcess) => () => unknown][] = [
    ['full', () => fill(disk)],
    [
      'unwritable',
      ({ child: { pid } }) => {
        limitWrites(pid, '0')
        return () => limitWrites(pid, 'unlimited')
      },
    ],
  ]
  test.each(ways.slice(0, mayLimit ? 2 : 1))(
    '%s while posts are going out: what the platform has taken is never sent again by itself',
    async (_, stop) => {
      mountDisk(disk, '24m')
      const running = await begin()
      for (let n = 1; n <= 30; n++) await running.say(`schedule in 6 seconds to webhook: Post ${n}`)
      let giveBack: (() => unknown) | undefined
      receiver.answer(async () => {
        giveBack ??= stop(running)
        return { status: 204 }
      })
      await until('the first', () => giveBack !== undefined)
      await new Promise((passes) => setTimeout(passes, 4_000))
      giveBack?.()
      const done = async () => {
        const shown = await Promise.all(Array.from({ length: 30 }, (_, n) => running.say(`show ${n + 1}`)))
        return shown.every((one) => /is published|may be live/.test(one))
      }
      await until('all ends', done, 60_000)
      const texts = posts()
      expect(texts.length).toBeGreaterThan(0)
      // A webhook's receiver tells copies by their id, and the same one is sent again at most under that.
      const ids = new Map(receiver.received.map(({ id, body }) => [id, /"text":"([^"]+)"/.exec(body)?.[1]]))
      expect(new Set(ids.values()).size).toBe(ids.size)
      expect(new Set(texts).size).toBe(30)
    },
    120_000,
  )

  test('read-only: it does not begin, says why in one sentence, and goes on once it may write', async () => {
    mountDisk(disk, '24m')
    const running = await begin()
    await running.say('schedule in 3 seconds to webhook: Behind glass')
    expect(await running.stop()).toBe(0)
    crier = undefined
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0)
    await expect(begin()).rejects.toThrow(/crier\.sqlite.* cannot be (written|opened|used|made)/)
    expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0)
    crier = await startCrier(join(disk, 'data'), { WEBHOOK_API_URL: receiver.origin })
    await until('the post', () => posts().length > 0)
    await new Promise((passes) => setTimeout(passes, 2_000))
    expect(posts()).toEqual(['Behind glass'])
  }, 60_000)

  test('the log has no room: Crier goes on without it, and takes it up again when there is room', async () => {
    mountDisk(disk, '2m')
    crier = await startCrier(join(home, 'data'), {
      WEBHOOK_API_URL: receiver.origin,
      LOG_FILE: join(disk, 'log', 'crier'),
      LOG_LEVEL: 'debug',
    })
    let printed = ''
    crier.child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    await crier.call('connect', { platform: 'webhook', url: `${receiver.origin}/in` })
    await crier.say('settings approvals 0')
    const giveBack = fill(disk)
    await talkNonsense(crier.url, 100)
    await until('its complaint', () => printed.includes('The log file cannot be written'))
    await crier.say('draft to webhook: Unwritten')
    await crier.say('publish 1')
    await until('the post', () => posts().length === 1)
    expect((await ready()).status).toBe(200)
    giveBack()
    const before = logged(disk).length
    await new Promise((passes) => setTimeout(passes, 10_500))
    await talkNonsense(crier.url, 1)
    await until('the log', () => logged(disk).length > before)
    expect(crier.child.exitCode).toBeNull()
  }, 60_000)

  test('the media folder has no room: a picture is refused in words, a text is not', async () => {
    const dataDir = join(home, 'data')
    disk = join(dataDir, 'media')
    mountDisk(disk, '2m')
    const world = await openTestHouse({ dataDir })
    try {
      const bytes = await photo(200, 200)
      const attach = async () => {
        const line = 'draft to rehearsal: With a picture'
        const files = [{ name: 'a.jpg', bytes: async () => bytes }]
        const answer = await world.house.desk.ask(await world.speaker('Ada'), { line, files })
        return answer.type === 'message' ? plainText(answer.message) : answer.form.title
      }
      const giveBack = fill(disk)
      expect(await attach()).toMatch(/the disk for media is full/i)
      await play(world, 'Ada: draft to rehearsal: Words only\nbot: #1 is a draft')
      giveBack()
      expect(await attach()).toContain('#2 is a draft')
    } finally {
      await world.close()
    }
  })

  test('a disk that fills up is told of in the channel while there is room to write it down', async () => {
    const dataDir = join(home, 'disk', 'data')
    mountDisk(disk, '24m')
    const world = await openTestHouse({ dataDir })
    try {
      await play(world, 'time: 2026-11-20T08:01:30Z')
      closeSync(openSync(join(disk, 'much'), 'w'))
      writeFileSync(join(disk, 'much'), Buffer.alloc(21 * 1024 * 1024))
      await play(world, 'time: 2026-11-20T08:03:00Z\nresults: free on its disk: make room')
    } finally {
      await world.close()
    }
  })
})
