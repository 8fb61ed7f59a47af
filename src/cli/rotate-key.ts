import type { SealedStore } from '../accounts/account-store.ts'
import { createSealer, newSecretKey } from '../accounts/seal.ts'
import { say } from '../kit/terminal.ts'

/**
 * `crier rotate-key`: seals every login with a new key. The new key is stored before the first login is sealed with it,
 * and a run that was cut short is finished by the next one, since logins under either key open.
 *
 * @param keepKey stores the new key where Crier finds it; undefined where the operator keeps it in CRIER_SECRET_KEY
 */
export async function rotateKey(
  sealed: SealedStore,
  oldSecret: string,
  keepKey: ((both: { fresh: string; old: string }) => Promise<void>) | undefined,
): Promise<number> {
  const fresh = newSecretKey()
  if (keepKey) await keepKey({ fresh, old: oldSecret })
  const sealer = createSealer([fresh, oldSecret])
  let count = 0
  for (const { kind, id, sealed: text } of await sealed.all()) {
    if (sealer.current(text)) continue
    if (await sealed.replace(kind, id, text, sealer.seal(sealer.open(text, id), id))) count += 1
  }
  say(
    `${count} ${count === 1 ? 'login is' : 'logins are'} sealed with a new key.`,
    keepKey
      ? 'It is in the data folder; restart Crier now.'
      : `Set CRIER_SECRET_KEY=${fresh} and restart Crier now: the old key opens nothing any more.`,
  )
  return 0
}
