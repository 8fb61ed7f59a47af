// diff: the reference implementation of Myers' algorithm for text, by words and with Unicode segmentation.
import { diffWordsWithSpace } from 'diff'
import { type Block, facts, quote, type Span, text } from '../message/message.ts'
import type { Post, PostEdit } from '../posts/post.ts'
import { shortRevision } from '../posts/revision.ts'
import { andList } from './words.ts'

/** Diffs of longer texts say that the text changed, and show it whole. */
const LONGEST_DIFF = 4_000
/** Words kept on both sides of a change, so that it can be found. */
const CONTEXT = 40

/** What the last edit changed, for the reviewers' card: the words that went and came, and what else is different. */
export function changeBlocks(
  post: Post,
  edit: PostEdit,
  names: { accounts: ReadonlyMap<string, string>; editor: string },
): Block[] {
  const before = edit.content
  const after = post.content
  const variants = changedKeys(before.variants, after.variants)
  const gone = edit.accountIds.filter((id) => !post.accountIds.includes(id))
  const come = post.accountIds.filter((id) => !edit.accountIds.includes(id))
  const named = (ids: string[]) => andList(ids.map((id) => names.accounts.get(id) ?? 'an account'))
  return [
    text(
      `${names.editor} edited it after @${shortRevision(edit.revision)}; earlier decisions no longer count.`,
    ),
    ...(before.text === after.text ? [] : [textChange(before.text, after.text)]),
    ...variants.flatMap((platform) => [
      text({ type: 'bold', text: `Its text for ${platform}` }),
      textChange(before.variants[platform] ?? before.text, after.variants[platform] ?? after.text),
    ]),
    facts({
      'No longer goes to': gone.length > 0 ? named(gone) : undefined,
      'Now also goes to': come.length > 0 ? named(come) : undefined,
      Media:
        JSON.stringify(before.media) === JSON.stringify(after.media)
          ? undefined
          : mediaChange(before.media.length, after.media.length),
      Options: changedKeys(before.options, after.options).length > 0 ? 'changed' : undefined,
    }),
  ].filter((block) => block.type !== 'facts' || block.facts.length > 0)
}

/** Removed words as `[-…-]`, added ones bold as `{+…+}`: readable without colour. */
function textChange(before: string, after: string): Block {
  if (before.length + after.length > LONGEST_DIFF) return quote(after, 'The text changed; it is now')
  const spans: Span[] = diffWordsWithSpace(before, after).map((part): Span => {
    if (part.added) return { type: 'bold', text: `{+${part.value}+}` }
    if (part.removed) return { type: 'italic', text: `[-${part.value}-]` }
    return { type: 'plain', text: shortenMiddle(part.value) }
  })
  return text(...spans)
}

const shortenMiddle = (same: string): string =>
  same.length > 3 * CONTEXT ? `${same.slice(0, CONTEXT)} … ${same.slice(-CONTEXT)}` : same

const mediaChange = (before: number, after: number): string =>
  before === after ? 'changed' : `${before} before, ${after} now`

function changedKeys(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).sort()
}
