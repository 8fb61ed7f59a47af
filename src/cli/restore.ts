import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import type { Blobs } from '../library/media.ts'
import { counted } from '../views/words.ts'
import { bringMediaBack, type KeptMedia, mediaFolderOf } from './copy-media.ts'

interface RestoreNeeds {
  dialect: 'sqlite' | 'postgres'
  /** Puts the file in its place. @throws StorageError */
  place(file: string): { file: string; kept: string | undefined }
  /** Opens what was restored, and runs `work` on it, alone. */
  opened(work: (restored: Restored) => Promise<void>): Promise<void>
}

interface Restored {
  blobs: Blobs
  /** What its posts may need. */
  media(): KeptMedia[]
  /** Asks the teams about what was due since; undefined where they have been asked. */
  ask(): Promise<{ workspaces: number; deliveries: number } | undefined>
}

/**
 * `crier restore <file>` puts a backup in the place of the database, keeps what was there, and asks about everything that
 * may have gone out since. `crier restore --after` does the asking alone, for what was restored by other means.
 */
export async function restore(
  { dialect, place, opened }: RestoreNeeds,
  [file]: readonly string[],
  after: boolean,
): Promise<number> {
  if (after) {
    await opened(async ({ ask }) => say(askedWords(await ask())))
    return 0
  }
  if (dialect !== 'sqlite')
    throw new UserError('Crier restores SQLite files only', {
      wayOut:
        'Stop every Crier, use pg_restore, then say `crier restore --after`: it asks about what was due since the dump.',
    })
  if (!file)
    throw new UserError('Say which backup', { wayOut: 'For example: crier restore crier-copy.sqlite' })
  const { file: restored, kept } = place(file)
  say(
    `${restored} is now the backup ${file}.`,
    ...(kept ? [`What was there before is kept as ${kept}.`] : []),
  )
  let whole = true
  await opened(async ({ blobs, media, ask }) => {
    const folder = mediaFolderOf(file)
    const { all, fresh, missing } = await bringMediaBack(media(), folder, blobs)
    if (all > 0) say(`Of its ${counted(all, 'media file')}, ${fresh} came back from ${folder}.`)
    if (missing > 0)
      say(
        `⚠️  ${counted(missing, 'media file')} can be read neither here nor in ${folder}: posts that need them will say so.`,
      )
    whole = missing === 0
    say(askedWords(await ask()))
  })
  return whole ? 0 : 1
}

const askedWords = (asked: { workspaces: number; deliveries: number } | undefined): string =>
  !asked || asked.workspaces === 0
    ? 'Everybody has been asked already.'
    : `${counted(asked.deliveries, 'delivery was', 'deliveries were')} due since and may be live: people are asked in their chats once Crier runs, and nothing goes out until they say \`resume\`.`
