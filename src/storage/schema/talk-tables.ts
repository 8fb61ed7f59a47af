import type { FormValues } from '../../message/form.ts'
import type { Message } from '../../message/message.ts'
import type { OutboxEntry, Said } from '../../outbox/outbox.ts'
import { sql } from '../drizzle.ts'
import type { Kit } from './sqlite-kit.ts'
import type { TeamTables } from './team-tables.ts'

/** What is said to people, what they attached, and the trail of what they did. */
export function talkTables(kit: Kit, { workspaceId, chats }: TeamTables) {
  const {
    table,
    id,
    text,
    oneOf,
    int,
    time,
    big,
    json,
    jsonWithBytes,
    counter,
    index,
    uniqueIndex,
    unique,
    primaryKey,
    foreignKey,
  } = kit

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
      message: jsonWithBytes<Said>().notNull(),
      state: oneOf<OutboxEntry['state']>().notNull(),
      dueAt: time().notNull(),
      leaseUntil: time(),
      attempts: int().notNull(),
      problem: text(),
      createdAt: time().notNull(),
    },
    (t) => [
      unique('outbox_id').on(t.id),
      // One card of a subject waits in a lane: a newer one takes its place. Once it was tried it stays as it is.
      uniqueIndex('outbox_waiting_cards')
        .on(t.lane, t.subject)
        .where(sql`${t.kind} = 'card' and ${t.state} = 'waiting' and ${t.attempts} = 0`),
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
      videoCodec: text(),
      audioCodec: text(),
      filename: text().notNull(),
      createdAt: time().notNull(),
      /** The picture that it was made from. */
      originalId: id(),
      unusedSince: time(),
      /** Since then its bytes may be gone. */
      leavingSince: time(),
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

  return { outbox, cards, events, media, keptForms, transcript, feed }
}
