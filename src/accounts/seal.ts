import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto'

/** Seals what must not be read from a stolen database. Reached through `credentials.ts` and key rotation only. */
export interface Sealer {
  /** @param boundTo the owner's id: a sealed text moved to another row does not open */
  seal(plain: string, boundTo: string): string
  /** @throws SealError if the key is unknown, or the text was changed or moved */
  open(sealed: string, boundTo: string): string
  /** Was it sealed with the current key? */
  current(sealed: string): boolean
  /** Was it sealed with one of the keys that are here? */
  knows(sealed: string): boolean
}

export class SealError extends Error {
  override name = 'SealError'
}

const VERSION = 'v1'
const KEY_BYTES = 32
/** NIST SP 800-38D, 5.2.1.1: a 96-bit nonce, fresh and random for each text. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM. The first secret seals; all of them open, so that a key can be rotated.
 *
 * @param secrets each 32 bytes in base64, base64url or hex, or a passphrase that scrypt stretches
 */
export function createSealer(secrets: readonly [string, ...string[]]): Sealer {
  const keys = secrets.map(keyOf)
  const [current] = keys
  if (!current) throw new SealError('There is no key to seal with')

  return {
    seal(plain, boundTo) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.bytes, nonce)
      cipher.setAAD(Buffer.from(boundTo))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [VERSION, current.id, nonce.toString('base64url'), body.toString('base64url')].join('.')
    },

    open(sealed, boundTo) {
      const [version, id, nonceText = '', body = '', ...more] = sealed.split('.')
      const [nonce, bytes] = [exactly(nonceText), exactly(body)]
      if (version !== VERSION || more.length > 0 || nonce?.length !== NONCE_BYTES || !bytes)
        throw new SealError('This is not a sealed text')
      // A shorter mark would be taken too, and could be guessed.
      if (bytes.length < TAG_BYTES) throw new SealError('This is not a sealed text')
      const key = keys.find((one) => one.id === id)
      if (!key)
        throw new SealError(
          `It was sealed with another CRIER_SECRET_KEY (${id}); give that one back, or connect again`,
        )
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(boundTo))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        )
      } catch (cause) {
        throw new SealError('The sealed text was changed, or belongs to something else', { cause })
      }
    },

    current: (sealed) => sealed.split('.')[1] === current.id,
    knows: (sealed) => keys.some(({ id }) => id === sealed.split('.')[1]),
  }
}

/** The bytes of what `seal` wrote; undefined for other letters, which a lenient reader would skip. */
const exactly = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

interface Key {
  /** Names the key without telling it: the first eight hex characters of its SHA-256. */
  id: string
  bytes: Buffer
}

function keyOf(secret: string): Key {
  const bytes = keyBytes(secret)
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
}

/** The key that a secret stands for: its own bytes, or a passphrase stretched by scrypt. */
export const keyBytes = (secret: string): Buffer =>
  asKeyBytes(secret) ?? scryptSync(secret, 'crier/seal/v1', KEY_BYTES)

function asKeyBytes(secret: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(secret)) return Buffer.from(secret, 'hex')
  const bytes = /^[\w+/-]{43}=?$/.test(secret) ? Buffer.from(secret, 'base64url') : undefined
  return bytes?.length === KEY_BYTES ? bytes : undefined
}

/** A new key in the form CRIER_SECRET_KEY takes. */
export const newSecretKey = (): string => randomBytes(KEY_BYTES).toString('base64url')
