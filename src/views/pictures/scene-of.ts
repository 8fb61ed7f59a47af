import type { Account } from '../../accounts/account.ts'
import { fitDraft } from '../../library/fit-draft.ts'
import type { FitPlan } from '../../library/fit-image.ts'
import type { Media } from '../../library/media.ts'
import type { Draft, Platform } from '../../platforms/contract/platform.ts'
import { threadParts } from '../../platforms/contract/text.ts'
import { draftFor } from '../post-checks.ts'
import type { PostSheet } from '../post-sheet.ts'
import { clockTime, dayWords } from '../words.ts'
import type { Scene, SceneMedia, SceneText } from './scene.ts'

/** A small JPEG of kept media, in the frame that its platform gets. */
export type Thumbnail = (media: Media, plan: FitPlan | undefined) => Promise<Uint8Array>

/** A post as the readers of one account will see it. */
export async function sceneOf(
  sheet: Pick<PostSheet, 'post' | 'media' | 'zone' | 'locale'>,
  account: Account,
  platform: Platform,
  thumbnail: Thumbnail,
): Promise<Scene> {
  const { post, zone, locale } = sheet
  const { draft, fitted } = fitDraft(platform, draftFor(post, platform.name, sheet.media), account.facts)
  const face = platform.face?.(draft)
  const used = platform.text.count(draft.text, account.facts)
  const limit = platform.text.limit(account.facts)
  const parts = (platform.parts ? threadParts(draft.text) : [draft.text]).map((part) =>
    textsOf(platform, part),
  )
  const link = linkOf(platform, draft)
  return {
    label: account.dryRun ? `${platform.label} (dry run)` : platform.label,
    handle: account.handle,
    ...(face ? { face } : {}),
    ...(draft.options.title ? { title: draft.options.title } : {}),
    parts,
    media: await Promise.all(
      draft.media.map((item, index) =>
        sceneMedia(
          item,
          sheet.media.find((one) => one.id === item.mediaId),
          fitted[index]?.plan,
          thumbnail,
        ),
      ),
    ),
    ...(link && (face?.text ?? 'above') === 'above' ? { linkCard: link } : {}),
    count: `${used.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} ${platform.text.unit}`,
    tooLong: used > limit,
    when: post.when ? whenWords(post.when.at, zone, locale) : 'No time yet',
  }
}

const textsOf = (platform: Platform, text: string): SceneText[] =>
  platform
    .show(text)
    .flatMap((span) => ('text' in span ? [{ text: span.text, marked: span.type === 'link' }] : []))

/** The link of which the platform makes a card: the first, where no media take its place. */
function linkOf(platform: Platform, draft: Draft): string | undefined {
  if (draft.media.length > 0) return undefined
  const link = platform
    .show(draft.text)
    .find((span) => span.type === 'link' && /^(https?:\/\/)?[^@#\s]/.test(span.text))
  return link?.type === 'link' ? link.href : undefined
}

async function sceneMedia(
  item: Draft['media'][number],
  media: Media | undefined,
  plan: FitPlan | undefined,
  thumbnail: Thumbnail,
): Promise<SceneMedia> {
  const { filename, width, height, duration } = item
  const kind = item.type.startsWith('image/') ? 'image' : item.type.startsWith('video/') ? 'video' : 'file'
  return {
    kind,
    ...(kind === 'image' && media ? { jpeg: await thumbnail(media, plan) } : {}),
    ratio: width && height ? width / height : 16 / 9,
    described: item.alt.trim() !== '',
    filename,
    ...(duration === null ? {} : { length: lengthWords(duration) }),
  }
}

/** `1:05` of 65 000 ms. */
function lengthWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

const whenWords = (at: number, zone: string, locale: string): string => {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString()
  return `${dayWords(date)}, ${clockTime(at, zone, locale)}`
}
