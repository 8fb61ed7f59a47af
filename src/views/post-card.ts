import type { Account } from '../accounts/account.ts'
import { standing } from '../approvals/decide.ts'
import type { Decision } from '../approvals/decision.ts'
import { ASKED, type Delivery } from '../deliveries/delivery.ts'
import { DAY, type EpochMs } from '../kit/clock.ts'
import { fitDraft } from '../library/fit-draft.ts'
import type { Media } from '../library/media.ts'
import {
  type Block,
  type Button,
  bold,
  button,
  buttons,
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
  text,
  time,
} from '../message/message.ts'
import type { AccountFacts, Draft, Platform } from '../platforms/contract/platform.ts'
import { type Post, textFor } from '../posts/post.ts'
import { shortRevision } from '../posts/revision.ts'
import { type Member, mayAct, type Settings } from '../workspaces/workspace.ts'
import { changeBlocks } from './changes.ts'
import { parkedLines } from './parked.ts'
import { optionFields } from './post-options.ts'
import { andList, deliveryWords, hostOf, postStateSign, postStateWords } from './words.ts'

/** Everything a card shows of one post. */
export interface PostSheet {
  post: Post
  author: Pick<Member, 'id' | 'name'>
  members: ReadonlyMap<string, Pick<Member, 'id' | 'name'>>
  accounts: readonly Account[]
  platforms: ReadonlyMap<string, Platform>
  /** Can platforms fetch media from this install? */
  publicAddress: boolean
  /** How many posts of its daily cap each account has used, by its id. */
  used: ReadonlyMap<string, number>
  deliveries: readonly Delivery[]
  decisions: readonly Decision[]
  media: readonly Media[]
  settings: Settings
  /** Who reads it, where one person does: buttons they may not press are left out. */
  reader?: Pick<Member, 'id' | 'role'>
  /** The zone of plain-text readings (IANA). */
  zone: string
  now: EpochMs
}

/**
 * The post's card: one body in every state, and under it what can be done now, or where the post went. The review
 * channel, `/show` and the answers to commands show the same card, so that people learn to read it once.
 */
export function postCard(sheet: PostSheet): Message {
  const { post } = sheet
  return message(
    heading(`${postStateSign[post.state]} #${post.number} is ${postStateWords[post.state]}`),
    ...body(sheet),
    ...outcome(sheet),
    post.state === 'in_review' &&
      !mayDecide(sheet) &&
      note('Somebody else decides on it; the card in the review channel shows how it stands.'),
    actions(sheet),
  )
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
      Repeats: post.seriesId !== null && post.when ? post.when.phrase : undefined,
      By: [memberSpan(author)],
      ...optionFacts(sheet),
      Cost: costs(sheet),
      Caps: caps(sheet),
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
        if (delivery.problem) where.push(plain(` — ${delivery.problem.message}`))
        if (delivery.problem && delivery.state === 'scheduled')
          where.push(plain(', next try '), time(delivery.dueAt, 'UTC'))
        return where
      }),
    ),
  ]
}

/** What can be done with the post as it is. Each button types its line; decisions carry the revision that is shown. */
function actions(sheet: PostSheet): Block | undefined {
  const { post } = sheet
  const id = post.number
  const seen = `@${post.revision}`
  const all: (Button | false)[] = []
  switch (post.state) {
    case 'draft':
      all.push(
        button('Submit', `submit ${id}`, { style: 'primary' }),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        asksMore(sheet) && button('Options', `options ${id}`),
        button(post.when ? 'Reschedule' : 'Set a time', `reschedule ${id}`),
        button('Cancel', `cancel ${id}`, { style: 'danger', confirm: `Cancel post #${id}?` }),
      )
      break
    case 'in_review':
      all.push(
        mayDecide(sheet) && button('Approve', `approve ${id} ${seen}`, { style: 'primary' }),
        mayDecide(sheet) && button('Request changes', `request-changes ${id} ${seen}`),
        mayDecide(sheet) &&
          button('Reject', `reject ${id} ${seen}`, {
            style: 'danger',
            confirm: `Reject post #${id}? It will not go out.`,
          }),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        button('Reschedule', `reschedule ${id}`),
      )
      break
    case 'scheduled':
      all.push(
        button('Reschedule', `reschedule ${id}`),
        previewButton(sheet),
        button('Edit', `edit ${id}`),
        button('Publish now', `publish ${id} ${seen}`, { confirm: `Publish #${id} now?` }),
        button('Cancel', `cancel ${id}`, { style: 'danger', confirm: `Cancel post #${id}?` }),
      )
      break
    case 'failed':
    case 'publishing':
    case 'partly_published':
      all.push(...troubleButtons(sheet))
      break
    case 'published':
    case 'cancelled':
      break
    default:
      return post.state satisfies never
  }
  const shown = all.filter((one) => one !== false).filter(({ line }) => maySay(sheet, line))
  return shown.length > 0 ? buttons(...shown) : undefined
}

/** Lines that change a post are its author's and the approvers'. A channel's card, read by everybody, offers them all. */
const maySay = ({ reader, post }: PostSheet, line: string): boolean =>
  reader === undefined ||
  LOOKS.test(line) ||
  mayAct(reader.role, 'approver') ||
  (reader.id === post.authorId && mayAct(reader.role, 'author'))

/** A decision has rules of its own (`mayDecide`); to look is everybody's. */
const LOOKS = /^(preview|approve|request-changes|reject) /

/** What it will look like can be seen as soon as it goes somewhere. */
const previewButton = ({ post, accounts }: PostSheet): Button | false =>
  accounts.length > 0 && button('Preview', `preview ${post.number}`)

/** Does a platform it goes to ask for more than a text? */
const asksMore = ({ post, accounts, platforms }: PostSheet): boolean =>
  accounts.some((account) => {
    const platform = platforms.get(account.platform)
    return platform !== undefined && optionFields(platform, post).length > 0
  })

/** Authors don't decide, nor do approvers on their own posts: their own view of one offers them no decision. */
const mayDecide = ({ reader, post, settings, members }: PostSheet): boolean =>
  reader === undefined ||
  members.size === 1 ||
  (mayAct(reader.role, 'approver') && (reader.id !== post.authorId || settings.selfApproval))

function troubleButtons({ post, deliveries, accounts }: PostSheet): Button[] {
  const all = deliveries.flatMap((delivery, index): Button[] => {
    const which = `${post.number}.${index + 1}`
    switch (delivery.state) {
      case 'unsure':
        if (delivery.problem?.code !== ASKED) return []
        return [
          button(`${which}: it is live`, `settle ${which} live`),
          button(`${which}: not there, publish`, `settle ${which} publish`, {
            confirm: 'Have you looked? It would go out now.',
          }),
          button(`${which}: drop it`, `settle ${which} drop`, { style: 'danger' }),
        ]
      case 'late':
        return [
          button(`${which}: publish now`, `settle ${which} publish`, { style: 'primary' }),
          button(`${which}: drop it`, `settle ${which} drop`, { style: 'danger' }),
        ]
      case 'parked': {
        const account = accounts.find((one) => one.id === delivery.accountId)
        return [
          ...(account
            ? [
                button(`Reconnect ${account.handle}`.slice(0, 75), `connect ${account.platform}`, {
                  style: 'primary',
                }),
              ]
            : []),
          button(`${which}: drop it`, `settle ${which} drop`, { style: 'danger' }),
        ]
      }
      default:
        return []
    }
  })
  if (deliveries.some((one) => one.state === 'failed')) {
    all.unshift(button('Retry', `retry ${post.number}`, { style: 'primary' }))
    if (post.state === 'failed') {
      all.push(
        button('Edit', `edit ${post.number}`),
        button('Cancel', `cancel ${post.number}`, {
          style: 'danger',
          confirm: `Cancel post #${post.number}?`,
        }),
      )
    }
  }
  // What goes out at its time is claimed within the second: what waits while its post is going out waits for another try.
  if (post.state === 'publishing' && deliveries.some((one) => one.state === 'scheduled'))
    all.push(
      button('Cancel what waits', `cancel ${post.number}`, {
        style: 'danger',
        confirm: `Cancel what of post #${post.number} still waits?`,
      }),
    )
  return dedupe(all).slice(0, MOST_BUTTONS)
}

/** Slack draws 25 elements in one row of actions, Discord 25 in five rows. */
const MOST_BUTTONS = 25

const dedupe = (all: readonly Button[]): Button[] => [...new Map(all.map((one) => [one.line, one])).values()]

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
export const postNews = (post: Post, ...words: (string | Span)[]): Message =>
  message(text(bold(`#${post.number}`), ' ', ...words))
