import { z } from 'zod'
import { SECOND } from '../kit/clock.ts'
import { FULL_SCREEN } from './contract/face.ts'
import { checkLength, checkMedia, error, warning } from './contract/media.ts'
import {
  type Draft,
  definePlatform,
  type Finding,
  type Io,
  type MediaRules,
  type Publication,
  type Published,
} from './contract/platform.ts'
import { PublishError } from './contract/publish-error.ts'
import { type Entity, entitiesOf, graphemes, HASHTAG, spansWith } from './contract/text.ts'
import { refreshTokens } from './contract/tokens.ts'
import {
  API,
  Credentials,
  MEDIA_EXPIRED,
  PLATFORM,
  profileUrl,
  refusal,
  SIGN_IN,
  signedIn,
  tokenUrl,
} from './snapchat/api.ts'
import { type Kept, MEDIA_STEP, uploadMedia } from './snapchat/upload.ts'

const DESCRIPTION = 160
const TITLE = 45
/** No page of Snap's own was seen that gives these. */
const VIDEO = { shortest: 5 * SECOND, longest: 60 * SECOND, narrow: 540, high: 960 }
const MEDIA: MediaRules = {
  images: { max: 1, types: ['image/jpeg', 'image/png'], maxBytes: 20_000_000 },
  videos: { max: 1, types: ['video/mp4'], maxBytes: 500_000_000, maxDuration: VIDEO.longest },
}
const LOCALE = /^[a-z]{2}_[A-Z]{2}$/
const NO_MEDIA = 'A post on Snapchat needs an image or a video'

const Posted = z.object({
  request_id: z.string().optional(),
  story_id: z.string().optional(),
  spotlight_id: z.string().optional(),
  saved_story_id: z.string().optional(),
})

export default definePlatform<Credentials>({
  ...PLATFORM,
  apiUrl: API,
  text: { limit: () => DESCRIPTION, count: graphemes, unit: 'characters' },
  media: MEDIA,
  postTypes: ['story', 'spotlight', 'saved story'],
  options: [
    {
      kind: 'choice',
      name: 'as',
      label: 'Publish as',
      required: false,
      options: [
        { label: 'A story', value: 'story' },
        { label: 'A spotlight (a video, which Snap reviews first)', value: 'spotlight' },
        { label: 'A saved story (with a title)', value: 'saved' },
      ],
    },
    {
      kind: 'text',
      name: 'title',
      label: 'Title of a saved story',
      hint: `Up to ${TITLE} characters`,
      required: false,
    },
    {
      kind: 'text',
      name: 'locale',
      label: 'Language of a spotlight',
      placeholder: 'en_US',
      required: false,
    },
  ],
  refusal,
  setUp: {
    operator:
      'Access to Snap’s Public Profile API, which Snap gives by allow-list only; then an OAuth app in its Business Manager, its id and secret. Without that, nothing works. What is built here follows Snap’s page on uploads and others’ descriptions of the rest; saved stories were seen in none of them.',
    environment: ['SNAPCHAT_CLIENT_ID', 'SNAPCHAT_CLIENT_SECRET'],
    source: 'https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement',
  },

  connect: [SIGN_IN],
  credentials: Credentials,
  expiresAt: ({ expiresAt }) => expiresAt,
  refresh: (credentials, io) =>
    refreshTokens(credentials, { url: tokenUrl(io), authentication: 'post' }, PLATFORM, io),
  // No `revoke`: Snap documents no way.

  check: checkDraft,
  face: () => ({ ...FULL_SCREEN, accent: '#fffc00' }),
  show: (text) => spansWith(text, entitiesOf(text, { bareLinks: false, hashtag: HASHTAG }), hrefOf),

  async prepare({ media }, io, progress) {
    const [first] = media
    if (!first) throw new PublishError(PLATFORM.name, { do: 'edit' }, NO_MEDIA, { code: 'NO_MEDIA' })
    await uploadMedia(first, io, progress)
  },

  async commit(publication, io, progress) {
    const kept = progress.get<Kept | null>(MEDIA_STEP)
    if (!kept?.ready) {
      throw new PublishError(PLATFORM.name, { do: 'retry' }, 'Snapchat does not have the media yet', {
        code: 'NOT_PREPARED',
      })
    }
    try {
      const { edge, json } = requestOf(publication, kept.id)
      const { data } = await io.http.send({
        ...signedIn(io, 'publish'),
        phase: 'commit',
        url: profileUrl(io, edge),
        body: { json: json },
        answer: Posted,
      })
      return published(data, kept.id, io)
    } catch (refused) {
      if (refused instanceof PublishError && refused.code === MEDIA_EXPIRED)
        await progress.keep(MEDIA_STEP, null)
      throw refused
    }
  },

  look: {
    says: 'Snapchat gives a story no number to ask by, so a person has to look there',
    repeatableFor: 0,
    trustAfter: 0,
  },
})

type Kind = 'story' | 'spotlight' | 'saved'

const kindOf = ({ options }: Pick<Draft, 'options'>): Kind =>
  options.as === 'spotlight' || options.as === 'saved' ? options.as : 'story'

function requestOf(
  publication: Publication,
  mediaId: string,
): { edge: string; json: Record<string, unknown> } {
  const { text, options } = publication
  const kind = kindOf(publication)
  switch (kind) {
    case 'story':
      return { edge: 'stories', json: { media_id: mediaId } }
    case 'saved':
      return { edge: 'saved_stories', json: { media_id: mediaId, title: options.title } }
    case 'spotlight':
      return {
        edge: 'spotlights',
        json: { media_id: mediaId, description: text, locale: options.locale || 'en_US' },
      }
    default:
      return kind satisfies never
  }
}

function published(data: z.infer<typeof Posted>, mediaId: string, { account }: Io<Credentials>): Published {
  const { spotlight_id: spotlight, story_id: story, saved_story_id: saved, request_id: request } = data
  const url = spotlight
    ? `https://www.snapchat.com/spotlight/${encodeURIComponent(spotlight)}`
    : account.handle.startsWith('@')
      ? `https://www.snapchat.com/add/${encodeURIComponent(account.handle.slice(1))}`
      : null
  return { remoteId: spotlight ?? story ?? saved ?? request ?? mediaId, url }
}

function checkDraft(draft: Draft): Finding[] {
  const { text, media, options } = draft
  const kind = kindOf(draft)
  const [first] = media
  const findings: Finding[] = [...checkMedia('Snapchat', media, MEDIA)]
  if (!first) findings.push(error(NO_MEDIA))
  if (kind === 'spotlight') {
    findings.push(...checkLength('Snapchat', graphemes(text), DESCRIPTION, 'characters'))
    if (first && !first.type.startsWith('video/'))
      findings.push(error('A spotlight on Snapchat needs a video'))
    if (options.locale && !LOCALE.test(options.locale)) {
      findings.push(error(`“${options.locale}” is not a language such as en_US`))
    }
  } else if (text.trim() !== '' && first) {
    findings.push(warning('Snapchat shows no text beside a story'))
  }
  if (kind === 'saved') {
    const title = graphemes(options.title?.trim() ?? '')
    if (title === 0) findings.push(error('A saved story on Snapchat needs a title'))
    if (title > TITLE) findings.push(error(`The title has ${title} characters; Snapchat takes ${TITLE}`))
  }
  if (first?.type.startsWith('video/')) findings.push(...checkVideo(first))
  return findings
}

function checkVideo({ filename, duration, width, height }: Draft['media'][number]): Finding[] {
  const findings: Finding[] = []
  if (duration !== null && duration < VIDEO.shortest) {
    findings.push(error(`${filename} is shorter than Snapchat's ${VIDEO.shortest / SECOND} s`))
  }
  if (width === null || height === null) return findings
  if (width < VIDEO.narrow || height < VIDEO.high) {
    findings.push(error(`${filename} is ${width} × ${height}; Snapchat takes at least 540 × 960`))
  } else if (Math.abs(width / height - 9 / 16) > 0.02) {
    findings.push(warning(`${filename} is ${width} × ${height}; Snapchat shows 9:16`))
  }
  return findings
}

/** Links in a description are not links on Snapchat. */
const hrefOf = ({ kind, value }: Entity): string | undefined =>
  kind === 'hashtag' ? `https://www.snapchat.com/tag/${encodeURIComponent(value)}` : undefined
