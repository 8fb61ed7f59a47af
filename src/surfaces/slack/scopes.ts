/** A permission that Crier asks a Slack team for, and what for. */
export interface SlackScope {
  scope: string
  /** Why, as an admin who has to grant it would ask. */
  why: string
}

/** Every scope of the bot: https://docs.slack.dev/reference/scopes. The manifest, the installation and `doctor` read it. */
export const slackScopes: readonly SlackScope[] = [
  {
    scope: 'commands',
    why: 'take /draft, /schedule, /calendar and /crier, and the shortcut “Turn into a post”',
  },
  { scope: 'chat:write', why: 'post review cards, results and digests, and answer people' },
  {
    scope: 'chat:write.public',
    why: 'post to the public channels you choose for reviews and results without being invited to each',
  },
  { scope: 'app_mentions:read', why: 'take a line that begins with @Crier' },
  { scope: 'im:history', why: 'take a line written to Crier in a direct message' },
  {
    scope: 'channels:history',
    why: 'see whether a message whose answer was lost has arrived, before it is posted a second time',
  },
  { scope: 'groups:history', why: 'see the same in private channels that Crier was invited to' },
  { scope: 'users:read', why: 'know people’s names and time zones, and who runs the team' },
  { scope: 'files:read', why: 'fetch the images and films that people attach to a post' },
  { scope: 'files:write', why: 'show calendars, charts and previews as pictures' },
]

export const scopeWhy = (scope: string): string | undefined =>
  slackScopes.find((one) => one.scope === scope)?.why

/** The scopes that a token lacks, each with what does not work without it. */
export const missingScopes = (granted: readonly string[]): SlackScope[] =>
  slackScopes.filter(({ scope }) => !granted.includes(scope))
