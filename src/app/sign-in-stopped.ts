import type { SignInError } from '../accounts/oauth.ts'
import type { Connect, OAuthConnect, Platform } from '../platforms/contract/platform.ts'
import { andList } from '../views/words.ts'

/** A sign-in that stopped: a sentence for the page, and the link by which it may be begun again. */
export class SignInStopped extends Error {
  override name = 'SignInStopped'
  readonly wayOut: string | undefined
  readonly again: string | undefined
  /** Is it the platform's trouble rather than anything the person did? */
  readonly weather: boolean

  constructor(sentence: string, more: { wayOut?: string; again?: string; weather?: boolean } = {}) {
    super(sentence)
    this.wayOut = more.wayOut
    this.again = more.again
    this.weather = more.weather ?? false
  }
}

/** Why no tokens came of it, in words a person can act on. */
export function wordsFor(
  { trouble, told }: SignInError,
  {
    platform,
    way,
    callback,
    again,
  }: { platform: Platform; way: Connect<unknown> | undefined; callback: string; again: string },
): SignInStopped {
  const { label } = platform
  const quoted = told === undefined ? '' : ` ${label} says: ${told}`
  switch (trouble) {
    case 'refused':
      return new SignInStopped(`You did not let Crier in at ${label}, so nothing was connected.`, { again })
    case 'scopes': {
      const asked = way?.by === 'oauth' ? forWhat(way.scopes.filter(({ optional }) => !optional)) : ''
      const others = platform.connect.filter((one) => one !== way).map((one) => `“${one.label}”`)
      return new SignInStopped(`${label} does not let Crier's app ask for all it needs: ${asked}.${quoted}`, {
        wayOut: [
          'The app needs those permissions at the platform, which its operator has to ask for.',
          others.length > 0 ? `Without them there is another way in: ${andList(others, 'or')}.` : '',
        ]
          .join(' ')
          .trim(),
      })
    }
    case 'code':
      return new SignInStopped(`${label} did not take the sign-in.${quoted}`, {
        again,
        wayOut: 'It may have taken too long: begin again and go straight through.',
      })
    case 'client':
      return new SignInStopped(`${label} does not know Crier's app or its callback address.${quoted}`, {
        wayOut: `Crier's operator has to look at the app there: its id and secret, and the callback address ${callback}.`,
      })
    case 'down':
      return new SignInStopped(`${label} can't be reached just now, or has trouble of its own.`, {
        again,
        weather: true,
        wayOut: 'Nothing was connected; try again in a while.',
      })
    case 'private':
      return new SignInStopped(`${label} was not asked: ${told}.`, {
        wayOut: 'Crier does not go to private networks unless its operator says so.',
      })
    case 'nonsense':
      return new SignInStopped(`${label} gave an answer that makes no sense.${quoted}`, {
        again,
        weather: true,
      })
    default:
      return trouble satisfies never
  }
}

export const tooLate = (): SignInStopped =>
  new SignInStopped('The sign-in took longer than ten minutes, so nothing was connected.', {
    wayOut: 'Say `connect` in the chat for a new link.',
  })
export const wrongPlace = (): SignInStopped =>
  new SignInStopped('This sign-in belongs to another platform, so nothing was connected.', {
    wayOut: 'Say `connect` in the chat for a new link.',
  })

/** Permissions, each with what it is for. */
export const forWhat = (scopes: OAuthConnect<unknown>['scopes']): string =>
  andList(scopes.map((scope) => `${scope.name} (for ${scope.for})`))
