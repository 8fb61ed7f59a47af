import { createServer } from 'node:net'

// Takes POSTs on loopback and says 200, with as little work as HTTP/1.1 allows, so that it is not what is measured.
// Run as a process of its own: it prints its port, and answers GET /count with how many POSTs it took. Stands in for Slack too.

let taken = 0
const head = Buffer.from('\r\n\r\n')
const json = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\ncontent-type: application/json\r\n\r\n${body}`
const ok = json('{}')
/** As much of Slack as it takes to be spoken to in it. */
const slack = json(
  '{"ok":true,"team_id":"T1","team":"Bench","user_id":"U0","bot_id":"B0","ts":"1.1","channel":"C1","user":{"id":"U1","name":"grace","tz":"UTC","is_admin":true}}',
)

createServer((socket) => {
  let rest: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let answers = ''
    for (;;) {
      const end = bytes.indexOf(head)
      if (end < 0) break
      const said = bytes.toString('latin1', 0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(said)?.[1] ?? 0)
      const next = end + head.length + length
      if (bytes.length < next) break
      bytes = bytes.subarray(next)
      if (said.startsWith('POST')) {
        taken += 1
        answers += said.startsWith('POST /slack/') ? slack : ok
      } else {
        const count = String(taken)
        answers += `HTTP/1.1 200 OK\r\ncontent-length: ${count.length}\r\n\r\n${count}`
      }
    }
    rest = bytes
    if (answers !== '') socket.write(answers)
  })
}).listen(0, '127.0.0.1', function listening(this: import('node:net').Server) {
  const address = this.address()
  process.stdout.write(`${typeof address === 'object' && address ? address.port : ''}\n`)
})
