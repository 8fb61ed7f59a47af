import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Event, EventStore } from '../events/event.ts'
import { firstBrokenLink } from '../events/hash-chain.ts'
import { parseJson } from '../kit/parse-json.ts'
import { complain, say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'
import { counted } from '../views/words.ts'

interface Trails {
  workspaces(): Promise<{ id: string; name: string }[]>
  eventsOf(workspaceId: string): Pick<EventStore, 'list' | 'count'>
}

/**
 * `crier audit verify|export`: checks every workspace's chain, or prints it as JSON lines. Who can write to the database
 * can also shorten or rewrite a whole trail so that it fits itself; an export that is kept elsewhere finds that out.
 */
export async function audit(trails: Trails, [what, file]: readonly string[]): Promise<number> {
  if (what === 'export') return exportAll(trails)
  if (what !== 'verify') throw new UserError('Say `crier audit verify` or `crier audit export`')
  const earlier = file === undefined ? new Map<string, Exported[]>() : await readExport(file)
  let broken = 0
  const all = await trails.workspaces()
  for (const { id, name } of all) {
    // Counted first: a server beside it may go on writing.
    const written = await trails.eventsOf(id).count()
    const events = await wholeTrail(trails.eventsOf(id))
    const wrong = whatIsWrong(events, written, earlier.get(id) ?? [])
    if (wrong === undefined)
      say(`${name}: ${counted(events.length, 'line')}, all in place. ${headWords(events)}`)
    else complain(`${name}: ${wrong}`)
    broken += wrong === undefined ? 0 : 1
  }
  for (const id of earlier.keys()) {
    if (all.some((one) => one.id === id)) continue
    complain(`The workspace ${id} of the export is not there any more.`)
    broken += 1
  }
  return broken > 0 ? 1 : 0
}

function whatIsWrong(
  events: readonly Event[],
  written: number,
  earlier: readonly Exported[],
): string | undefined {
  const link = firstBrokenLink(events)
  if (link)
    return `line ${link.sequence} does not fit the one before it: the trail was changed after it was written.`
  if (events.length < written)
    return `${counted(written, 'line was', 'lines were')} written and ${events.length} are there: its end was taken away.`
  const other = earlier.find(({ sequence, hash }) => events[sequence - 1]?.hash !== hash)
  if (other)
    return `line ${other.sequence} of the export ${events.length < other.sequence ? 'is not there any more' : 'says something else now'}: the trail was shortened or rewritten since, or an older backup was restored.`
  return undefined
}

/** What to write down elsewhere: with it, nobody can shorten the trail unseen. */
const headWords = (events: readonly Event[]): string => {
  const last = events.at(-1)
  return last ? `Its last line is ${last.sequence}, ${last.hash.slice(0, 16)}.` : ''
}

async function exportAll({ workspaces, eventsOf }: Trails): Promise<number> {
  for (const { id, name } of await workspaces())
    for (const event of await wholeTrail(eventsOf(id)))
      say(
        JSON.stringify({
          workspace: name,
          workspaceId: id,
          ...event,
          at: Temporal.Instant.fromEpochMilliseconds(event.at).toString(),
        }),
      )
  return 0
}

const Line = z.object({
  workspaceId: z.string(),
  sequence: z.number().int().positive(),
  id: z.string(),
  at: z.string().transform((at) => Temporal.Instant.from(at).epochMilliseconds),
  memberId: z.string().nullable(),
  verb: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  hash: z.string(),
  previousHash: z.string(),
})
type Exported = z.infer<typeof Line>

/** @throws UserError where it is no export, or was changed itself */
async function readExport(file: string): Promise<Map<string, Exported[]>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${file} can't be read`, { wayOut: 'Name what `crier audit export` wrote.', cause })
  })
  const lines: Exported[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const read = Line.safeParse(parseJson(line))
    if (!read.success)
      throw new UserError(`Line ${index + 1} of ${file} is no line of an audit trail`, {
        wayOut: 'Name what `crier audit export` wrote.',
      })
    lines.push(read.data)
  }
  const trails = Map.groupBy(lines, ({ workspaceId }) => workspaceId)
  for (const trail of trails.values()) {
    const link = firstBrokenLink(trail)
    if (link)
      throw new UserError(`${file} was changed itself: line ${link.sequence} does not fit the one before it`)
  }
  return trails
}

const PAGE = 1000

async function wholeTrail(store: Pick<EventStore, 'list'>): Promise<Event[]> {
  const events: Event[] = []
  for (;;) {
    const page = await store.list({ after: events.at(-1)?.sequence ?? 0, limit: PAGE })
    events.push(...page)
    if (page.length < PAGE) return events
  }
}
