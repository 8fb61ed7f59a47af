import type { Speaker } from '../../app/surface.ts'
import type { Member } from '../../workspaces/workspace.ts'

/** The playground is one chat of its own. */
export const LOCAL = { externalId: 'local', name: 'Playground' }

/** Who a member is on the playground; undefined for members who only speak elsewhere. */
export const identityOf = (member: Member): string | undefined =>
  member.identities.find(({ surface, chat }) => surface === 'playground' && chat === LOCAL.externalId)
    ?.externalId

/** A member as the page shows them. */
export type PersonFacts = Pick<Member, 'id' | 'name' | 'role' | 'zone' | 'locale'>

/** Those whom one can speak as. */
export const peopleOf = (members: readonly Member[]): PersonFacts[] =>
  members
    .filter((member) => identityOf(member) !== undefined)
    .map(({ id, name, role, zone, locale }) => ({ id, name, role, zone, locale }))

/** A member as the front desk is told of them, with the zone and language that their browser says. */
export function speakerOf(
  member: Member,
  externalId: string,
  { zone, locale }: { zone?: string | undefined; locale?: string | undefined },
): Speaker {
  return {
    surface: 'playground',
    chat: LOCAL,
    person: { externalId, name: member.name, ...(zone ? { zone } : {}), ...(locale ? { locale } : {}) },
  }
}

export const isZone = (zone: string): boolean =>
  accepted(() => new Intl.DateTimeFormat('en', { timeZone: zone }))
export const isLocale = (locale: string): boolean => accepted(() => new Intl.Locale(locale))

function accepted(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
