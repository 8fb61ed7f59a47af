import { randomUUID } from 'node:crypto'
import type { Account } from '../../src/accounts/account.ts'
import type { Attempt, Delivery } from '../../src/deliveries/delivery.ts'
import { newId, shortCode } from '../../src/kit/ids.ts'
import type { Hook, NewHookCall } from '../../src/outbox/hook.ts'
import type { NewOutboxEntry } from '../../src/outbox/outbox.ts'
import { emptyContent, type Post } from '../../src/posts/post.ts'
import type { Storage, StorageRole, WorkspaceStores } from '../../src/storage/storage.ts'
import { type Chat, defaultSettings, type Member, type WorkspaceId } from '../../src/workspaces/workspace.ts'

/** What a suite gives the contract: its dialect's database, opened as often as needed. */
export interface Ground {
  /** A database with this build's tables, shared by the tests of one file. */
  storage: Storage
  /** Another process on the same database, as far as storage can tell. */
  beside(role?: StorageRole): Promise<Storage>
}

/** 2026-11-20T12:00:00Z */
export const NOON = 1_795_176_000_000

/** One team with somebody, an account and a channel in it. */
export interface Team {
  id: WorkspaceId
  stores: WorkspaceStores
  member: Member
  account: Account
  chat: Chat
}

export async function newTeam(storage: Storage, name = 'Acme'): Promise<Team> {
  const id = newId(NOON) as WorkspaceId
  await storage.directory.create({ id, name, settings: defaultSettings, createdAt: NOON })
  const stores = storage.workspace(id)
  const member = newMember()
  await stores.workspace.addMember(member)
  const account = newAccount()
  await stores.accounts.add(account, `sealed of ${account.id}`)
  const chat = newChat()
  await stores.workspace.addChat(chat)
  return { id, stores, member, account, chat }
}

export const newMember = (changes: Partial<Member> = {}): Member => ({
  id: newId(NOON),
  name: 'Ada',
  role: 'author',
  zone: null,
  locale: null,
  identities: [{ surface: 'slack', chat: 'T1', externalId: randomUUID() }],
  createdAt: NOON,
  ...changes,
})

export const newAccount = (changes: Partial<Account> = {}): Account => ({
  id: newId(NOON),
  platform: 'bluesky',
  externalId: randomUUID(),
  handle: '@acme',
  state: 'connected',
  facts: { server: 'https://bsky.example', limits: { text: 300 } },
  dryRun: false,
  connectedBy: 'operator',
  expiresAt: null,
  failures: 0,
  leftAloneUntil: null,
  createdAt: NOON,
  ...changes,
})

export const newChat = (changes: Partial<Chat> = {}): Chat => ({
  id: newId(NOON),
  surface: 'slack',
  externalId: randomUUID(),
  name: 'Acme HQ',
  channels: { review: 'C1', results: null, digest: null },
  sealedToken: null,
  createdAt: NOON,
  ...changes,
})

export const newPost = (team: Team, changes: Partial<Post> = {}): Omit<Post, 'number'> => ({
  id: newId(NOON),
  authorId: team.member.id,
  state: 'draft',
  content: { ...emptyContent, text: 'We ship on Friday' },
  revision: '0123456789abcdef',
  accountIds: [team.account.id],
  when: { at: NOON, zone: 'Europe/Berlin', phrase: 'tomorrow 9am' },
  round: 0,
  edited: null,
  seriesId: null,
  createdAt: NOON,
  updatedAt: NOON,
  ...changes,
})

export const newDelivery = (team: Team, postId: string, changes: Partial<Delivery> = {}): Delivery => ({
  id: newId(NOON),
  postId,
  accountId: team.account.id,
  platform: 'bluesky',
  revision: '0123456789abcdef',
  state: 'scheduled',
  scheduledFor: NOON,
  dueAt: NOON,
  attempts: 0,
  key: newId(NOON),
  worker: null,
  leaseUntil: null,
  progress: {},
  published: null,
  publishedAt: null,
  problem: null,
  createdAt: NOON,
  updatedAt: NOON,
  ...changes,
})

/** A post with one delivery that is due at `dueAt`. */
export async function dueDelivery(team: Team, changes: Partial<Delivery> = {}): Promise<Delivery> {
  const post = await team.stores.posts.create(newPost(team, { state: 'scheduled' }))
  const delivery = newDelivery(team, post.id, changes)
  await team.stores.deliveries.createMany([delivery])
  return delivery
}

export const newAttempt = (delivery: Delivery, worker: string, changes: Partial<Attempt> = {}): Attempt => ({
  id: newId(NOON),
  deliveryId: delivery.id,
  number: 1,
  part: 0,
  worker,
  startedAt: NOON,
  endedAt: null,
  outcome: null,
  message: null,
  ...changes,
})

export const newEntry = (team: Team, changes: Partial<NewOutboxEntry> = {}): NewOutboxEntry => ({
  id: newId(NOON),
  chatId: team.chat.id,
  channel: 'C1',
  memberId: null,
  subject: null,
  kind: 'message',
  message: { type: 'message', blocks: [{ type: 'heading', text: 'Hello' }] },
  createdAt: NOON,
  ...changes,
})

/** What other tests left due is paused, and what they left in a worker's hands settled: the queue crosses workspaces. */
export async function clearQueue(storage: Storage): Promise<void> {
  for (const { id } of await storage.directory.all())
    await storage.workspace(id).workspace.changeSettings({ pausedAt: NOON })
  for (const { delivery, openAttempt } of await storage.queue.leasesEnded(NOON * 2, 10_000)) {
    const seen = { leaseUntil: delivery.leaseUntil, openAttempt: openAttempt?.id ?? null }
    await storage.queue.settleEndedLease(delivery.id, seen, 'fail', { at: NOON })
  }
}

export const newHook = (team: Team, changes: Partial<Hook> = {}): Omit<Hook, 'number'> => ({
  id: newId(NOON),
  host: 'hooks.example.com',
  sealed: 'sealed address and secret',
  events: [],
  platforms: [],
  state: 'active',
  failingSince: null,
  createdBy: team.member.id,
  createdAt: NOON,
  ...changes,
})

export const newHookCall = (hook: Pick<Hook, 'id'>, changes: Partial<NewHookCall> = {}): NewHookCall => ({
  id: newId(NOON),
  code: shortCode(),
  hookId: hook.id,
  messageId: `evt_${randomUUID()}`,
  round: 0,
  event: 'delivery.published',
  subject: '#42 to @acme',
  body: '{"type":"delivery.published"}',
  createdAt: NOON,
  ...changes,
})
