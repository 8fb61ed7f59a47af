/** @import { ChannelFacts } from '../channels.ts' */
/** @import { CommandFacts } from '../../../app/surface.ts' */
import { el } from './dom.js'

/** Commands that are a good first word, in this order. */
const FIRST = ['schedule', 'draft', 'calendar', 'help']

/** What a channel says before anybody has said anything there.
 * @param {ChannelFacts | undefined} channel @param {readonly CommandFacts[]} commands @param {(line: string) => void} begin */
export function welcome(channel, commands, begin) {
  if (channel?.name !== 'general') {
    const words =
      channel?.kind === 'direct' ? 'Crier writes here when something is for you alone.' : channel?.purpose
    return el(
      'div',
      { class: 'empty' },
      el('img', { src: '/playground/bell.svg', alt: '', width: '56', height: '56' }),
      el('h2', {}, channel?.kind === 'direct' ? 'Just you and Crier' : `#${channel?.label ?? ''} is quiet`),
      el('p', {}, words ?? ''),
    )
  }
  const lines = FIRST.flatMap(
    (name) => commands.find((command) => command.name === name)?.examples.slice(0, 1) ?? [],
  )
  return el(
    'div',
    { class: 'empty' },
    el('img', { src: '/playground/bell.svg', alt: '', width: '72', height: '72' }),
    el('h2', {}, 'Oyez, oyez!'),
    el(
      'p',
      {},
      'Draft a post, say when it goes out, and let somebody else approve it. Type a command, or begin with one of these:',
    ),
    el(
      'div',
      { class: 'starts' },
      ...lines.map((line) => {
        const start = el('button', { type: 'button', class: 'start' }, line)
        start.addEventListener('click', () => begin(line))
        return start
      }),
    ),
    el(
      'p',
      { class: 'note' },
      'Switch between author and approver under “Speaking as”: nobody approves their own post.',
    ),
  )
}
