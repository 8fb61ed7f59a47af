import { spawn } from 'node:child_process'
import { addPosts, allOut, newTeam, openCrier, schedulerOf } from './crier.ts'
import { report, stopwatch } from './post.ts'

// (f): several processes on one PostgreSQL. Arguments: <receiver> <how many> <database url> <processes> <teams> [worker]
const [receiver = '', many = '10000', database = '', processes = '1', teams = '1', role] =
  process.argv.slice(2)
const house = await openCrier({ database, receiver })
if (role === 'worker') {
  const scheduler = await schedulerOf(house)
  process.stdin.once('data', () => scheduler.start())
  process.stdin.once('end', () => process.exit(1))
  process.stdout.write('ready\n')
} else {
  const all = []
  for (let n = 0; n < Number(teams); n++) all.push(await newTeam(house, receiver, { accounts: 10 }))
  const each = Math.ceil(Number(many) / all.length)
  for (const team of all)
    await addPosts(
      house,
      team,
      Array.from({ length: each }, () => house.clock.now()),
    )
  const workers = Array.from({ length: Number(processes) }, () =>
    spawn(process.execPath, [import.meta.filename, receiver, many, database, processes, teams, 'worker'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  )
  process.once('exit', () => {
    for (const one of workers) one.kill()
  })
  await Promise.all(workers.map((one) => new Promise((ready) => one.stdout.once('data', ready))))
  const read = stopwatch()
  for (const one of workers) one.stdin.write('go\n')
  for (const team of all) await allOut(house, team, 50)
  const { ms, perSecond } = read(each * all.length)
  for (const one of workers) one.kill()
  report({ ms, perSecond })
}
