import { MINUTE } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'
import type { Post } from '../posts/post.ts'
import { checkPost } from '../views/post-checks.ts'
import { counted } from '../views/words.ts'
import type { Actor } from './actor.ts'
import { sheetOf } from './sheets.ts'
import type { WorkspaceStores } from './stores.ts'

/** Everything that must be there before others spend their time on it. @throws UserError naming the first thing that is not */
export async function mustBeComplete(stores: WorkspaceStores, actor: Actor, post: Post): Promise<void> {
  const { bench, workspace } = actor
  const missing = (what: string, wayOut: string, line: string, label: string) =>
    new UserError(`#${post.number} has ${what} yet`, { wayOut, offers: [{ label, line }] })
  if (
    post.content.text.trim() === '' &&
    post.content.media.length === 0 &&
    Object.keys(post.content.variants).length === 0
  ) {
    throw missing('nothing to say', 'Write something first.', `edit ${post.number}`, 'Edit')
  }
  if (post.accountIds.length === 0)
    throw missing('no account to go to', 'Choose one or more.', `edit ${post.number}`, 'Choose accounts')
  if (!post.when) throw missing('no time', 'Say when.', `reschedule ${post.number}`, 'Set a time')
  if (post.when.at < bench.clock.now() - workspace.settings.lateMinutes * MINUTE) {
    throw new UserError(`The time of #${post.number} has passed`, {
      wayOut: 'Give it a new one.',
      offers: [{ label: 'Set a time', line: `reschedule ${post.number}` }],
    })
  }
  const undescribed = post.content.media.filter((one) => one.alt.trim() === '').length
  if (workspace.settings.altTextRequired && undescribed > 0) {
    throw missing(
      `${counted(undescribed, 'picture')} without alt text`,
      'Describe what can be seen.',
      `edit ${post.number}`,
      'Edit',
    )
  }
  const [error] = checkPost(await sheetOf(stores, bench, post)).filter((one) => one.severity === 'error')
  if (error) {
    const platform = bench.platforms.get(error.account.platform)
    const label = platform?.label ?? error.account.platform
    throw new UserError(error.message, {
      wayOut: platform?.parts
        ? `Change the text, give ${label} its own, or part it with lines of ---.`
        : `Change the text, or give ${label} its own.`,
      field: 'text',
      offers: [
        { label: 'Edit', line: `edit ${post.number}` },
        ...(platform?.parts
          ? [{ label: `Split for ${label}`, line: `split ${post.number} ${platform.name}` }]
          : []),
        ...(platform?.options?.length
          ? [{ label: `Options for ${label}`, line: `options ${post.number} ${platform.name}` }]
          : []),
      ],
    })
  }
}
