import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import type { Blobs } from '../library/media.ts'

interface Databases {
  storage: {
    dialect: string
    backup(file: string): Promise<string>
    check(): Promise<{ ok: boolean; sentence: string }>
  }
}

/** `crier migrate`: opening has brought the tables up to date already; this says so. */
export async function migrate({ storage }: Databases): Promise<number> {
  const { ok, sentence } = await storage.check()
  say(
    ok
      ? `The ${storage.dialect === 'sqlite' ? 'SQLite' : 'PostgreSQL'} database is up to date. ${sentence}`
      : sentence,
  )
  return ok ? 0 : 1
}

/** `crier backup <file>`: a consistent copy while everything runs on. Never over a file that is there. */
export async function backup(
  { storage, bench }: Databases & { bench: { blobs: Pick<Blobs, 'place'> } },
  [file]: readonly string[],
): Promise<number> {
  if (!file)
    throw new UserError('Say where the copy goes', { wayOut: 'For example: crier backup crier-copy.sqlite' })
  if (existsSync(file))
    throw new UserError(`${file} is there already`, {
      wayOut: 'Name a new file, so that no older backup is overwritten.',
    })
  if (!existsSync(dirname(resolve(file))))
    throw new UserError(`There is no folder ${dirname(resolve(file))}`, {
      wayOut: 'Make it first, or name a file elsewhere.',
    })
  say(await storage.backup(file))
  say(
    `Media are not in it: copy ${bench.blobs.place}, too. What is there never changes, so a copy may be made at any time after this one.`,
  )
  return 0
}
