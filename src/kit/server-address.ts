import { join } from 'node:path'
import { rememberedFile } from './remembered-file.ts'

/**
 * Where the server that uses a data folder is reached. Only it knows, since its port may be said to it alone, or be any
 * free one; commands beside it say addresses too.
 */
export interface ServerAddress {
  /** For as long as this process runs, or until it says `undefined`. */
  say(address: string | undefined): Promise<void>
  /** What a running process said last; undefined where none has. */
  heard(): Promise<string | undefined>
}

export function serverAddress(dataDir: string): ServerAddress {
  const file = rememberedFile(join(dataDir, 'server.json'))
  return {
    async say(address) {
      // Another process on the same folder may have said its own since.
      if (address === undefined && (await read())?.pid !== process.pid) return
      await file.set('address', address === undefined ? '' : `${process.pid} ${address}`)
    },
    async heard() {
      const said = await read()
      return said && isRunning(said.pid) ? said.address : undefined
    },
  }

  async function read(): Promise<{ pid: number; address: string } | undefined> {
    const [, pid, address] = /^(\d+) (\S+)$/.exec((await file.get('address')) ?? '') ?? []
    return pid && address ? { pid: Number(pid), address } : undefined
  }
}

/** Signal 0 is sent to nobody: it asks whether one could be. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
