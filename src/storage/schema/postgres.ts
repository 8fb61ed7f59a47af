import { postgresKit } from './postgres-kit.ts'
import { tables } from './tables.ts'

export const {
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
  hooks,
  hookCalls,
  incomingHooks,
  seen,
} = tables(postgresKit)
