import type { Server as HttpServer } from 'node:http'
import { createServer, type ListenOptions, type Server } from 'node:net'

/**
 * Node takes one new connection per listening socket in each turn of the event loop
 * (https://github.com/libuv/libuv/pull/3696). While a burst of posts goes out a turn takes some ten milliseconds, and a
 * hundred people a second would queue outside for as long as it lasts: 11 s, measured. So many sockets listen at one
 * address, and the system deals out among them who comes.
 */
const DOORS = 16

export interface Doors {
  port: number
  /** Takes nobody new. Who is inside stays. */
  close(): void
}

/** Listens at one address; 0 takes any free port. @throws NodeJS.ErrnoException */
export async function openDoors(
  server: HttpServer,
  { host, port }: { host: string; port: number },
): Promise<Doors> {
  // Doors that are shared would also let in another program that shares its own: the address must be nobody's.
  const first = createServer()
  await listening(first, { host, port })
  const free = portOf(first)
  await new Promise((closed) => first.close(closed))

  const doors: Server[] = []
  const close = (): void => {
    for (const door of doors) door.close()
  }
  try {
    await listening(server, { host, port: free, reusePort: true })
    for (let n = 1; n < DOORS; n++) {
      const door = createServer((socket) => server.emit('connection', socket))
      doors.push(door)
      await listening(door, { host, port: free, reusePort: true })
    }
  } catch (error) {
    close()
    // Only some systems deal out connections: elsewhere one door has to do.
    if ((error as NodeJS.ErrnoException).code !== 'ENOTSUP') throw error
    await listening(server, { host, port: free })
  }
  return { port: free, close }
}

async function listening(server: Server, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options, resolve)
  await promise
  server.off('error', reject)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
