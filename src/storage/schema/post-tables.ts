import type { AccountState } from '../../accounts/account.ts'
import type { DecisionKind } from '../../approvals/decision.ts'
import type { AttemptOutcome, DeliveryState, Problem } from '../../deliveries/delivery.ts'
import type { Metrics, Published } from '../../platforms/contract/platform.ts'
import type { Content, PostEdit, PostState } from '../../posts/post.ts'
import { sql } from '../drizzle.ts'
import type { Kit } from './sqlite-kit.ts'
import type { TeamTables } from './team-tables.ts'

/** What is published, where, and what became of it. */
export function postTables(kit: Kit, { workspaceId, members }: TeamTables) {
  const { table, id, text, oneOf, int, time, bool, json, index, unique, primaryKey, foreignKey } = kit

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
      /** Until when the breaker leaves it alone. */
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

  return { accounts, series, posts, decisions, deliveries, attempts, metrics }
}
