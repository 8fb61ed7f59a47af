import { enableCompileCache } from 'node:module'

// Crier as `crier start` runs it, but for its clock: the same build, the same start, the same stop.

enableCompileCache()
const { build } = await import('../../src/build.ts')
const { start } = await import('../../src/start.ts')
const { readConfig } = await import('../../src/kit/config.ts')
const { fastClock, paceOf } = await import('./clock.ts')

const clock = fastClock(paceOf(process.env.CHAOS_PACE), Number(process.env.CHAOS_SKEW ?? 0))
const house = await build(readConfig(process.env), { clock, zone: 'UTC', role: 'server' })
const running = await start(house)
process.stdout.write(`Crier is at ${running.page}\n`)
await new Promise<void>((stop) => process.once('SIGTERM', () => stop()))
await running.stop(10_000)
