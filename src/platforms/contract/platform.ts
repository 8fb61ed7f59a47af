import type { z } from 'zod'
import type { EpochMs } from '../../kit/clock.ts'
import type { Field, FormValues } from '../../message/form.ts'
import type { Span } from '../../message/message.ts'
import type { Http } from './http.ts'
import type { ReadRefusal } from './refusal.ts'

/**
 * A kind of network. One file in `src/platforms/` is one platform, and all that the rest of the product knows of it:
 * help, forms, the environment sample and the README's table are derived from here.
 *
 * A platform knows nothing of posts, approvals or chats. It never retries, never waits for a time, never cuts a text,
 * and never reads a clock: what it needs of time is handed in.
 */
export interface Platform<Credentials = unknown> {
  /** The file's name, the word people type and the value in the database. */
  name: string
  label: string
  /** The base address of its API where it has one for everybody; `<NAME>_API_URL` overrides it. */
  apiUrl?: string
  /** The version of its API that is spoken, where the platform ends versions; `<NAME>_API_VERSION` overrides it. */
  apiVersion?: ApiVersion
  text: TextRules
  media: MediaRules
  /** The rules as they hold for this account and this kind of post; `media` where absent. Pure. */
  mediaFor?(draft: Pick<Draft, 'media' | 'options'>, facts: AccountFacts): MediaRules
  /** What can be published: shown in the README's table and checked by `check`. */
  postTypes: readonly string[]
  /** Choices a platform asks for besides a text (title, privacy): fields of its part of the form. */
  options?: readonly Field[]
  rates?: Rates
  /** What its refusals mean, where the status alone does not say it. Used by `io.http` for every call. */
  refusal?: ReadRefusal
  /** What a post costs there, in words, or undefined where it is free: `$0.200 (it has a link)`. */
  cost?(publication: Draft): string | undefined
  /** What the operator must set up before anybody can connect; the truth about reviews and audits. Shown in the README and by `crier doctor`. */
  setUp: { operator: string; environment?: readonly string[]; source?: string }

  /** The ways to connect an account, the usual one first. */
  connect: readonly [Connect<Credentials>, ...Connect<Credentials>[]]
  credentials: z.ZodType<Credentials>
  /** UTC ms at which the access ends, or null where it does not. */
  expiresAt?(credentials: Credentials): EpochMs | null
  /**
   * How long (ms) before its end access is to be renewed; some minutes where absent. Long for a token that only lives on
   * by being renewed (Instagram, Threads): once it has ended, a person must sign in again.
   */
  refreshAhead?: number
  /**
   * New access from what is kept. Called under a lock per account; what it returns is stored before it is used.
   * @throws PublishError with `reconnect` only where the platform said that the login is dead (`invalid_grant`), `retry` on weather.
   */
  refresh?(credentials: Credentials, io: Io<Credentials>): Promise<Credentials>
  /** Ends the access at the platform. */
  revoke?(io: Io<Credentials>): Promise<void>

  /** What is wrong with this content for this account, before anything is scheduled. Pure. */
  check(content: Draft, facts: AccountFacts): Finding[]
  /** The text as the platform will show it: links, mentions and hashtags told apart. Pure. */
  show(text: string): Span[]
  /** How such a post looks there, for preview pictures; a plain card where absent. Pure. */
  face?(draft: Draft): Face

  /** How many commits such a post takes; more than one for a thread. 1 where absent. Pure. */
  parts?(content: Draft): number
  /**
   * Everything that can be repeated: uploads, containers, sessions. Each finished step is kept by `progress.keep`, and
   * a later call goes on from there. A failure here is never `check`.
   */
  prepare?(publication: Publication, io: Io<Credentials>, progress: Progress): Promise<void>
  /**
   * The one irreversible call (of part `part`, from 0). Its attempt is on disk before this runs. Makes exactly one
   * publishing request. A lost answer is `check`; only what is proven not accepted is `retry`.
   *
   * @param again an earlier attempt may have published this very part, so a refusal as a duplicate proves no failure
   */
  commit(
    publication: Publication,
    io: Io<Credentials>,
    progress: Progress,
    part: number,
    again?: boolean,
  ): Promise<Published>
  look: Look<Credentials>

  metrics?: {
    /** What it can tell: shown in the README's table. */
    names: readonly MetricName[]
    /** Numbers by remote id; an id that is gone is left out. */
    read(remotes: readonly Published[], io: Io<Credentials>): Promise<Map<string, Metrics>>
  }
  /** Takes a published post down. */
  remove?(remote: Published, io: Io<Credentials>): Promise<void>
}

/** A version of an API with an end. */
export interface ApiVersion {
  name: string
  /** The last day (ISO date) on which the platform is expected to serve it: `crier doctor` warns before. */
  lastDay: string
}

/** How text is counted there. Limits an account's server can change are read from `facts`. */
export interface TextRules {
  limit(facts: AccountFacts): number
  /** How many of the limit's units this text uses. */
  count(text: string, facts: AccountFacts): number
  /** `characters`, `graphemes`, `bytes`: said to people beside the numbers. */
  unit: string
}

export interface MediaRules {
  images: {
    max: number
    types: readonly string[]
    maxBytes: number
    maxAlt?: number
    /** Width to height. What is outside is given edges or cropped before it is sent, as the post's option `fit` says. */
    aspect?: { min: number; max: number }
    /** Width and height together, in pixels. */
    maxSides?: number
    /** Width times height. */
    maxPixels?: number
  }
  videos?: {
    max: number
    types: readonly string[]
    maxBytes: number
    maxDuration?: number
    /** What is inside, by the names in the file; absent: the platform does not say, or takes all. */
    codecs?: { video: readonly string[]; audio: readonly string[] }
  }
  /** Files that are neither: PDF and the like. */
  documents?: { max: number; types: readonly string[]; maxBytes: number }
  /** Images and videos may be in one post, this many altogether; absent: one kind only. */
  together?: number
  /** Does the platform fetch media itself, so that they need a public address? */
  pulls?: boolean
}

/** How a platform's posts look to its readers, as far as a preview shows it. */
export interface Face {
  /** Colour of links and of its mark (`#1d9bf0`). */
  accent: string
  /** Colours of the page it is read on; light where absent. */
  dark?: true
  /** Where the text stands: above the media as in most feeds, below, or over them on a full screen. */
  text: 'above' | 'below' | 'over'
  avatar?: 'square'
  /** Width to height between which a single picture is shown whole; outside it is cropped. */
  single: { min: number; max: number }
  /** Several pictures: parts of one frame, one beside the other, or pages of which the first is seen. */
  several: 'mosaic' | 'strip' | 'pages'
  /** How many lines stand before the reader has to ask for more. */
  folds?: number
}

/** The platform's own rates, obeyed before the call. */
export interface Rates {
  /** At most `posts` in any `per` milliseconds, per account. */
  account?: readonly { posts: number; per: number }[]
  source: string
}

/** What is about to be scheduled, for checks and previews. */
export interface Draft {
  text: string
  media: readonly Omit<MediaItem, 'bytes' | 'publicUrl'>[]
  options: Readonly<Record<string, string>>
}

/** What goes out. The same in every attempt at one delivery. */
export interface Publication {
  text: string
  media: readonly MediaItem[]
  options: Readonly<Record<string, string>>
  /** A UUIDv7, the same for every attempt: the idempotency key, and what a record's own key is derived from. */
  key: string
  /** The time it was scheduled for (UTC ms), the same in every attempt. */
  at: EpochMs
}

export interface MediaItem {
  mediaId: string
  /** MIME type, by content. */
  type: string
  size: number
  width: number | null
  height: number | null
  /** Milliseconds. */
  duration: number | null
  /** By its name in the file (`avc`, `hevc`, `vp9`); where it is not known, nothing is said of it. */
  videoCodec?: string | null
  /** `aac`, `opus`. */
  audioCodec?: string | null
  alt: string
  filename: string
  /** All of it, or from the byte `from` to before the byte `to`: whoever sends in pieces holds no more than one. */
  bytes(part?: { from: number; to: number }): Promise<Uint8Array>
  /** A signed link under PUBLIC_URL, for platforms that pull; undefined where the install has no public address. */
  publicUrl(): string | undefined
}

/**
 * What Crier remembers of an account besides its credentials: limits of its server, its kind. Never a secret. The app adds
 * `publicAddress: false` where the install has no public address, for platforms that fetch media themselves.
 */
export type AccountFacts = Readonly<Record<string, unknown>>

/** What a platform's call may use. */
export interface Io<Credentials> {
  http: Http
  /** The platform's base address, with the operator's override applied; '' where each account brings its own. */
  apiUrl: string
  /** The operator's override of `apiVersion`. */
  apiVersion?: string
  credentials: Credentials
  account: { externalId: string; handle: string; facts: AccountFacts }
  /** The OAuth client the operator registered, where the platform needs one. */
  client: { id: string; secret: string } | undefined
  signal: AbortSignal
  /** Now (UTC ms), handed in. */
  now: EpochMs
}

/** Finished steps of one delivery, durable as soon as `keep` has resolved. Plain data only. */
export interface Progress {
  get<Value>(step: string): Value | undefined
  keep(step: string, value: unknown): Promise<void>
}

/** Where a published part is. */
export interface Published {
  remoteId: string
  /** Where people see it; null where the platform gives no address (yet). */
  url: string | null
  /** What people should know of it although it is live: a clause, such as `its thumbnail was refused`. */
  note?: string
  /** What later parts or look-ups need: a cid, several message ids. Plain data. */
  facts?: Record<string, unknown>
}

/** What the platform offers to find out whether a commit whose answer was lost went through. */
export interface Look<Credentials> {
  /** In words, for the README's table. Where it is never found nor repeated, the card says it too: why a person has to look. */
  says: string
  /** How long (ms) after the first commit the same key may be sent again without a second post; 0 where it never may. */
  repeatableFor: number
  /** How long (ms) after the commit the platform's list can be trusted to show it. */
  trustAfter: number
  /**
   * Looks for part `part` among what was posted since its first commit began, at `committedAt` (UTC ms). `absent` only
   * where that is proven; `unknown` leaves it to a person. Undefined: a person decides.
   */
  find?(
    publication: Publication,
    io: Io<Credentials>,
    progress: Progress,
    part: number,
    committedAt: EpochMs,
  ): Promise<Published | 'absent' | 'unknown'>
}

export type Connect<Credentials> = FormConnect<Credentials> | OAuthConnect<Credentials>

/** What is known before an account exists. */
export type ConnectIo = Omit<Io<never>, 'credentials' | 'account'>

export interface FormConnect<Credentials> {
  by: 'form'
  label: string
  /** What is asked, in order; secrets by fields of kind `secret`. */
  fields: readonly Field[]
  /**
   * Tries the credentials at once and says who they are.
   * @throws UserError with `field` where something typed is wrong, PublishError where the platform can't be reached.
   */
  open(values: FormValues, io: ConnectIo): Promise<Connected<Credentials>>
}

export interface OAuthConnect<Credentials> {
  by: 'oauth'
  label: string
  /** Asked before the person is sent away, such as the Mastodon server. */
  fields?: readonly Field[]
  scopes: readonly { name: string; for: string; optional?: boolean }[]
  pkce: boolean
  /** It sends people back to an https address only, not even to this machine's own by http. */
  needsHttps?: true
  /** Addresses and the client: read per server where each server has its own. */
  server(values: FormValues, io: ConnectIo & { redirectUri: string }): Promise<OAuthServer>
  /** The accounts these tokens open: one is connected at once, several are chosen from. */
  accounts(
    tokens: OAuthTokens,
    values: FormValues,
    io: ConnectIo & { server: OAuthServer },
  ): Promise<Connected<Credentials>[]>
}

export interface OAuthServer {
  authorizationEndpoint: string
  tokenEndpoint: string
  revocationEndpoint?: string
  client: { id: string; secret: string }
  /** How the client shows its secret at the token endpoint. */
  clientAuthentication: 'basic' | 'post'
  /** TikTok says `client_key` where OAuth says `client_id`. */
  clientIdParameter?: string
  scopeSeparator?: ' ' | ','
  authorizationParameters?: Record<string, string>
}

export interface OAuthTokens {
  accessToken: string
  refreshToken?: string
  /** UTC ms. */
  expiresAt: EpochMs | null
  refreshExpiresAt?: EpochMs | null
  scopes: readonly string[]
  /** What else the token endpoint said. */
  raw: Readonly<Record<string, unknown>>
}

/** An account that can be kept. */
export interface Connected<Credentials> {
  externalId: string
  /** What people call it: `@acme`, `acme.bsky.social`, `Acme's channel`. */
  handle: string
  credentials: Credentials
  facts: AccountFacts
  /** Shown to the person who connected it, this once: a secret that Crier made and they need elsewhere. */
  showOnce?: readonly { label: string; value: string }[]
}

/** Something to say about content before it is scheduled. An `error` stops scheduling; a `warning` is shown. */
export interface Finding {
  severity: 'error' | 'warning'
  /** One sentence with numbers: `It is 12 graphemes over Bluesky's 300.` */
  message: string
}

export const METRIC_NAMES = [
  'likes',
  'comments',
  'shares',
  'views',
  'impressions',
  'reach',
  'saves',
  'clicks',
] as const
export type MetricName = (typeof METRIC_NAMES)[number]
export type Metrics = Partial<Record<MetricName, number>>

/** Keeps the credentials' type inside the file, and nothing but `Platform` outside. */
export const definePlatform = <Credentials>(platform: Platform<Credentials>): Platform =>
  // Credentials are parsed by the platform's own schema before they reach it, so the register may forget their type.
  platform as Platform
