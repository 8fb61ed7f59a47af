import type { Account } from '../accounts/account.ts'
import { standing } from '../approvals/decide.ts'
import { DAY } from '../kit/clock.ts'
import {
  type Block,
  bold,
  facts,
  heading,
  link,
  list,
  type Message,
  memberSpan,
  message,
  note,
  quote,
  type Span,
  type Standing,
  text,
  time,
} from '../message/message.ts'
import type { AccountFacts, Platform } from '../platforms/contract/platform.ts'
import { type Post, textFor } from '../posts/post.ts'
import { shortRevision } from '../posts/revision.ts'
import { changeBlocks } from './changes.ts'
import { parkedLines } from './parked.ts'
import { mayDecide, postButtons } from './post-buttons.ts'
import { draftFor, findingLines } from './post-checks.ts'
import { optionFields } from './post-options.ts'
import type { PostSheet } from './post-sheet.ts'
import { andList, deliveryWords, hostOf, postStateSign, postStateWords } from './words.ts'

/**
 * The post's card: one body in every state, and under it what can be done now, or where the post went. The review
 * channel, `/show` and the answers to commands show the same card, so that people learn to read it once.
 */
export function postCard(sheet: PostSheet): Message {
  const { post } = sheet
  const card = message(
    heading(`${postStateSign[post.state]} #${post.number} is ${postStateWords[post.state]}`),
    ...body(sheet),
    ...outcome(sheet),
    post.state === 'in_review' &&
      !mayDecide(sheet) &&
      note('Somebody else decides on it; the card in the review channel shows how it stands.'),
    postButtons(sheet),
  )
  return { ...card, standing: standingOf(post) }
}

/** Whatever shows a post, or tells of one: as of its last change. */
export const standingOf = ({ number, updatedAt }: Post): Standing => ({
  line: `show ${number}`,
  at: updatedAt,
})

/** Who ended it or sent it back as it stands, and why: that must not be looked for in a message of last week. */
function sentBack({ post, decisions, members }: PostSheet): Record<string, string> | undefined {
  const last = standing(post, decisions).at(-1)
  if (last === undefined || last.kind === 'approve') return undefined
  if (post.state !== (last.kind === 'reject' ? 'cancelled' : 'draft')) return undefined
  const who = members.get(last.memberId)?.name ?? 'a former member'
  return {
    [last.kind === 'reject' ? 'Rejected' : 'Sent back']: last.comment
      ? `${who}: ${last.comment}`
      : `by ${who}`,
  }
}

function body(sheet: PostSheet): Block[] {
  const { post, accounts, author, decisions, settings, members } = sheet
  const approved = standing(post, decisions).filter((one) => one.kind === 'approve')
  return [
    ...texts(sheet),
    ...pictures(sheet),
    facts({
      When: post.when ? whenSpans(sheet) : 'no time yet',
      Where:
        accounts.length > 0
          ? andList(accounts.map((account) => accountName(account, sheet.platforms)))
          : 'no account yet',
      Repeats: sheet.repeats,
      By: [memberSpan(author)],
      ...optionFacts(sheet),
      Cost: costs(sheet),
      Caps: caps(sheet),
      ...(sentBack(sheet) ?? {}),
      Approved:
        approved.length > 0 && settings.approvals > 0
          ? `${approved.length} of ${settings.approvals} (${andList(approved.map((one) => members.get(one.memberId)?.name ?? 'a former member'))})`
          : undefined,
    }),
    ...findings(sheet),
    ...(post.edited && (post.state === 'in_review' || post.state === 'draft')
      ? changeBlocks(post, post.edited, {
          accounts: new Map(accounts.map((account) => [account.id, accountName(account, sheet.platforms)])),
          editor: members.get(post.edited.memberId)?.name ?? 'A former member',
        })
      : []),
    post.state === 'in_review' && post.seriesId !== null && !post.edited
      ? note(
          `Revision @${shortRevision(post.revision)}. Approving it approves the series: its later posts go out as this one stands, without a review.`,
        )
      : note(`Revision @${shortRevision(post.revision)}`),
  ]
}

/** What is published besides the text (a title, who may see it, where it leads) is decided on too, so it is shown. */
function optionFacts({ post, accounts, platforms }: PostSheet): Record<string, string> {
  const facts: Record<string, string> = {}
  for (const { platform } of distinct(accounts, platforms)) {
    const chosen = Object.entries(post.content.options[platform.name] ?? {})
    if (chosen.length === 0) continue
    const fields = optionFields(platform, post)
    const labelOf = (name: string) => fields.find((field) => field.name === name)?.label ?? name
    facts[`On ${platform.label}`] = chosen
      .map(([name, value]) => `${labelOf(name)}: ${value === 'true' ? 'yes' : value}`)
      .join('; ')
  }
  return facts
}

function whenSpans({ post, zone }: PostSheet): Span[] {
  if (!post.when) return []
  return [time(post.when.at, post.when.zone === zone ? zone : post.when.zone)]
}

/** What publishing it costs, where a platform charges. */
function costs({ post, accounts, platforms, media }: PostSheet): string | undefined {
  const all = accounts.flatMap((account) => {
    const platform = platforms.get(account.platform)
    const cost = platform?.cost?.(draftFor(post, platform.name, media))
    return platform && cost ? [`${cost} on ${platform.label}`] : []
  })
  return all.length > 0 ? andList(all) : undefined
}

/** How much of a platform's daily cap is used already. */
function caps({ accounts, platforms, used }: PostSheet): string | undefined {
  const all = accounts.flatMap((account) => {
    const cap = dailyCap(platforms.get(account.platform))
    const count = used.get(account.id)
    return cap && count !== undefined
      ? [`${count} of ${cap.posts} used for ${account.handle} in 24 hours`]
      : []
  })
  return all.length > 0 ? andList(all) : undefined
}

/** The platform's own cap of a day, where it has one. */
export const dailyCap = (platform: Platform | undefined): { posts: number; per: number } | undefined =>
  platform?.rates?.account?.find((rate) => rate.per === DAY)

/** The common text once, and each platform's own where it differs; under it how much of its room each platform has left. */
function texts({ post, accounts, platforms }: PostSheet): Block[] {
  const own = Object.entries(post.content.variants).filter(([name]) =>
    accounts.some((account) => account.platform === name),
  )
  const commonIsUsed =
    accounts.length === 0 || accounts.some((account) => !(account.platform in post.content.variants))
  const counts = distinct(accounts, platforms).map(({ platform, account }): Span[] => {
    const said = textFor(post.content, platform.name)
    const used = platform.text.count(said, account.facts)
    const limit = platform.text.limit(account.facts)
    return [bold(platform.label), { type: 'plain', text: `: ${used} of ${limit} ${platform.text.unit}` }]
  })
  return [
    ...(commonIsUsed ? [quote(post.content.text || '(no text yet)')] : []),
    ...own.map(([name, said]) => quote(said, `On ${platforms.get(name)?.label ?? name}`)),
    ...(counts.length > 0 ? [list(counts)] : []),
  ]
}

function pictures({ post, media }: PostSheet): Block[] {
  return post.content.media.flatMap(({ mediaId, alt }): Block[] => {
    const kept = media.find((one) => one.id === mediaId)
    if (!kept) return []
    if (kept.type.startsWith('image/')) {
      return [{ type: 'image', image: { mediaId }, alt: alt || `${kept.filename} (no alt text yet)` }]
    }
    return [note(`Attached: ${kept.filename} (${kept.type})`)]
  })
}

function findings(sheet: PostSheet): Block[] {
  const said = [...findingLines(sheet), ...parkedLines(sheet)]
  return said.length > 0 ? [list(said)] : []
}

/** Where the post went, or what keeps it from going there: a line per delivery. */
function outcome({ post, deliveries, accounts, platforms }: PostSheet): Block[] {
  if (deliveries.length === 0 || post.state === 'draft' || post.state === 'in_review') return []
  if (post.state === 'scheduled' && deliveries.every((one) => one.problem === null)) return []
  return [
    list(
      deliveries.map((delivery, index): Span[] => {
        const account = accounts.find((one) => one.id === delivery.accountId)
        const name = account
          ? accountName(account, platforms)
          : (platforms.get(delivery.platform)?.label ?? delivery.platform)
        const where: Span[] = [
          bold(`${post.number}.${index + 1} ${name}`),
          plain(` ${deliveryWords(delivery)}`),
        ]
        if (delivery.published?.url)
          where.push(plain(': '), link(delivery.published.url, hostOf(delivery.published.url)))
        if (delivery.published?.note) where.push(plain(` — ${delivery.published.note}`))
        if (delivery.problem) where.push(plain(` — ${delivery.problem.message}`))
        if (delivery.problem && delivery.state === 'scheduled')
          where.push(plain(', next try '), time(delivery.dueAt, 'UTC'))
        return where
      }),
    ),
  ]
}

/** `@acme on Bluesky` */
export const accountName = (account: Account, platforms: ReadonlyMap<string, Platform>): string =>
  `${account.handle} on ${platforms.get(account.platform)?.label ?? account.platform}${account.dryRun ? ' (dry run)' : ''}`

function distinct(
  accounts: readonly Account[],
  platforms: ReadonlyMap<string, Platform>,
): { platform: Platform; account: { facts: AccountFacts } }[] {
  const seen = new Map<string, { platform: Platform; account: Account }>()
  for (const account of accounts) {
    const platform = platforms.get(account.platform)
    // Two servers of one platform may have different limits: each limit is shown.
    if (platform) seen.set(`${platform.name} ${platform.text.limit(account.facts)}`, { platform, account })
  }
  return [...seen.values()]
}

const plain = (said: string): Span => ({ type: 'plain', text: said })

/** A sentence about the post, for threads, answers and direct messages. */
export const postNews = (post: Post, ...words: (string | Span)[]): Message => ({
  ...message(text(bold(`#${post.number}`), ' ', ...words)),
  standing: standingOf(post),
})
