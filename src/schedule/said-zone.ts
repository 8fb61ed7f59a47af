import type { ItemOf } from './grammar/items.ts'
import { zoneName } from './zones.ts'

/** A zone that a phrase may mean. With an `offset`, the clock is read by that, whatever the zone shows at the time. */
export interface SaidZone {
  zone: string
  name: string
  offset?: string
  note?: string
  winter?: true
}

/** The zones that a zone phrase may mean; the person's own when there is none. */
export function saidZones(
  item: ItemOf<'zone'> | undefined,
  own: string,
): { zones: SaidZone[]; question?: string } {
  const meaning = item?.meaning
  if (meaning === undefined || meaning.kind === 'own') return { zones: [{ zone: own, name: zoneName(own) }] }
  switch (meaning.kind) {
    case 'zone':
      return {
        zones: [
          {
            zone: meaning.zone,
            name: zoneName(meaning.zone),
            ...(meaning.winter ? { winter: true } : {}),
          },
        ],
      }
    case 'season':
      return { zones: [{ zone: meaning.place, name: meaning.name, offset: meaning.offset }] }
    case 'several': {
      const { name, zones } = meaning
      if (zones.includes(own)) {
        return { zones: [{ zone: own, name, note: `${name} is taken as your own ${zoneName(own)} time.` }] }
      }
      return {
        zones: zones.map((zone) => ({ zone, name })),
        question: `${name} is the time of ${zones.map(zoneName).join(' or ')}. Which one do you mean?`,
      }
    }
    default:
      throw new TypeError(`No such meaning: ${meaning satisfies never}`)
  }
}

/** The offset of a zone at an instant, as `+05:30`. */
export const offsetOf = (at: Temporal.Instant, zone: string) => at.toZonedDateTimeISO(zone).offset
