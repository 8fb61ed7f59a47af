import type { Answer, FrontDesk, Said, Speaker } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import { shortCode } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import { within } from '../../kit/patience.ts'
import { UserError } from '../../kit/user-error.ts'
import type { Form } from '../../message/form.ts'
import { type Block, bold, type Message, message, text } from '../../message/message.ts'
import { drawForm, drawShown, drawWaiting } from './draw-form.ts'
import type { Place } from './form-ids.ts'
import { BUTTON_VALUE } from './limits.ts'
import type { Outgoing } from './outgoing.ts'
import { sendError } from './send-failure.ts'
import type { Team } from './teams.ts'

/** Somebody who said something and waits for the answer. */
export interface Visit {
  team: Team
  user: string
  speaker: Speaker
  place: Place
  /** Opens one view within three seconds of the request. */
  trigger?: string | undefined
  /** The modal that the answer is drawn into. */
  viewId?: string | undefined
  /** Is the place a direct message to Crier? Then there is nobody to whisper past. */
  direct?: boolean
  /** Does the answer take the place of the message that was pressed? */
  replace?: boolean
  /** When the request came, by `performance.now()`. */
  since: number
}

export interface Answering {
  /** Asks the front desk and brings the answer to where it belongs. */
  ask(visit: Visit, said: Said, options?: { prefill?: (form: Form) => Form }): Promise<void>
  /** What the front desk says; what goes wrong on the way there is an answer too. */
  answerTo(speaker: Speaker, said: () => Promise<Said>): Promise<Answer>
  deliver(visit: Visit, answer: Answer, said: Said): Promise<void>
  show(visit: Visit, shown: Message, audience: 'person' | 'channel', origin?: string): Promise<void>
}

/** A trigger lives three seconds: after this long a view is opened that says "one moment". */
const PATIENCE = 1.5 * SECOND

export function createAnswering({
  desk,
  outgoing,
  log,
}: {
  desk: Pick<FrontDesk, 'ask'>
  outgoing: Outgoing
  log: Log
}): Answering {
  async function answerTo(speaker: Speaker, said: () => Promise<Said>): Promise<Answer> {
    try {
      return await desk.ask(speaker, await said())
    } catch (error) {
      return { type: 'message', message: apology(error, log), audience: 'person' }
    }
  }

  async function ask(
    visit: Visit,
    said: Said,
    { prefill }: { prefill?: (form: Form) => Form } = {},
  ): Promise<void> {
    const asking = answerTo(visit.speaker, async () => said)
    const soon = visit.viewId
      ? await asking
      : await within(PATIENCE - (performance.now() - visit.since), asking)
    const waiting = soon === undefined && visit.trigger ? await openWaiting(visit, visit.trigger) : visit
    const answer = soon ?? (await asking)
    await deliver(
      waiting,
      answer.type === 'form' && prefill ? { ...answer, form: prefill(answer.form) } : answer,
      said,
    )
  }

  /** The visit with a view to draw the answer into, and its trigger spent. */
  async function openWaiting(visit: Visit, trigger: string): Promise<Visit> {
    const viewId = await tried('A waiting view was not opened', () =>
      outgoing.open(visit.team, trigger, drawWaiting(visit.place)),
    )
    return { ...visit, trigger: undefined, viewId }
  }

  async function deliver(visit: Visit, answer: Answer, said: Said): Promise<void> {
    if (answer.type === 'form') return deliverForm(visit, answer.form, said)
    const { place, viewId, trigger, team } = visit
    const origin = 'line' in said ? firstWord(said.line) : said.command
    if (answer.audience === 'channel' && place.channel) await show(visit, answer.message, 'channel', origin)
    else if (!viewId && place.channel) await show(visit, answer.message, 'person', origin)
    if (!viewId && (place.channel || !trigger)) return
    const view = drawShown(answer.message, place, await outgoing.draw(team, answer.message, { origin }))
    const shown = await tried('A view was not shown', async () => {
      if (viewId) await outgoing.updateView(team, viewId, view)
      else if (trigger) await outgoing.open(team, trigger, view)
      return true
    })
    // The modal was closed meanwhile.
    if (!shown && answer.audience === 'person')
      await show({ ...visit, viewId: undefined }, answer.message, 'person', origin)
  }

  async function deliverForm(visit: Visit, form: Form, said: Said): Promise<void> {
    const { team, viewId, trigger, place } = visit
    const opened = await tried('A form was not opened', async () => {
      const view = drawForm(form, place)
      if (viewId) await outgoing.updateView(team, viewId, view)
      else if (trigger) await outgoing.open(team, trigger, view)
      else return false
      return true
    })
    if (!opened) await show(visit, instead(form, said), 'person')
  }

  async function show(
    visit: Visit,
    shown: Message,
    audience: 'person' | 'channel',
    origin?: string,
  ): Promise<void> {
    const { team, place, user } = visit
    const ways: (() => Promise<unknown>)[] = []
    const { responseUrl, channel, thread } = place
    if (responseUrl) {
      const how = { audience, thread, origin, replace: visit.replace === true }
      ways.push(() => outgoing.respond(team, responseUrl, shown, how))
    }
    if (channel && (visit.direct || audience === 'channel')) {
      ways.push(() => outgoing.post(team, { channel, thread }, shown, { origin }))
    } else if (channel) ways.push(() => outgoing.whisper(team, { channel, user, thread }, shown, { origin }))
    ways.push(() => outgoing.post(team, { channel: user }, shown, { origin }))
    for (const way of ways) {
      const done = await tried('An answer found no way', async () => {
        await patiently(way)
        return true
      })
      if (done) return
    }
    log.error({ team: team.id }, 'An answer reached nobody in Slack')
  }

  async function tried<Value>(what: string, act: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await act()
    } catch (error) {
      log.warn({ err: error }, what)
      return undefined
    }
  }

  return { ask, answerTo, deliver, show }
}

/** Once more after the pause that Slack asks for: an answer is worth waiting for. */
async function patiently(way: () => Promise<unknown>): Promise<void> {
  try {
    await way()
  } catch (error) {
    const { after } = sendError(error)
    if (after === undefined || after > LONGEST_WAIT) throw error
    await new Promise((resolve) => setTimeout(resolve, after))
    await way()
  }
}

const LONGEST_WAIT = 30 * SECOND

/** The first word of a line, which names its command. */
export const firstWord = (line: string): string => /^\S*/.exec(line.trim())?.[0].toLowerCase() ?? ''

/**
 * Where no form can be opened (a line in a direct message brings no trigger): its mistakes in words, and a button that
 * says the line again, which does bring one.
 */
function instead(form: Form, said: Said): Message {
  const line = 'line' in said && said.line.length <= BUTTON_VALUE ? said.line : form.command
  const whole = 'line' in said && line === said.line
  const mistakes = Object.values(form.errors ?? {})
  return message(
    text(bold(form.title)),
    ...mistakes.map((mistake): Block => text(mistake)),
    text(
      whole
        ? 'There is more to fill in.'
        : 'There is more to fill in, and the line is too long to be kept here: copy it.',
    ),
    { type: 'buttons', buttons: [{ label: 'Open the form', line, style: 'primary' }] },
  )
}

/** What people read when something failed between Slack and the front desk. */
export function apology(error: unknown, log: Log): Message {
  if (error instanceof UserError) return message(text(error.message, error.wayOut ? ` ${error.wayOut}` : ''))
  const id = shortCode()
  log.error({ err: error, id }, 'A request from Slack failed')
  return message(
    text(`That failed on Crier’s side, and it is written down as ${id}. Try it again in a minute.`),
  )
}
