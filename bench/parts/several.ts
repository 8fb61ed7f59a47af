import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addPosts, allOut, newTeam, openCrier, schedulerOf } from './crier.ts'
import { rate, report } from './post.ts'

// (f): several processes on one PostgreSQL. Arguments: <receiver> <how many> <database url> <processes> [worker]
const [receiver = '', many = '10000', url = '', processes = '1', role] = process.argv.slice(2)
const dataDir = await mkdtemp(join(tmpdir(), 'crier-bench-'))
const house = await openCrier({ url, dataDir, receiver })
if (role === 'worker') {
  const scheduler = await schedulerOf(house)
  process.stdin.once('data', () => scheduler.start())
  process.stdout.write('ready\n')
} else {
  const team = await newTeam(house, receiver, { accounts: 10 })
  await addPosts(
    house,
    team,
    Array.from({ length: Number(many) }, () => house.clock.now()),
  )
  const workers = Array.from({ length: Number(processes) }, () =>
    spawn(process.execPath, [import.meta.filename, receiver, many, url, processes, 'worker'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )
  process.once('exit', () => {
    for (const one of workers) one.kill()
  })
  await Promise.all(workers.map((one) => new Promise((ready) => one.stdout.once('data', ready))))
  const began = performance.now()
  for (const one of workers) one.stdin.write('go\n')
  await allOut(house, team, 50)
  const measured = rate(Number(many), began)
  for (const one of workers) one.kill()
  report(measured)
}
