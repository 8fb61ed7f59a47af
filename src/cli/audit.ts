import type { Event, EventStore } from '../events/event.ts'
import { firstBrokenLink } from '../events/hash-chain.ts'
import { complain, say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'

interface Trails {
  workspaces(): Promise<{ id: string; name: string }[]>
  eventsOf(workspaceId: string): Pick<EventStore, 'list'>
}

/** `crier audit verify|export`: checks every workspace's chain, or prints it as JSON lines. */
export async function audit({ workspaces, eventsOf }: Trails, [what]: readonly string[]): Promise<number> {
  if (what !== 'verify' && what !== 'export')
    throw new UserError('Say `crier audit verify` or `crier audit export`')
  let broken = 0
  for (const workspace of await workspaces()) {
    const events = await wholeTrail(eventsOf(workspace.id))
    if (what === 'export') {
      for (const event of events)
        say(JSON.stringify({ workspace: workspace.name, ...event, at: new Date(event.at).toISOString() }))
      continue
    }
    const link = firstBrokenLink(events)
    if (link) {
      broken += 1
      complain(
        `${workspace.name}: line ${link.sequence} does not fit the one before it: the trail was changed after it was written.`,
      )
    } else say(`${workspace.name}: ${events.length} lines, all in place.`)
  }
  return broken > 0 ? 1 : 0
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
