import type { NewEvent } from '../events/event.ts'
import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { WorkspaceStores } from './stores.ts'

/** One line of the audit trail. `by` is null where Crier itself did it. */
export interface Recorded {
  by: string | null
  at: EpochMs
  verb: string
  subject: string
  details?: Record<string, unknown>
}

/** Writes one line of the audit trail, in the transaction of what it tells. */
export async function record(stores: Pick<WorkspaceStores, 'events'>, event: Recorded): Promise<void> {
  await stores.events.append(lineOf(event))
}

/** The same for many, in one write and in this order. */
export async function recordAll(
  stores: Pick<WorkspaceStores, 'events'>,
  events: readonly Recorded[],
): Promise<void> {
  await stores.events.appendMany(events.map(lineOf))
}

const lineOf = ({ by, at, verb, subject, details = {} }: Recorded): NewEvent => ({
  id: newId(at),
  at,
  memberId: by,
  verb,
  subject,
  details,
})
