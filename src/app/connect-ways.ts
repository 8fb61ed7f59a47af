import { UserError } from '../kit/user-error.ts'
import type { FormValues } from '../message/form.ts'
import type { Connect, Platform } from '../platforms/contract/platform.ts'
import { counted } from '../views/words.ts'
import type { Actor } from './actor.ts'
import { isOpen, notSetUp } from './sign-in-links.ts'

/** A way in that can be walked. */
export interface OpenWay {
  way: Connect<unknown>
  /** Its place in the platform's list, from 0. People count from 1. */
  place: number
}

/** Every way in that can be walked here: a sign-in needs the operator's client. */
export const waysOf = (actor: Actor, platform: Platform): OpenWay[] =>
  platform.connect.map((way, place) => ({ way, place })).filter(({ way }) => isOpen(actor, platform, way))

/**
 * The way that was named by its number, whose fields were filled in, or that is the only one; undefined where a person
 * has to choose.
 *
 * @throws UserError where there is no such way, or none can be walked yet
 */
export function pickWay(actor: Actor, platform: Platform, values: FormValues): OpenWay | undefined {
  const open = waysOf(actor, platform)
  if (values.way !== undefined && values.way !== '') {
    const place = Number(values.way) - 1
    const way = platform.connect[place]
    if (!way)
      throw new UserError(
        `${platform.label} has ${counted(platform.connect.length, 'way')} in, not ${Number(values.way)}`,
        { offers: [{ label: `Connect ${platform.label}`, line: `connect ${platform.name}` }] },
      )
    if (!open.some((one) => one.place === place)) throw notSetUp(actor.bench, platform)
    return { way, place }
  }
  const [only, second] = open
  if (!only) throw notSetUp(actor.bench, platform)
  if (!second) return only
  return open.find(({ way: { fields = [] } }) => {
    const required = fields.filter((field) => field.required)
    return required.length > 0 && required.every((field) => field.name in values)
  })
}
