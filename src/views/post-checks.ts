import type { Account } from '../accounts/account.ts'
import { fitDraft } from '../library/fit-draft.ts'
import type { Media } from '../library/media.ts'
import type { Draft } from '../platforms/contract/platform.ts'
import { type Post, textFor } from '../posts/post.ts'
import type { PostSheet } from './post-sheet.ts'

/** What each platform says of the content, errors first; the same sentence of two accounts once. */
export const findingLines = (sheet: PostSheet): string[] => [
  ...new Set(
    checkPost(sheet).map((finding) => `${finding.severity === 'error' ? '❌' : '⚠️'} ${finding.message}`),
  ),
]

export interface PostFinding {
  severity: 'error' | 'warning'
  message: string
  account: Account
}

/** Every account's platform checks what it would get. Errors stop a post from being submitted. */
export function checkPost({
  post,
  accounts,
  platforms,
  media,
  publicAddress,
}: Pick<PostSheet, 'post' | 'accounts' | 'platforms' | 'media' | 'publicAddress'>): PostFinding[] {
  return accounts
    .flatMap((account): PostFinding[] => {
      const platform = platforms.get(account.platform)
      if (!platform) return []
      const facts = { ...account.facts, publicAddress }
      // A platform checks what it will get: its pictures as they are once they are made to fit.
      const { draft, findings } = fitDraft(platform, draftFor(post, platform.name, media), facts)
      return [...platform.check(draft, facts), ...findings].map((finding) => ({ ...finding, account }))
    })
    .sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}

/** What this platform would get, for its checks. */
export const draftFor = (post: Post, platform: string, media: readonly Media[]): Draft => ({
  text: textFor(post.content, platform),
  options: post.content.options[platform] ?? {},
  media: post.content.media.flatMap(({ mediaId, alt }) => {
    const kept = media.find((one) => one.id === mediaId)
    return kept
      ? [
          {
            mediaId,
            alt,
            type: kept.type,
            size: kept.size,
            width: kept.width,
            height: kept.height,
            duration: kept.duration,
            videoCodec: kept.videoCodec,
            audioCodec: kept.audioCodec,
            filename: kept.filename,
          },
        ]
      : []
  }),
})
