import type { App } from '@slack/bolt'
import type { Log } from '../../kit/log.ts'
import { type Seen, seenOrTaken } from '../../kit/seen.ts'

/**
 * Lets each request through to Bolt once, whichever of our processes it comes to, however often Slack or a balancer sends
 * it. It stands before Bolt, since Bolt acknowledges an event before any of its middleware is asked.
 *
 * An event that cannot be looked up is not acknowledged, so Slack sends it again. A command or a press comes only once
 * from Slack and has a person waiting: where nobody can say whether it was seen, it is taken, and what it asks for says
 * itself that the database is away.
 */
export function takeOnce(app: Pick<App, 'processEvent'>, seen: Seen, log: Log): void {
  const process = app.processEvent.bind(app)
  const taken = seenOrTaken(seen, log)

  async function isFirst(event: string | undefined, interaction: string | undefined): Promise<boolean> {
    if (event !== undefined) return seen.firstTime(event)
    return interaction === undefined || taken.firstTime(interaction)
  }

  app.processEvent = async (event) => {
    const { body, ack, retryNum, retryReason } = event
    if (await isFirst(eventOf(body), interactionOf(body))) return process(event)
    log.debug({ type: body.type, retryNum, retryReason }, 'A request from Slack was taken before')
    // What a form's sender is told stands in its acknowledgement, which only the one that took it can give.
    if (body.type !== 'view_submission') await ack()
  }
}

const eventOf = ({ event_id: id }: Record<string, unknown>): string | undefined =>
  typeof id === 'string' ? `slack event ${id}` : undefined

/** Every command, press, submission and shortcut has a trigger of its own. */
function interactionOf({ trigger_id: trigger, type, command }: Record<string, unknown>): string | undefined {
  return typeof trigger === 'string' ? `slack ${String(type ?? command)} ${trigger}` : undefined
}
