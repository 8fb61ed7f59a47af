import { Agent, request } from 'undici'

const agent = new Agent({ connections: 128, pipelining: 1 })
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(1_000) }))

/** The same POST of 1 KB for everybody that is not Crier. */
export async function post(receiver: string): Promise<void> {
  const answer = await request(`${receiver}/in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    dispatcher: agent,
  })
  await answer.body.dump()
  if (answer.statusCode !== 200) throw new Error(`The receiver said ${answer.statusCode}`)
}

/** Prints what was measured, for the run that started this process, and ends. */
export function report(measured: Record<string, number>): never {
  process.stdout.write(`${JSON.stringify(measured)}\n`)
  process.exit(0)
}

/** Begins now. The reading: ms on the clock, how many a second, and this process's own ms of CPU for a thousand. */
export function stopwatch(): (count: number) => { ms: number; perSecond: number; cpu: number } {
  const began = performance.now()
  const used = process.cpuUsage()
  return (count) => {
    const ms = performance.now() - began
    const { user, system } = process.cpuUsage(used)
    return { ms, perSecond: (count / ms) * 1_000, cpu: (user + system) / count }
  }
}
