import { z } from 'zod'
import { DAY } from '../kit/clock.ts'
import type { Call } from './contract/http.ts'
import { checkLength, checkMedia } from './contract/media.ts'
import { definePlatform, type Io, type MediaRules, type Published } from './contract/platform.ts'
import { DOMAIN_MENTION, entitiesOf, graphemes, HASHTAG, spansWith } from './contract/text.ts'

/** The token that Crier's own feed endpoint asks for. */
const Credentials = z.object({ token: z.string().min(1) })
type Credentials = z.infer<typeof Credentials>

const Item = z.object({ id: z.string().min(1), url: z.string().nullable() })
const Numbers = z.object({
  likes: z.number().int().nonnegative(),
  comments: z.number().int().nonnegative(),
  shares: z.number().int().nonnegative(),
  views: z.number().int().nonnegative(),
})

const CHARACTERS = 63_000
const MEDIA: MediaRules = {
  images: { max: 20, types: ['image/*'], maxBytes: 50_000_000 },
  videos: { max: 1, types: ['video/*'], maxBytes: 500_000_000 },
}

/**
 * Publishes to the feed that Crier keeps itself: for trying things out, and the dry run of any account.
 *
 * The feed's wire, under `apiUrl`, each call with `Authorization: Bearer <token>` and JSON both ways:
 * - `POST {apiUrl}/items`, with the header `Idempotency-Key: <key>` and the body
 *   `{ key, handle, text, media: [{ mediaId, alt }], replyTo: string | null, dryRunOf?: string }`
 *   answers 201 `{ id, url }`. A second call with the same key answers 200 with the first item and makes no other.
 *   `url` is the address of the item on the page, or null. `dryRunOf` is the platform whose dry run it is.
 * - `GET {apiUrl}/items/by-key/{key}` answers 200 `{ id, url }`, or 404.
 * - `GET {apiUrl}/items/{id}/metrics` answers 200 `{ likes, comments, shares, views }`, or 404 once it is gone.
 * - `DELETE {apiUrl}/items/{id}` answers 204, also where it is gone already.
 *
 * Refusals are `{ error: "one sentence" }` with 401 (token), 400 or 422 (content), 429 with Retry-After, 5xx.
 * The token is the secret of `io.client`, which `build.ts` hands in, else the one that was kept at connecting.
 * The facts of an account may hold `dryRunOf`; the options of a post may hold `replyTo`, an item's id.
 */
export default definePlatform<Credentials>({
  name: 'rehearsal',
  label: 'Rehearsal',
  text: { limit: () => CHARACTERS, count: graphemes, unit: 'characters' },
  media: MEDIA,
  postTypes: ['text', 'link', 'images', 'video', 'reply'],
  setUp: { operator: 'Nothing: it publishes to a feed on Crier’s own page, which nobody else sees.' },

  connect: [
    {
      by: 'form',
      label: 'A name on the rehearsal feed',
      fields: [
        {
          kind: 'text',
          name: 'handle',
          label: 'Name',
          hint: 'How the account is called on the rehearsal feed',
          placeholder: '@acme',
          required: false,
        },
      ],
      async open(values, io) {
        const typed = typeof values.handle === 'string' ? values.handle.trim() : ''
        const handle = `@${typed.replace(/^@+/, '') || 'rehearsal'}`
        return {
          externalId: handle.toLowerCase(),
          handle,
          // The feed belongs to this very process, which hands its token in as the client's secret.
          credentials: { token: io.client?.secret ?? 'rehearsal' },
          facts: {},
        }
      },
    },
  ],
  credentials: Credentials,

  check: (content) => [
    ...checkLength('Rehearsal', graphemes(content.text), CHARACTERS, 'characters'),
    ...checkMedia('Rehearsal', content.media, MEDIA),
  ],

  show: (text) => {
    const found = entitiesOf(text, { bareLinks: true, mention: DOMAIN_MENTION, hashtag: HASHTAG })
    return spansWith(text, found, (entity) => (entity.kind === 'link' ? entity.value : undefined))
  },

  async commit(publication, io) {
    const { data } = await io.http.send({
      ...common(io, 'publish item'),
      phase: 'commit',
      url: `${io.apiUrl}/items`,
      headers: { 'idempotency-key': publication.key },
      body: {
        json: {
          key: publication.key,
          handle: io.account.handle,
          text: publication.text,
          media: publication.media.map(({ mediaId, alt }) => ({ mediaId, alt })),
          replyTo: publication.options.replyTo || null,
          dryRunOf: io.account.facts.dryRunOf,
        },
      },
      answer: Item,
    })
    return published(data)
  },

  look: {
    says: 'asks the feed by the post’s own key; sending it again makes no second item',
    repeatableFor: 365 * DAY,
    trustAfter: 0,
    async find(publication, io) {
      const found = await io.http.find({
        ...common(io, 'find item'),
        phase: 'look',
        url: `${io.apiUrl}/items/by-key/${encodeURIComponent(publication.key)}`,
        answer: Item,
      })
      return found ? published(found.data) : 'absent'
    },
  },

  metrics: {
    names: ['likes', 'comments', 'shares', 'views'],
    async read(remotes, io) {
      const found = new Map<string, z.infer<typeof Numbers>>()
      for (const { remoteId } of remotes) {
        const answer = await io.http.find({
          ...common(io, 'read metrics'),
          phase: 'look',
          url: `${io.apiUrl}/items/${encodeURIComponent(remoteId)}/metrics`,
          answer: Numbers,
        })
        if (answer) found.set(remoteId, answer.data)
      }
      return found
    },
  },

  async remove(remote, io) {
    await io.http.find({
      ...common(io, 'remove item'),
      phase: 'prepare',
      method: 'DELETE',
      url: `${io.apiUrl}/items/${encodeURIComponent(remote.remoteId)}`,
    })
  },
})

const common = (io: Io<Credentials>, name: string): Pick<Call<unknown>, 'name' | 'token' | 'signal'> => ({
  name,
  // The server that runs now knows its token better than what was kept when the account was connected.
  token: io.client?.secret ?? io.credentials.token,
  signal: io.signal,
})

const published = ({ id, url }: z.infer<typeof Item>): Published => ({ remoteId: id, url })
