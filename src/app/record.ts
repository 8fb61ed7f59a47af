import type { EpochMs } from '../kit/clock.ts'
import { newId } from '../kit/ids.ts'
import type { WorkspaceStores } from './stores.ts'

/** Writes one line of the audit trail, in the transaction of what it tells. `by` is null where Crier itself did it. */
export async function record(
  stores: Pick<WorkspaceStores, 'events'>,
  event: { by: string | null; at: EpochMs; verb: string; subject: string; details?: Record<string, unknown> },
): Promise<void> {
  await stores.events.append({
    id: newId(event.at),
    at: event.at,
    memberId: event.by,
    verb: event.verb,
    subject: event.subject,
    details: event.details ?? {},
  })
}
