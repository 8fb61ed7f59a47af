/** Where Crier is installed, one per Slack team: `start.ts` keeps them with the chats, sealed. */
export interface Installations {
  find(teamId: string): Promise<{ botToken: string } | undefined>
  save(installation: Installation): Promise<void>
  /** The app was removed from the team, or its token revoked. */
  remove(teamId: string): Promise<void>
}

export interface Installation {
  teamId: string
  teamName: string
  botToken: string
  /** Slack's id of the person who installed it. */
  installedBy: string
}
