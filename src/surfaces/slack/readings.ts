import type { FrontDesk } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import type { Visit } from './answering.ts'
import { readBlockId, readingId, readMetadata } from './form-ids.ts'
import type { Outgoing } from './outgoing.ts'
import { type SentView, withReading } from './read-form.ts'

/** The `action_id` of a field that holds a time. */
export const WHEN_ACTION = 'when'

/** A view is updated when the typing pauses: Slack allows about a hundred updates a minute. */
const PAUSE = 0.4 * SECOND

/** Shows how a time is read while it is typed. */
export function createReadings(desk: Pick<FrontDesk, 'suggest'>, outgoing: Outgoing) {
  const latest = new Map<string, symbol>()

  return {
    /** `block` is the input's id in `view`; of several calls for one view in a pause only the last counts. */
    async show(view: SentView, block: string, partial: string, visiting: () => Promise<Visit | undefined>) {
      const turn = Symbol(view.id)
      latest.set(view.id, turn)
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      if (latest.get(view.id) !== turn) return
      latest.delete(view.id)
      const field = readBlockId(block)
      const visit = await visiting()
      if (!field || !visit) return
      const { command } = readMetadata(view.private_metadata)
      const [first] = await desk.suggest(visit.speaker, { command, arg: field.name, partial })
      const reading = first ? `→ ${first.label}` : undefined
      if (reading !== readingIn(view, field.name)) {
        await outgoing.updateView(visit.team, view.id, withReading(view, field.name, reading))
      }
    },
  }
}

function readingIn(view: SentView, name: string): string | undefined {
  const line = view.blocks.find(({ block_id }) => block_id === readingId(name))
  const [element] = line?.type === 'context' ? line.elements : []
  return element && 'text' in element ? element.text : undefined
}
