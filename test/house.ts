import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memberOn } from '../src/app/home.ts'
import type { Speaker } from '../src/app/surface.ts'
import { build, type House } from '../src/build.ts'
import { standingClock } from '../src/kit/clock.ts'
import { type Environment, readConfig } from '../src/kit/config.ts'
import { type Running, start } from '../src/start.ts'

export interface TestHouse {
  house: House
  running: Running
  clock: ReturnType<typeof standingClock>
  /** A member of the home workspace, speaking at a terminal. */
  speaker(name: string): Promise<Speaker>
  /** Moves the clock and runs every job that is then due, until nothing is under way. */
  pass(to: string | number): Promise<void>
  close(): Promise<void>
}

/**
 * The whole product on a database of its own, with a clock that stands still: real dispatch, real storage, the real
 * server, the real scheduler (ticked by hand), the real rehearsal platform over HTTP.
 */
export async function openTestHouse({
  now = '2026-11-20T08:00:00Z',
  zone = 'Europe/Berlin',
  environment = {},
  dataDir,
}: {
  now?: string
  zone?: string
  environment?: Environment
  dataDir?: string
} = {}): Promise<TestHouse> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'crier-')))
  const clock = standingClock(now)
  const config = readConfig({ PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'silent', ...environment })
  const house = await build(config, { clock, zone, role: 'server' })
  const running = await start(house, { beating: false }).catch(async (error: unknown) => {
    await house.close()
    throw error
  })
  return {
    house,
    running,
    clock,
    async speaker(name) {
      const member = await memberOn(house.storage.workspace(house.home.id), 'terminal', name)
      if (!member) throw new Error(`There is no member ${name}`)
      return {
        surface: 'terminal',
        chat: { externalId: 'local', name: 'Terminal' },
        person: { externalId: member.id, name: member.name },
      }
    },
    async pass(to) {
      if (typeof to === 'number') clock.advance(to)
      else clock.set(to)
      await running.scheduler.tick()
    },
    async close() {
      await running.stop(5_000)
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
