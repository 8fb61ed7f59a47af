import type { EpochMs } from '../kit/clock.ts'

/** The id of a workspace, told apart from every other string so that a store cannot be bound to the wrong thing. */
export type WorkspaceId = string & { readonly workspace: unique symbol }

/** One team and all that is its own: the unit of isolation. */
export interface Workspace {
  id: WorkspaceId
  name: string
  settings: Settings
  createdAt: EpochMs
}

/** What a team decides once. Every field has a default, so that a new workspace works at once. */
export interface Settings {
  /** IANA zone for times said without one, where the member has none of their own. */
  zone: string
  /** BCP 47 language of the phrases people type, where the member has none of their own. */
  locale: string
  /** `HH:MM`: the time of day of "tomorrow". */
  defaultTime: string
  /** How many members must approve a post; 0 lets posts go out without a review. */
  approvals: number
  /** May an author approve their own post although there are others? */
  selfApproval: boolean
  /** What is found later than this many minutes is asked about, not published. */
  lateMinutes: number
  /** Are digests sent each Monday at nine? */
  digest: boolean
  /** Since when everything stands still (UTC ms), or null. */
  pausedAt: EpochMs | null
  /** When a backup was restored last (UTC ms), or 0: what was done between the two is not known here. */
  restoredAt: EpochMs
  /** Must every image have an alt text before a post can be submitted? */
  altTextRequired: boolean
}

export const defaultSettings: Settings = {
  zone: 'UTC',
  locale: 'en',
  defaultTime: '09:00',
  approvals: 1,
  selfApproval: false,
  lateMinutes: 30,
  digest: true,
  pausedAt: null,
  restoredAt: 0,
  altTextRequired: false,
}

/** A place where people talk to Crier. */
export const SURFACES = ['slack', 'discord', 'playground', 'terminal', 'api'] as const
export type SurfaceName = (typeof SURFACES)[number]

/** From least to most: each role may do what those before it may. */
export const ROLES = ['viewer', 'author', 'approver', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const mayAct = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least)

/** A person in a workspace. */
export interface Member {
  id: string
  name: string
  role: Role
  /** IANA zone, or null where the workspace's holds. */
  zone: string | null
  /** BCP 47 language, or null where the workspace's holds. */
  locale: string | null
  /** Who they are on each surface they have used. */
  identities: Identity[]
  createdAt: EpochMs
}

/** A person on one surface. `externalId` is the chat's own id of them; `chat` is the team or guild it belongs to. */
export interface Identity {
  surface: SurfaceName
  chat: string
  externalId: string
}

/** The two whom a new install starts with, and who sits at the machine itself or asks over the API, came from none. */
export const cameFromAChat = ({ identities }: Pick<Member, 'identities'>): boolean =>
  identities.some(({ surface }) => surface === 'slack' || surface === 'discord')

/** Installation of a surface: one Slack team, one Discord guild, the playground. */
export interface Chat {
  id: string
  surface: SurfaceName
  /** The team's or guild's id on its surface; `local` for the playground. */
  externalId: string
  name: string
  /** Channel ids on the surface; null where nobody has chosen. */
  channels: Channels
  /** The installation's own bot token, sealed; null where the operator's token serves. */
  sealedToken: string | null
  createdAt: EpochMs
}

export interface Channels {
  review: string | null
  results: string | null
  digest: string | null
}

export type ChannelUse = keyof Channels
