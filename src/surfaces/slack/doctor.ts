import { missingScopes, type SlackScope } from './scopes.ts'
import { clientOptions, greet } from './teams.ts'

/** Asks Slack whose token this is and what it may do. @throws Slack's errors */
export async function lookUpScopes(settings: {
  botToken?: string | undefined
  apiUrl?: string | undefined
}): Promise<{ team: string; missing: SlackScope[] }> {
  const team = await greet(settings.botToken ?? '', clientOptions({ apiUrl: settings.apiUrl }))
  // A sandbox tells no scopes at all: nothing can be said of them then.
  return { team: team.name, missing: team.scopes.length > 0 ? missingScopes(team.scopes) : [] }
}
