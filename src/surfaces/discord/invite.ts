/** A permission that Crier asks a server for. `bit` is its place in Discord's bit set. */
export interface DiscordPermission {
  name: string
  bit: number
  why: string
}

/** Exactly what Crier needs, no more: https://docs.discord.com/developers/topics/permissions */
export const discordPermissions: readonly DiscordPermission[] = [
  { name: 'View Channels', bit: 10, why: 'to see the channels chosen for reviews, results and digests' },
  { name: 'Send Messages', bit: 11, why: 'to post review cards, results and digests there' },
  {
    name: 'Create Public Threads',
    bit: 35,
    why: "to keep what follows a review card in the card's own thread",
  },
  { name: 'Send Messages in Threads', bit: 38, why: 'to answer in that thread' },
  {
    name: 'Attach Files',
    bit: 15,
    why: 'to show previews, charts and calendars, and texts too long for a message',
  },
  {
    name: 'Read Message History',
    bit: 16,
    why: 'to reply to the message that asked, and to start a thread on a card',
  },
]

/** What the link asks for besides permissions. */
const discordScopes = [
  { name: 'bot', why: 'to post in channels and write to members directly' },
  { name: 'applications.commands', why: 'to offer /draft, /schedule and the other commands' },
] as const

/** The link by which somebody who manages a server adds Crier to it. */
export function discordInvite({ applicationId }: { applicationId: string }): string {
  const permissions = discordPermissions.reduce((set, { bit }) => set | (1n << BigInt(bit)), 0n)
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: discordScopes.map(({ name }) => name).join(' '),
    permissions: permissions.toString(),
  })
  return `https://discord.com/oauth2/authorize?${query}`
}
