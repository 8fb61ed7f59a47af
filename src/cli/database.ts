import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import type { Blobs } from '../library/media.ts'
import { counted } from '../views/words.ts'
import { type CopiedMedia, copyMedia, type KeptMedia, mediaFolderOf } from './copy-media.ts'

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

interface BackupNeeds extends Databases {
  /** Signs the copy; answers the media its posts may need. */
  sign(file: string): KeptMedia[]
  blobs: Blobs
  /** Where the key is that opens the logins in the copy, in words. */
  keyIn: string
}

/**
 * `crier backup <file>`: a consistent copy while everything runs on, with the pictures and films of its posts in a folder
 * beside it. Several backups in one folder share that, so that each adds what is new. Never over a file that is there.
 */
export async function backup(
  { storage, sign, blobs, keyIn }: BackupNeeds,
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
  if (storage.dialect !== 'sqlite') {
    say(
      `Media are not in it: copy ${blobs.place}, too. What is there never changes, and leaves only MEDIA_KEEP_DAYS after nothing refers to it, so that may be within those days.`,
      'After pg_restore, and before any Crier starts, say `crier restore --after`: it asks about what was due since.',
    )
    return 0
  }
  const folder = mediaFolderOf(file)
  const copied = await copyMedia(sign(file), blobs, folder)
  say(
    ...mediaWords(copied, folder),
    `The key that opens its logins is not in it: keep ${keyIn} apart from it.`,
  )
  return copied.missing === 0 ? 0 : 1
}

function mediaWords({ all, fresh, missing }: CopiedMedia, folder: string): string[] {
  if (all === 0) return []
  return [
    `Its ${counted(all, 'media file')}, ${fresh} of them new there, ${all === 1 ? 'is' : 'are'} in ${folder}: keep that folder beside it.`,
    ...(missing === 0
      ? []
      : [
          `⚠️  ${counted(missing, 'media file')} could not be read before, and ${missing === 1 ? 'is' : 'are'} not in it.`,
        ]),
  ]
}
