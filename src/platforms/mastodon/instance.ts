import { z } from 'zod'
import type { AccountFacts, MediaRules } from '../contract/platform.ts'
import {
  type Entity,
  entitiesOf,
  graphemes,
  HASHTAG,
  SERVER_MENTION,
  withEntities,
} from '../contract/text.ts'

/**
 * What `GET /api/v2/instance` says of a server's limits. Each server sets its own, and compatible software leaves some out.
 * https://docs.joinmastodon.org/entities/Instance/
 */
export const Instance = z.object({
  configuration: z
    .object({
      statuses: z
        .object({
          max_characters: z.number().int().positive().optional(),
          max_media_attachments: z.number().int().nonnegative().optional(),
          characters_reserved_per_url: z.number().int().positive().optional(),
        })
        .optional(),
      media_attachments: z
        .object({
          supported_mime_types: z.array(z.string()).optional(),
          image_size_limit: z.number().positive().optional(),
          video_size_limit: z.number().positive().optional(),
          description_limit: z.number().positive().nullish(),
        })
        .optional(),
    })
    .optional(),
})

/** A server's limits as an account's facts keep them; a server that did not say has Mastodon's own. */
const Limits = z.object({
  maxCharacters: z.number().default(500),
  maxMedia: z.number().default(4),
  charactersPerLink: z.number().default(23),
  mediaTypes: z
    .array(z.string())
    .default([
      'image/jpeg',
      'image/png',
      'image/gif',
      'image/webp',
      'video/mp4',
      'video/webm',
      'video/quicktime',
    ]),
  imageBytes: z.number().default(16_000_000),
  videoBytes: z.number().default(99_000_000),
  maxAlt: z.number().default(1500),
})
export type Limits = z.infer<typeof Limits>

export const limitsOf = (facts: AccountFacts): Limits => Limits.parse(facts)

/** An instance's limits as facts; what it leaves out is left out. */
export function factsOf({ configuration }: z.infer<typeof Instance>): AccountFacts {
  const { statuses, media_attachments: media } = configuration ?? {}
  const facts = {
    maxCharacters: statuses?.max_characters,
    maxMedia: statuses?.max_media_attachments,
    charactersPerLink: statuses?.characters_reserved_per_url,
    mediaTypes: media?.supported_mime_types,
    imageBytes: media?.image_size_limit,
    videoBytes: media?.video_size_limit,
    maxAlt: media?.description_limit ?? undefined,
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

export function mediaRulesOf({ maxMedia, mediaTypes, imageBytes, videoBytes, maxAlt }: Limits): MediaRules {
  const of = (kind: string): string[] => mediaTypes.filter((type) => type.startsWith(kind))
  return {
    images: { max: maxMedia, types: of('image/'), maxBytes: imageBytes, maxAlt },
    videos: { max: 1, types: of('video/'), maxBytes: videoBytes },
  }
}

/** Links with their scheme, mentions and tags, as Mastodon finds them. */
export const entitiesOfStatus = (text: string): Entity[] =>
  entitiesOf(text, { bareLinks: false, mention: SERVER_MENTION, hashtag: HASHTAG })

/** Characters as Mastodon counts them: each link the same, and of a mention only the name. https://docs.joinmastodon.org/user/posting/#text */
export const countStatus = (text: string, { charactersPerLink }: Limits): number =>
  graphemes(
    withEntities(text, entitiesOfStatus(text), ({ kind, value }) => {
      if (kind === 'link') return 'x'.repeat(charactersPerLink)
      return kind === 'mention' ? `@${value.split('@')[0]}` : undefined
    }),
  )
