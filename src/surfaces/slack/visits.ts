import type { BlockAction, SlackAction } from '@slack/bolt'
import type { Said } from '../../app/surface.ts'
import type { Log } from '../../kit/log.ts'
import type { Visit } from './answering.ts'
import { type Place, readMetadata } from './form-ids.ts'
import type { People } from './people.ts'
import type { Team, Teams } from './teams.ts'

/** Who said something, and where: undefined where Crier is not installed in the team. */
export type VisitOf = (
  teamId: string | undefined,
  user: { id: string; name?: string | undefined },
  place: Place,
  more?: Partial<Visit>,
) => Promise<Visit | undefined>

export const createVisits =
  ({ teams, people, log }: { teams: Teams; people: People; log: Log }): VisitOf =>
  async (teamId, user, place, more = {}) => {
    const since = performance.now()
    const team = await teams.get(teamId ?? '')
    if (!team) {
      log.warn({ team: teamId }, 'A Slack team without an installation')
      return undefined
    }
    const person = await people.get(team, user.id, user.name)
    return { team, user: user.id, place, since, speaker: speakerOf(team, person), ...more }
  }

const speakerOf = (team: Team, person: Visit['speaker']['person']): Visit['speaker'] => ({
  surface: 'slack',
  chat: { externalId: team.id, name: team.name },
  person,
})

/** A direct message is no place for a team's cards. */
export const saidIn = ({ channel }: Place): Pick<Said, 'channel' | 'direct'> =>
  channel === undefined ? {} : { channel, direct: isDirect(channel) }

export const isDirect = (channel: string | undefined): boolean => channel?.startsWith('D') === true

/** Where the answer to a press belongs. In a modal, where the modal came from; on the home tab, nowhere. */
export function placeOf(body: BlockAction): Place {
  if (body.view) return body.view.type === 'modal' ? readMetadata(body.view.private_metadata).place : {}
  const thread: unknown = body.message?.thread_ts
  return {
    channel: body.channel?.id,
    responseUrl: body.response_url,
    ...(typeof thread === 'string' ? { thread } : {}),
  }
}

/** A guest from another company in a shared channel is nobody's colleague here. */
export const isForeign = (body: Pick<SlackAction, 'team' | 'user'>): boolean =>
  'team_id' in body.user &&
  body.user.team_id !== undefined &&
  body.team?.id !== undefined &&
  body.user.team_id !== body.team.id
