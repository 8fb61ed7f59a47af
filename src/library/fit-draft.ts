import type { AccountFacts, Draft, Finding, MediaRules, Platform } from '../platforms/contract/platform.ts'
import { type Fit, type Fitted, planFit } from './fit-image.ts'

/** What one platform gets of a draft once its pictures are made to fit. */
export interface FittedDraft {
  /** As the platform will see it: what its checks are for. */
  draft: Draft
  /** What is done to each of the media, in their order; undefined where nothing is. */
  fitted: (Fitted | undefined)[]
  /** A warning in words per picture that something is done to. */
  findings: Finding[]
}

/** The media rules as they hold for this account and this kind of post. */
const mediaRulesOf = (platform: Platform, draft: Draft, facts: AccountFacts): MediaRules =>
  platform.mediaFor?.(draft, facts) ?? platform.media

/** How a platform's option says that pictures are to be cropped rather than given white edges. */
const fitOf = (options: Draft['options']): Fit => (options.fit === 'crop' ? 'crop' : 'pad')

/** Plans what has to be done to a draft's pictures before a platform takes them. Pure: nothing is converted yet. */
export function fitDraft(platform: Platform, draft: Draft, facts: AccountFacts): FittedDraft {
  const { images } = mediaRulesOf(platform, draft, facts)
  const fitted = draft.media.map((item) => planFit(item, images, fitOf(draft.options)))
  return {
    draft: { ...draft, media: draft.media.map((item, index) => fitted[index]?.item ?? item) },
    fitted,
    findings: fitted.flatMap((one, index): Finding[] => {
      const item = draft.media[index]
      return one && item
        ? [{ severity: 'warning', message: `For ${platform.label}, ${item.filename} ${andList(one.says)}` }]
        : []
    }),
  }
}

const andList = (words: readonly string[]): string => {
  const last = words.at(-1) ?? ''
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last
}
