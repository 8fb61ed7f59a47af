import { isCutOff, standstillOf } from '../deliveries/bookkeeping.ts'
import { ASKED } from '../deliveries/delivery.ts'
import { type Block, type Button, button, buttons } from '../message/message.ts'
import { mayAct } from '../workspaces/workspace.ts'
import { optionFields } from './post-options.ts'
import type { PostSheet } from './post-sheet.ts'

/** What can be done with the post as it is. Each button types its line; decisions carry the revision that is shown. */
export function postButtons(sheet: PostSheet): Block | undefined {
  const { post } = sheet
  const id = post.number
  const seen = `@${post.revision}`
  const all: (Button | false)[] = []
  switch (post.state) {
    case 'draft':
      all.push(
        button('Submit', `submit ${id}`, { style: 'primary' }),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        asksMore(sheet) && button('Options', `options ${id}`),
        button(post.when ? 'Reschedule' : 'Set a time', `reschedule ${id}`),
        button('Cancel', `cancel ${id}`, { style: 'danger', confirm: `Cancel post #${id}?` }),
      )
      break
    case 'in_review':
      all.push(
        mayDecide(sheet) && button('Approve', `approve ${id} ${seen}`, { style: 'primary' }),
        mayDecide(sheet) && button('Request changes', `request-changes ${id} ${seen}`),
        mayDecide(sheet) &&
          button('Reject', `reject ${id} ${seen}`, {
            style: 'danger',
            confirm: `Reject post #${id}? It will not go out.`,
          }),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        button('Reschedule', `reschedule ${id}`),
      )
      break
    case 'scheduled':
      all.push(
        button('Reschedule', `reschedule ${id}`),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        button('Publish now', `publish ${id} ${seen}`, { confirm: `Publish #${id} now?` }),
        button('Cancel', `cancel ${id}`, { style: 'danger', confirm: `Cancel post #${id}?` }),
      )
      break
    case 'failed':
    case 'publishing':
    case 'partly_published':
      all.push(...troubleButtons(sheet))
      break
    case 'published':
    case 'cancelled':
      break
    default:
      return post.state satisfies never
  }
  const shown = all.filter((one) => one !== false).filter(({ line }) => maySay(sheet, line))
  return shown.length > 0 ? buttons(...shown) : undefined
}

/** Lines that change a post are its author's and the approvers'. A channel's card, read by everybody, offers them all. */
const maySay = ({ reader, post }: PostSheet, line: string): boolean =>
  reader === undefined ||
  LOOKS.test(line) ||
  mayAct(reader.role, 'approver') ||
  (reader.id === post.authorId && mayAct(reader.role, 'author'))

/** A decision has rules of its own (`mayDecide`); to look is everybody's. */
const LOOKS = /^(preview|approve|request-changes|reject) /

/** What it will look like can be seen as soon as it goes somewhere. */
const previewButton = ({ post, accounts }: PostSheet): Button | false =>
  accounts.length > 0 && button('Preview', `preview ${post.number}`)

/** Does a platform it goes to ask for more than a text? */
const asksMore = ({ post, accounts, platforms }: PostSheet): boolean =>
  accounts.some((account) => {
    const platform = platforms.get(account.platform)
    return platform !== undefined && optionFields(platform, post).length > 0
  })

/** Authors don't decide, nor do approvers on their own posts: their own view of one offers them no decision. */
export const mayDecide = ({ reader, post, settings, members }: PostSheet): boolean =>
  reader === undefined ||
  members.size === 1 ||
  (mayAct(reader.role, 'approver') && (reader.id !== post.authorId || settings.selfApproval))

function troubleButtons({ post, deliveries, accounts }: PostSheet): Button[] {
  const all = deliveries.flatMap((delivery, index): Button[] => {
    const which = `${post.number}.${index + 1}`
    const settle = (as: string) => `settle ${which} ${as} @${standstillOf(delivery)}`
    switch (delivery.state) {
      case 'unsure':
        if (delivery.problem?.code !== ASKED) return []
        return [
          button(`${which}: it is live`, settle('live')),
          button(`${which}: not there, publish`, settle('publish'), {
            confirm: 'Have you looked? It would go out now.',
          }),
          button(`${which}: drop it`, settle('drop'), { style: 'danger' }),
        ]
      case 'late':
        return [
          button(`${which}: publish now`, settle('publish'), { style: 'primary' }),
          button(`${which}: drop it`, settle('drop'), { style: 'danger' }),
        ]
      case 'parked': {
        const account = accounts.find((one) => one.id === delivery.accountId)
        return [
          ...(account
            ? [
                button(`Reconnect ${account.handle}`.slice(0, 75), `connect ${account.platform}`, {
                  style: 'primary',
                }),
              ]
            : []),
          button(`${which}: drop it`, settle('drop'), { style: 'danger' }),
        ]
      }
      default:
        return []
    }
  })
  if (deliveries.some(({ state, progress }) => state === 'failed' && !isCutOff(progress))) {
    all.unshift(button('Retry', `retry ${post.number}`, { style: 'primary' }))
    if (post.state === 'failed') {
      all.push(
        button('Edit', `edit ${post.number}`),
        button('Cancel', `cancel ${post.number}`, {
          style: 'danger',
          confirm: `Cancel post #${post.number}?`,
        }),
      )
    }
  }
  // What goes out at its time is claimed within the second: what waits while its post is going out waits for another try.
  if (post.state === 'publishing' && deliveries.some((one) => one.state === 'scheduled'))
    all.push(
      button('Cancel what waits', `cancel ${post.number}`, {
        style: 'danger',
        confirm: `Cancel what of post #${post.number} still waits?`,
      }),
    )
  return dedupe(all).slice(0, MOST_BUTTONS)
}

/** Slack draws 25 elements in one row of actions, Discord 25 in five rows. */
const MOST_BUTTONS = 25

const dedupe = (all: readonly Button[]): Button[] => [...new Map(all.map((one) => [one.line, one])).values()]
