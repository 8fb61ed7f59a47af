import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { post, report, stopwatch } from './post.ts'

// The limit: the same POSTs, and the same rows (an attempt before each, its end and the delivery's after it) written in
// groups with synchronous = FULL, by the shortest code there is. Arguments: <receiver> <how many>
const [receiver = '', many = '10000'] = process.argv.slice(2)
const count = Number(many)
const db = new BetterSqlite(join(await mkdtemp(join(tmpdir(), 'crier-bench-')), 'raw.sqlite'))
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(`
  create table deliveries (id integer primary key, state text not null, due_at integer not null, body text not null);
  create index waiting on deliveries (due_at) where state = 'scheduled';
  create table attempts (id integer primary key, delivery integer not null, started_at integer not null, outcome text)`)
const insert = db.prepare("insert into deliveries (state, due_at, body) values ('scheduled', 1, ?)")
db.transaction(() => {
  for (let n = 0; n < count; n++) insert.run('x'.repeat(1_000))
})()
const begin = db.prepare('insert into attempts (id, delivery, started_at) values (?, ?, ?)')
const end = db.prepare("update attempts set outcome = 'published' where id = ?")
const publish = db.prepare("update deliveries set state = 'published' where id = ?")

const GROUP = 400
const read = stopwatch()
const sending: Promise<void>[] = []
for (let from = 1; from <= count; from += GROUP) {
  const ids = Array.from({ length: Math.min(GROUP, count - from + 1) }, (_, n) => from + n)
  db.transaction(() => {
    for (const id of ids) begin.run(id, id, Date.now())
  })()
  sending.push(
    Promise.all(ids.map(() => post(receiver))).then(() =>
      db.transaction(() => {
        for (const id of ids) {
          end.run(id)
          publish.run(id)
        }
      })(),
    ),
  )
  if (sending.length >= 2) await sending.shift()
}
await Promise.all(sending)
report(read(count))
