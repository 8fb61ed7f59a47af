import type { SlackViewMiddlewareArgs, ViewSubmitAction } from '@slack/bolt'
import type { Answer, Said } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { within } from '../../kit/patience.ts'
import type { Form, FormValues } from '../../message/form.ts'
import { message, text } from '../../message/message.ts'
import { type Answering, apology, type Visit } from './answering.ts'
import { drawForm, drawShown, drawWaiting } from './draw-form.ts'
import { type FileAccess, incomingFiles } from './files.ts'
import type { Place } from './form-ids.ts'
import { errorsBeside, readForm, type SentView } from './read-form.ts'
import { isForeign, saidIn, type VisitOf } from './visits.ts'

/** A submitted view is answered within three seconds; after this long it says "one moment" and is updated. */
const SUBMIT_PATIENCE = 2.2 * SECOND

interface SubmittedOptions {
  visitOf: VisitOf
  answering: Answering
  access: FileAccess
  log: Log
  /** Does what comes after the acknowledgement. */
  later(work: () => Promise<void>): void
}

type Shown = Extract<Answer, { type: 'message' }>

/** A form that was sent. Its acknowledgement is what becomes of the view: that is said once. */
interface Submission {
  ack: SlackViewMiddlewareArgs<ViewSubmitAction>['ack']
  view: SentView
  command: string
  values: FormValues
  place: Place
  /** Undefined for who is no member here, or where Crier is not installed any more. */
  visiting: Promise<Visit | undefined>
}

/** Hears a submitted form, and ends it in one of four ways. */
export function createSubmitted({ visitOf, answering, access, log, later }: SubmittedOptions) {
  /** The answer takes too long for Slack: the view says so, and is drawn anew once there is one. */
  async function waitInView(
    { ack, view, command, values, place, visiting }: Submission,
    settled: Promise<{ answer: Answer | undefined }>,
  ): Promise<void> {
    await ack({ response_action: 'update', view: drawWaiting(place) })
    later(async () => {
      const [visit, { answer }] = await Promise.all([visiting, settled])
      if (visit && answer) await answering.deliver({ ...visit, viewId: view.id }, answer, { command, values })
    })
  }

  /** There is a mistake in it, or another step: the same view shows it. */
  async function openAgain({ ack, view, place }: Submission, form: Form): Promise<void> {
    const errors = errorsBeside(form, view)
    await ack(
      errors
        ? { response_action: 'errors', errors }
        : { response_action: 'update', view: drawForm(form, place) },
    )
  }

  /** The view closes, and the answer stands in the channel that the form came from. */
  async function answerInChannel(
    { ack, command, visiting }: Submission,
    { message: shown, audience }: Shown,
  ): Promise<void> {
    await ack()
    later(async () => {
      const visit = await visiting
      if (visit) await answering.show(visit, shown, audience, command)
    })
  }

  /** The form came from no channel, or nobody may be answered there: the view shows the answer. */
  async function answerInView(
    { ack, view, command, values, place, visiting }: Submission,
    answer: Shown | undefined,
  ): Promise<void> {
    const shown = answer?.message ?? notInstalled
    await ack({ response_action: 'update', view: drawShown(shown, place, { origin: command }) })
    // The pictures are uploaded after the acknowledgement, which cannot wait for them.
    if (!answer || !shown.blocks.some(({ type }) => type === 'image')) return
    later(async () => {
      const visit = await visiting
      if (visit) await answering.deliver({ ...visit, viewId: view.id }, answer, { command, values })
    })
  }

  return async ({ ack, body, view: sent }: SlackViewMiddlewareArgs<ViewSubmitAction>): Promise<void> => {
    const view = sent as unknown as SentView
    const { command, values, files, place } = readForm(view)
    const visiting = isForeign(body)
      ? Promise.resolve(undefined)
      : visitOf(body.team?.id ?? body.user.team_id, body.user, place)
    const submission = { ack, view, command, values, place, visiting }
    const said = async (): Promise<Said> => {
      const visit = await visiting
      return {
        command,
        values,
        ...saidIn(place),
        ...(visit && files.length > 0 ? { files: await incomingFiles(visit.team, files, access) } : {}),
      }
    }
    const settled = visiting
      .then((visit) => (visit ? answering.answerTo(visit.speaker, said) : undefined))
      .catch((error: unknown) => failed(error, log))
      .then((answer) => ({ answer }))
    const soon = await within(SUBMIT_PATIENCE, settled)
    if (!soon) return waitInView(submission, settled)
    const { answer } = soon
    if (answer?.type === 'form') return openAgain(submission, answer.form)
    return place.channel && answer ? answerInChannel(submission, answer) : answerInView(submission, answer)
  }
}

const failed = (error: unknown, log: Log): Answer => ({
  type: 'message',
  message: apology(error, log),
  audience: 'person',
})

const notInstalled = message(text('Crier is no longer installed here: an admin installs it again.'))
