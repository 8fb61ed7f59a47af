import type { AccountState } from '../../accounts/account.ts'
import type { DecisionKind } from '../../approvals/decision.ts'
import type { AttemptOutcome, DeliveryState, Problem } from '../../deliveries/delivery.ts'
import type { FormValues } from '../../message/form.ts'
import type { Message } from '../../message/message.ts'
import type { OutboxEntry } from '../../outbox/outbox.ts'
import type { Metrics, Published } from '../../platforms/contract/platform.ts'
import type { Content, PostEdit, PostState } from '../../posts/post.ts'
import type { Role, SurfaceName, WorkspaceId } from '../../workspaces/workspace.ts'
import { sql } from '../drizzle.ts'
import type { Kit } from './sqlite-kit.ts'

/**
 * Every table, once for both dialects. `workspace_id` is in every table and leads every index that people wait for; the
 * few that lead otherwise serve the workers, who cross workspaces. Nothing cascades: a rebuilt table would empty others.
 */
export function tables(kit: Kit) {
  const { table, id, text, oneOf, int, time, big, bool, json, jsonWithBytes, counter } = kit
  const { index, unique, primaryKey, foreignKey } = kit

  const workspaces = table('workspaces', {
    id: id().primaryKey().$type<WorkspaceId>(),
    name: text().notNull(),
    /** Beside the other settings, because the claim asks for it. */
    pausedAt: time(),
    /** How many posts and events there are: the last number given. Changing it puts two writers in order. */
    postCount: int().notNull().default(0),
    eventCount: int().notNull().default(0),
    createdAt: time().notNull(),
  })

  const workspaceId = () =>
    id()
      .notNull()
      .references(() => workspaces.id)
      .$type<WorkspaceId>()

  const settings = table(
    'settings',
    { workspaceId: workspaceId(), key: text().notNull(), value: json<unknown>().notNull() },
    (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
  )

  const marks = table(
    'marks',
    { workspaceId: workspaceId(), key: text().notNull(), at: time().notNull() },
    (t) => [primaryKey({ columns: [t.workspaceId, t.key] })],
  )

  const chats = table(
    'chats',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      surface: oneOf<SurfaceName>().notNull(),
      externalId: text().notNull(),
      name: text().notNull(),
      reviewChannel: text(),
      resultsChannel: text(),
      digestChannel: text(),
      sealedToken: text(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('chats_of_surface').on(t.surface, t.externalId),
      unique('chats_of_workspace').on(t.workspaceId, t.id),
    ],
  )

  const members = table(
    'members',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      name: text().notNull(),
      role: oneOf<Role>().notNull(),
      zone: text(),
      locale: text(),
      createdAt: time().notNull(),
    },
    (t) => [unique('members_of_workspace').on(t.workspaceId, t.id)],
  )

  const identities = table(
    'identities',
    {
      workspaceId: workspaceId(),
      surface: oneOf<SurfaceName>().notNull(),
      chat: text().notNull(),
      externalId: text().notNull(),
      memberId: id().notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.workspaceId, t.surface, t.chat, t.externalId] }),
      index('identities_of_member').on(t.workspaceId, t.memberId),
      foreignKey({
        name: 'identities_member',
        columns: [t.workspaceId, t.memberId],
        foreignColumns: [members.workspaceId, members.id],
      }),
    ],
  )

  const accounts = table(
    'accounts',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      platform: text().notNull(),
      externalId: text().notNull(),
      handle: text().notNull(),
      state: oneOf<AccountState>().notNull(),
      facts: json<Record<string, unknown>>().notNull(),
      dryRun: bool().notNull(),
      connectedBy: id().notNull(),
      expiresAt: time(),
      failures: int().notNull(),
      pausedUntil: time(),
      sealedCredentials: text(),
      credentialsVersion: int().notNull(),
      refreshHolder: text(),
      refreshUntil: time(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('accounts_of_workspace').on(t.workspaceId, t.id),
      unique('accounts_of_platform').on(t.workspaceId, t.platform, t.externalId),
    ],
  )

  const series = table(
    'series',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      authorId: id().notNull(),
      rule: json<unknown>().notNull(),
      phrase: text().notNull(),
      content: json<Content>().notNull(),
      accountIds: json<string[]>().notNull(),
      approvedRevision: text(),
      plannedUntil: time(),
      endedAt: time(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('series_of_workspace').on(t.workspaceId, t.id),
      foreignKey({
        name: 'series_author',
        columns: [t.workspaceId, t.authorId],
        foreignColumns: [members.workspaceId, members.id],
      }),
    ],
  )

  const posts = table(
    'posts',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      number: int().notNull(),
      authorId: id().notNull(),
      state: oneOf<PostState>().notNull(),
      content: json<Content>().notNull(),
      revision: text().notNull(),
      accountIds: json<string[]>().notNull(),
      whenAt: time(),
      whenZone: text(),
      whenPhrase: text(),
      round: int().notNull(),
      edited: json<PostEdit>(),
      seriesId: id(),
      createdAt: time().notNull(),
      updatedAt: time().notNull(),
    },
    (t) => [
      unique('posts_of_workspace').on(t.workspaceId, t.id),
      unique('posts_by_number').on(t.workspaceId, t.number),
      index('posts_by_time').on(t.workspaceId, t.whenAt, t.number),
      index('posts_by_state').on(t.workspaceId, t.state, t.whenAt),
      index('posts_by_update').on(t.workspaceId, t.updatedAt),
      index('posts_of_series').on(t.workspaceId, t.seriesId).where(sql`${t.seriesId} is not null`),
      foreignKey({
        name: 'posts_author',
        columns: [t.workspaceId, t.authorId],
        foreignColumns: [members.workspaceId, members.id],
      }),
      foreignKey({
        name: 'posts_series',
        columns: [t.workspaceId, t.seriesId],
        foreignColumns: [series.workspaceId, series.id],
      }),
    ],
  )

  const decisions = table(
    'decisions',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      postId: id().notNull(),
      memberId: id().notNull(),
      revision: text().notNull(),
      round: int().notNull(),
      kind: oneOf<DecisionKind>().notNull(),
      comment: text().notNull(),
      at: time().notNull(),
    },
    (t) => [
      unique('decisions_once').on(t.workspaceId, t.postId, t.round, t.revision, t.memberId),
      foreignKey({
        name: 'decisions_post',
        columns: [t.workspaceId, t.postId],
        foreignColumns: [posts.workspaceId, posts.id],
      }),
      foreignKey({
        name: 'decisions_member',
        columns: [t.workspaceId, t.memberId],
        foreignColumns: [members.workspaceId, members.id],
      }),
    ],
  )

  const deliveries = table(
    'deliveries',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      postId: id().notNull(),
      accountId: id().notNull(),
      platform: text().notNull(),
      revision: text().notNull(),
      state: oneOf<DeliveryState>().notNull(),
      scheduledFor: time().notNull(),
      dueAt: time().notNull(),
      attempts: int().notNull(),
      key: text().notNull(),
      worker: text(),
      leaseUntil: time(),
      progress: json<Record<string, unknown>>().notNull(),
      published: json<Published>(),
      publishedAt: time(),
      problem: json<Problem>(),
      /** When its newest metrics were read; 0 where never, so that those come first in both dialects. */
      measuredAt: time().notNull().default(0),
      /** Its place among those made at the same instant. */
      ordinal: int().notNull(),
      createdAt: time().notNull(),
      updatedAt: time().notNull(),
    },
    (t) => [
      index('deliveries_of_post').on(t.workspaceId, t.postId),
      // Without the state, so that a move need not touch it.
      index('deliveries_of_account').on(t.workspaceId, t.accountId),
      index('deliveries_by_state').on(t.workspaceId, t.state, t.updatedAt),
      index('deliveries_by_publication')
        .on(t.workspaceId, t.publishedAt)
        .where(sql`${t.publishedAt} is not null`),
      // What the workers ask for holds only what waits, so that a tick's work does not grow with history.
      index('deliveries_waiting').on(t.dueAt, t.id).where(sql`${t.state} = 'scheduled'`),
      index('deliveries_held').on(t.leaseUntil).where(sql`${t.state} = 'publishing'`),
      index('deliveries_unsure').on(t.updatedAt, t.id).where(sql`${t.state} = 'unsure'`),
      index('deliveries_live').on(t.publishedAt).where(sql`${t.state} = 'published'`),
      foreignKey({
        name: 'deliveries_post',
        columns: [t.workspaceId, t.postId],
        foreignColumns: [posts.workspaceId, posts.id],
      }),
      foreignKey({
        name: 'deliveries_account',
        columns: [t.workspaceId, t.accountId],
        foreignColumns: [accounts.workspaceId, accounts.id],
      }),
    ],
  )

  const attempts = table(
    'attempts',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      deliveryId: id()
        .notNull()
        .references(() => deliveries.id),
      accountId: id().notNull(),
      number: int().notNull(),
      part: int().notNull(),
      worker: text().notNull(),
      startedAt: time().notNull(),
      endedAt: time(),
      outcome: oneOf<AttemptOutcome>(),
      message: text(),
    },
    (t) => [
      index('attempts_of_delivery').on(t.deliveryId, t.number),
      index('attempts_of_account').on(t.workspaceId, t.accountId, t.startedAt),
    ],
  )

  const metrics = table(
    'metrics',
    {
      workspaceId: workspaceId(),
      deliveryId: id()
        .notNull()
        .references(() => deliveries.id),
      at: time().notNull(),
      metrics: json<Metrics>().notNull(),
    },
    (t) => [primaryKey({ columns: [t.workspaceId, t.deliveryId, t.at] })],
  )

  const outbox = table(
    'outbox',
    {
      /** The order in which entries were written, which is the order in which a channel gets them. */
      sequence: counter(),
      id: id().notNull(),
      workspaceId: workspaceId(),
      chatId: id().notNull(),
      channel: text(),
      memberId: id(),
      /** Where it goes, as one word: entries of one lane are sent one after the other. */
      lane: text().notNull(),
      subject: text(),
      kind: oneOf<OutboxEntry['kind']>().notNull(),
      message: jsonWithBytes<Message>().notNull(),
      state: oneOf<OutboxEntry['state']>().notNull(),
      dueAt: time().notNull(),
      leaseUntil: time(),
      attempts: int().notNull(),
      problem: text(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('outbox_id').on(t.id),
      index('outbox_unsent').on(t.lane, t.sequence).where(sql`${t.state} in ('waiting', 'sending')`),
      index('outbox_of_chat').on(t.workspaceId, t.chatId),
      foreignKey({
        name: 'outbox_chat',
        columns: [t.workspaceId, t.chatId],
        foreignColumns: [chats.workspaceId, chats.id],
      }),
    ],
  )

  const cards = table(
    'cards',
    {
      workspaceId: workspaceId(),
      subject: text().notNull(),
      chatId: id().notNull(),
      channel: text().notNull(),
      remoteId: text().notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.workspaceId, t.subject, t.chatId, t.channel] }),
      index('cards_of_chat').on(t.workspaceId, t.chatId),
      foreignKey({
        name: 'cards_chat',
        columns: [t.workspaceId, t.chatId],
        foreignColumns: [chats.workspaceId, chats.id],
      }),
    ],
  )

  const events = table(
    'events',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      sequence: int().notNull(),
      at: time().notNull(),
      memberId: id(),
      verb: text().notNull(),
      subject: text().notNull(),
      details: json<Record<string, unknown>>().notNull(),
      hash: text().notNull(),
      previousHash: text().notNull(),
    },
    (t) => [
      unique('events_in_order').on(t.workspaceId, t.sequence),
      index('events_of_subject').on(t.workspaceId, t.subject, t.sequence),
    ],
  )

  const media = table(
    'media',
    {
      id: id().primaryKey(),
      workspaceId: workspaceId(),
      sha256: text().notNull(),
      type: text().notNull(),
      size: big().notNull(),
      width: int(),
      height: int(),
      duration: big(),
      filename: text().notNull(),
      createdAt: time().notNull(),
    },
    (t) => [index('media_by_content').on(t.workspaceId, t.sha256)],
  )

  const keptForms = table(
    'kept_forms',
    {
      workspaceId: workspaceId(),
      code: text().notNull(),
      memberId: id().notNull(),
      command: text().notNull(),
      values: json<FormValues>().notNull(),
      errors: json<Record<string, string>>().notNull(),
      createdAt: time().notNull(),
    },
    (t) => [
      primaryKey({ columns: [t.workspaceId, t.code] }),
      index('kept_forms_by_age').on(t.workspaceId, t.createdAt),
    ],
  )

  const transcript = table(
    'transcript',
    {
      sequence: counter(),
      id: id().notNull(),
      workspaceId: workspaceId(),
      channel: text().notNull(),
      threadOf: id(),
      memberId: id(),
      onlyFor: id(),
      message: jsonWithBytes<Message>().notNull(),
      at: time().notNull(),
      updatedAt: time().notNull(),
    },
    (t) => [
      unique('transcript_id').on(t.workspaceId, t.id),
      index('transcript_of_channel').on(t.workspaceId, t.channel, t.sequence),
    ],
  )

  const feed = table(
    'feed',
    {
      sequence: counter(),
      id: id().notNull(),
      workspaceId: workspaceId(),
      key: text().notNull(),
      handle: text().notNull(),
      dryRunOf: text(),
      text: text().notNull(),
      media: json<{ mediaId: string; alt: string }[]>().notNull(),
      replyTo: id(),
      at: time().notNull(),
    },
    (t) => [
      unique('feed_id').on(t.workspaceId, t.id),
      unique('feed_once').on(t.workspaceId, t.key),
      index('feed_by_time').on(t.workspaceId, t.at, t.sequence),
    ],
  )

  return {
    workspaces,
    settings,
    marks,
    chats,
    members,
    identities,
    accounts,
    series,
    posts,
    decisions,
    deliveries,
    attempts,
    metrics,
    outbox,
    cards,
    events,
    media,
    keptForms,
    transcript,
    feed,
  }
}

export type Tables = ReturnType<typeof tables>
