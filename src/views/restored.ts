import { bold, button, buttons, list, type Message, message, text } from '../message/message.ts'
import { counted } from './words.ts'

/** To the team: its posts are as they were at an earlier time, and what it has to look at before anything goes out. */
export const restoredView = ({
  to,
  asked,
  waiting,
  inReview,
  failed,
}: {
  /** In words. */
  to: string
  /** Deliveries that were due since. */
  asked: number
  /** Posts that wait for a time to come. */
  waiting: number
  /** Posts in review whose time has passed. */
  inReview: number
  /** Posts that have failed, in part or as a whole. */
  failed: number
}): Message =>
  message(
    text(
      bold(`⏪ Crier was restored to ${to}.`),
      ' What was written, changed, cancelled or sent after that is not known here any more, so everything is paused.',
    ),
    list([
      asked === 0
        ? 'Nothing was due since.'
        : `${counted(asked, 'delivery was', 'deliveries were')} due since: each is asked about, and none goes out by itself.`,
      waiting === 0
        ? 'No post waits for a time to come.'
        : `${counted(waiting, 'post waits', 'posts wait')} for a time to come: look whether each is still wanted.`,
      ...(inReview === 0
        ? []
        : [
            `${counted(inReview, 'post', 'posts')} in review had a time that has passed: look before you approve.`,
          ]),
      ...(failed === 0
        ? []
        : [
            'What had failed may have been tried again since, and be live: look before you retry or edit it.',
          ]),
      'Logins that were renewed since may have to be connected again.',
    ]),
    buttons(button('Queue', 'queue'), button('Resume', 'resume', { style: 'primary' })),
  )
