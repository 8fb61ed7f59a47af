import { HOME } from '../../app/home.ts'
import { dateOf } from '../../calendar/week.ts'
import { DAY, type EpochMs, HOUR, MINUTE } from '../../kit/clock.ts'
import { BlobError } from '../../library/blob-error.ts'
import type { Leaving, MediaSweep, Shelf } from '../../library/media.ts'
import { defineJob, type Tools } from '../job.ts'
import { teamsOf } from '../teams.ts'

/** So many leave at a time: their bytes are gone within seconds, and people may attach the same again. */
const AT_A_TIME = 20
/** From this long (ms) after they began to leave, bytes are not touched: far below `GONE_WITHIN`, clocks may differ by a minute. */
const REMOVE_WITHIN = MINUTE

/**
 * Once a day counts the media that no post, series or edit refers to, and removes what has been unused for MEDIA_KEEP_DAYS on
 * end. What was used in between counts anew. Any process may do it: each step is guarded by the one before.
 */
export default defineJob({
  name: 'clear-media',
  every: HOUR,

  async run(tools) {
    const { bench, stopping } = tools
    if (bench.mediaKeepDays === 0) return
    const now = bench.clock.now()
    // Once over all processes, and however often they start.
    const mark = `media ${dateOf(now, 'UTC')}`
    const { marks } = bench.stores.workspace(HOME)
    if ((await marks.get(mark)) !== undefined || !(await marks.setOnce(mark, now))) return
    for await (const { id } of teamsOf(bench)) {
      if (stopping.aborted) return
      const { mediaSweep } = bench.stores.workspace(id)
      const team: Team = { id, sweep: mediaSweep, shelf: bench.blobs.of(id), removed: 0 }
      try {
        await clear(tools, team, now)
      } catch (error) {
        if (!(error instanceof BlobError)) throw error
        // One storage holds the media of all.
        bench.log.warn(
          { err: error, workspace: id },
          'Media could not be removed; it is tried again tomorrow',
        )
        return
      } finally {
        if (team.removed > 0)
          bench.log.info({ workspace: id, media: team.removed }, 'Media that nothing needs were removed')
      }
    }
  },
})

interface Team {
  id: string
  sweep: MediaSweep
  shelf: Shelf
  removed: number
}

async function clear(tools: Tools, team: Team, now: EpochMs): Promise<void> {
  const { bench, stopping } = tools
  const { sweep } = team
  for (;;) {
    const begun = bench.clock.now()
    const left = await sweep.beginAgain(begun, AT_A_TIME)
    if (left.length === 0) break
    await remove(tools, team, left, begun)
  }
  let page = await sweep.page('')
  if (page.length === 0) return
  const used = await referredTo(sweep)
  const over: string[] = []
  for (; page.length > 0 && !stopping.aborted; page = await sweep.page(page.at(-1)?.id ?? '')) {
    const isUsed = ({ id, originalId }: (typeof page)[number]) =>
      used.has(id) || (originalId !== null && used.has(originalId))
    const again = page.filter((one) => one.unusedSince !== null && isUsed(one))
    await sweep.countUsed(again.map(({ id }) => id))
    const unused = page.filter((one) => !isUsed(one))
    await sweep.countUnused(
      unused.filter(({ unusedSince }) => unusedSince === null).map(({ id }) => id),
      now,
    )
    const before = now - bench.mediaKeepDays * DAY
    for (const { id, unusedSince } of unused) if (unusedSince !== null && unusedSince <= before) over.push(id)
    await othersTurn()
  }
  for (let start = 0; start < over.length && !stopping.aborted; start += AT_A_TIME) {
    const begun = bench.clock.now()
    const some = over.slice(start, start + AT_A_TIME)
    await remove(tools, team, await sweep.begin(some, now - bench.mediaKeepDays * DAY, begun), begun)
  }
}

/**
 * Nothing can come to refer to what has been unused for a day but by being attached anew, and then its count is forgotten
 * (`MediaStore.take`). So this need not see all at one instant.
 */
async function referredTo(sweep: MediaSweep): Promise<Set<string>> {
  const used = new Set<string>()
  let page = await sweep.references()
  for (;;) {
    for (const id of page.ids) used.add(id)
    if (!page.next) return used
    await othersTurn()
    page = await sweep.references(page.next)
  }
}

/** @throws BlobError where the bytes can't be removed now: what is left leaves later */
async function remove(
  { bench }: Tools,
  team: Team,
  leaving: readonly Leaving[],
  begun: EpochMs,
): Promise<void> {
  for (const { id, sha256, filename } of leaving) {
    if (!(await team.sweep.isShared(sha256))) {
      // A process that stood still must not remove what was put again meanwhile.
      if (bench.clock.now() - begun > REMOVE_WITHIN) return
      await team.shelf.remove(sha256)
    }
    if (await team.sweep.end(id, begun)) team.removed += 1
    else
      bench.log.error(
        { workspace: team.id, media: id, filename },
        'A file was attached again while it was being removed: attach it once more where it is missing',
      )
  }
}

/** SQLite answers without leaving the turn of the event loop. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
