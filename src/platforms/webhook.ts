import { createHash, createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { HOUR, instantOf, SECOND } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'
import { checkLength, checkMedia, error } from './contract/media.ts'
import {
  type Connected,
  type ConnectIo,
  definePlatform,
  type Io,
  type MediaRules,
  type Publication,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import type { ReadRefusal } from './contract/refusal.ts'
import { entitiesOf, graphemes, spansWith } from './contract/text.ts'
import { waitOf } from './contract/wait.ts'

const Credentials = z.object({ url: z.url(), secret: z.string().startsWith('whsec_') })
type Credentials = z.infer<typeof Credentials>

/** What a receiver may answer, if it likes: where the post can be seen. Anything else is as good. */
const Receipt = z
  .object({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .catch(undefined),
  })
  .catch({})

const CHARACTERS = 63_000
const MEDIA: MediaRules = {
  images: { max: 20, types: ['image/*'], maxBytes: 50_000_000 },
  videos: { max: 20, types: ['video/*'], maxBytes: 2_000_000_000 },
  pulls: true,
}
/** The specification advises 15 to 30 s. */
const PATIENCE = 20 * SECOND

/**
 * The receiver de-duplicates by `webhook-id`, so anything short of a clear no is sent again at once. It stays in doubt
 * all the same: a post that is edited gets another id, by which nobody could tell that the first one had been taken.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#operational-considerations
 */
const refusal: ReadRefusal = ({ status, header, now }) => {
  if (status === 410) {
    return { next: { do: 'reconnect' }, message: 'The receiver has been removed (HTTP 410)' }
  }
  if (status === 401 || status === 403 || status === 404) {
    return {
      next: { do: 'reconnect' },
      message: `Nothing at this address takes the webhook (HTTP ${status})`,
    }
  }
  if (status >= 300 && status < 400) {
    return {
      next: { do: 'reconnect' },
      message: `The address has moved (HTTP ${status}${header('location') ? ', with the new one in its answer' : ''})`,
    }
  }
  // The receiver's own word that it could not take it, and when it will: RFC 9110, 15.6.4.
  const after = status === 503 ? waitOf(status, header, now) : undefined
  return after === undefined ? undefined : { next: { do: 'retry', after } }
}

/**
 * Publishes to any address, signed as Standard Webhooks (https://www.standardwebhooks.com): Zapier, Make, n8n, one's own.
 *
 * `POST <url>` with `webhook-id` (the same in every attempt at one post: de-duplicate by it), `webhook-timestamp` (unix
 * seconds of this attempt), `webhook-signature` (`v1,<base64 HMAC-SHA256 of "id.timestamp.body">`) and the JSON body
 *
 *     { "type": "post.published", "timestamp": "<ISO time it was scheduled for>",
 *       "data": { "id": "<webhook-id>", "account": "<handle>", "text": "…",
 *                 "media": [{ "url": "<signed link, or null>", "type": "image/png", "alt": "…", "filename": "…",
 *                             "size": 1, "width": 1, "height": 1 }] } }
 *
 * Once, while it is being connected, `type` is `account.connected` and `data` has only `account`.
 * 2xx is delivered, and a JSON answer may name the post's `url`; 410 ends the connection; 429, and 503 with Retry-After,
 * are tried again later; after any other 5xx, 408, 409 or no answer it may have been taken, so it is sent again under
 * the same id, and after eight of them a person is asked; other refusals fail the post. Redirects are not followed.
 */
export default definePlatform<Credentials>({
  name: 'webhook',
  label: 'Webhook',
  text: { limit: () => CHARACTERS, count: graphemes, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video'],
  refusal,
  setUp: {
    operator:
      'Nothing. A receiver inside a private network has to be named as the base address (WEBHOOK_API_URL). Media are sent as links, which need PUBLIC_URL.',
    environment: ['WEBHOOK_API_URL'],
    source: 'https://www.standardwebhooks.com',
  },

  connect: [
    {
      by: 'form',
      label: 'Address',
      fields: [
        {
          kind: 'text',
          name: 'url',
          label: 'Address',
          hint: 'Where posts are sent; it gets a trial call at once',
          placeholder: 'https://hooks.zapier.com/hooks/catch/…',
          required: true,
        },
        {
          kind: 'secret',
          name: 'secret',
          label: 'Signing secret',
          hint: 'whsec_ and 24 to 64 bytes in base64. Leave it empty to have one made and shown once',
          required: false,
        },
        { kind: 'text', name: 'name', label: 'Name', placeholder: 'Zapier', required: false },
      ],
      open: (values, io) => openReceiver(said(values.url), said(values.secret), said(values.name), io),
    },
  ],
  credentials: Credentials,

  check({ text, media }) {
    const findings = [
      ...checkLength('Webhook', graphemes(text), CHARACTERS, 'characters'),
      ...checkMedia('Webhook', media, MEDIA).filter(({ severity }) => severity === 'error'),
    ]
    if (text.trim() === '' && media.length === 0) findings.push(error('A webhook needs a text or a file'))
    return findings
  },

  show: (text) =>
    spansWith(text, entitiesOf(text, { bareLinks: false }), (entity) =>
      entity.kind === 'link' ? entity.value : undefined,
    ),

  async commit(publication, io) {
    const answer = await io.http.send({
      phase: 'commit',
      name: 'deliver',
      ...signedCall(io.credentials, publication.key, bodyOf(publication, io), io.now),
      signal: io.signal,
      timeout: PATIENCE,
    })
    return { remoteId: publication.key, url: receiptOf(answer.bytes) }
  },

  look: {
    says: 'sends it again under the same webhook-id, by which the receiver tells a repeat',
    repeatableFor: 72 * HOUR,
    trustAfter: 0,
  },
})

async function openReceiver(
  address: string,
  typedSecret: string,
  name: string,
  io: ConnectIo,
): Promise<Connected<Credentials>> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new UserError('This is not a web address to send to.', {
      field: 'url',
      wayOut: 'Copy it whole from the receiver: it begins with https:// and holds no password.',
    })
  }
  const secret = typedSecret === '' ? `whsec_${randomBytes(32).toString('base64')}` : secretTyped(typedSecret)
  const handle = name || url.host
  const trial = JSON.stringify({
    type: 'account.connected',
    timestamp: instantOf(io.now).toString(),
    data: { account: handle },
  })
  try {
    await io.http.send({
      phase: 'connect',
      name: 'try receiver',
      ...signedCall({ url: url.href, secret }, `connect-${io.now}`, trial, io.now),
      signal: io.signal,
      timeout: PATIENCE,
    })
  } catch (refused) {
    if (!(refused instanceof PublishError) || io.signal.aborted) throw refused
    throw new UserError(`${url.host} did not take the trial call: ${lowerFirst(refused.message)}.`, {
      field: 'url',
      wayOut: 'The receiver has to be switched on and answer a POST with a status from 200 to 299.',
      cause: refused,
    })
  }
  return {
    // The address is as good as a key (Zapier's and Slack's hold nothing else), so only a digest of it is kept in the open.
    externalId: createHash('sha256').update(url.href).digest('hex').slice(0, 32),
    handle,
    credentials: { url: url.href, secret },
    facts: { host: url.host },
    ...(typedSecret === '' ? { showOnce: [{ label: 'Signing secret', value: secret }] } : {}),
  }
}

/** @throws UserError where it is none: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#symmetric */
function secretTyped(typed: string): string {
  const coded = typed.replace(/^whsec_/, '')
  const size = Buffer.from(coded, 'base64').byteLength
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(coded) && size >= 24 && size <= 64) return `whsec_${coded}`
  throw new UserError('This is not a signing secret of Standard Webhooks.', {
    field: 'secret',
    wayOut: 'It is whsec_ and 24 to 64 bytes in base64; leave the field empty to have one made.',
  })
}

function signedCall(
  { url, secret }: Credentials,
  id: string,
  body: string,
  now: number,
): { url: string; headers: Record<string, string>; body: { bytes: Uint8Array; type: string } } {
  const at = Math.floor(now / 1000)
  const bytes = Buffer.from(body)
  return {
    url,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${signature(secret, `${id}.${at}.`, bytes)}`,
    },
    // As bytes, because the signature is over these very bytes.
    body: { bytes, type: 'application/json' },
  }
}

/**
 * HMAC-SHA256 in base64 (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme),
 * by Node's own crypto: the specification's signer reckons it in JavaScript. The tests verify by the specification's.
 */
const signature = (secret: string, before: string, body: Uint8Array): string =>
  createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(before)
    .update(body)
    .digest('base64')

const bodyOf = ({ key, text, media, at }: Publication, io: Io<Credentials>): string =>
  JSON.stringify({
    type: 'post.published',
    timestamp: instantOf(at).toString(),
    data: {
      id: key,
      account: io.account.handle,
      text,
      media: media.map(({ type, alt, filename, size, width, height, publicUrl }) => ({
        url: publicUrl() ?? null,
        type,
        alt,
        filename,
        size,
        width,
        height,
      })),
    },
  })

const utf8 = new TextDecoder()

function receiptOf(bytes: Uint8Array): string | null {
  try {
    return Receipt.parse(JSON.parse(utf8.decode(bytes))).url ?? null
  } catch (unreadable) {
    // Delivered is delivered: what a receiver says besides is its own matter.
    if (unreadable instanceof SyntaxError) return null
    throw unreadable
  }
}

const said = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
