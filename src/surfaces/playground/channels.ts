/** A place to talk on the page. */
export interface ChannelFacts {
  name: string
  label: string
  purpose: string
  /** `direct` is between Crier and one member: nobody else is shown it. */
  kind: 'channel' | 'direct'
}

/** The channels that every playground has. */
const CHANNELS: readonly ChannelFacts[] = [
  {
    name: 'general',
    label: 'general',
    purpose: 'Talk to Crier: draft, schedule, look ahead',
    kind: 'channel',
  },
  { name: 'review', label: 'review', purpose: 'Posts that wait for somebody else’s yes', kind: 'channel' },
  {
    name: 'results',
    label: 'results',
    purpose: 'What went out, with links, and what did not',
    kind: 'channel',
  },
]

const DIRECT = 'direct:'

/** Where Crier tells one member something. */
export const directChannel = (memberId: string): string => `${DIRECT}${memberId}`

const directFacts = (memberId: string): ChannelFacts => ({
  name: directChannel(memberId),
  label: 'Crier',
  purpose: 'What Crier tells you alone',
  kind: 'direct',
})

/** The channels as one member sees them; `others` are those that were named in the settings since. */
export const channelsFor = (memberId: string, others: Iterable<string>): ChannelFacts[] => [
  ...CHANNELS,
  ...[...others]
    .filter((name) => !CHANNELS.some((channel) => channel.name === name))
    .map((name): ChannelFacts => ({ name, label: name, purpose: '', kind: 'channel' })),
  directFacts(memberId),
]

/** `#review` and `review` are one channel. */
export const channelName = (said: string): string => said.replace(/^#/, '')

/** A direct channel belongs to one member; anything else is open to all. */
export const mayRead = (channel: string, memberId: string): boolean =>
  !channel.startsWith(DIRECT) || channel === directChannel(memberId)
