import { describe, expect, test } from 'vitest'
import { DAY, SECOND } from '../../../src/kit/clock.ts'
import { emptyContent } from '../../../src/posts/post.ts'
import type { WorkspaceStores } from '../../../src/storage/storage.ts'
import {
  dueDelivery,
  type Ground,
  NOON,
  newAttempt,
  newDelivery,
  newEntry,
  newHook,
  newHookCall,
  newPost,
  newTeam,
} from '../ground.ts'

type Reach = (theirs: WorkspaceStores) => Promise<unknown>
/** A method that takes nothing of another's: what it does is the caller's own, and must stay so. */
interface Own {
  because: string
  reach: Reach
}
const own = (because: string, reach: Reach): Own => ({ because, reach })
/** What a call with another workspace's ids may answer: nothing, no, none, or a refusal. */
const NOTHING = [undefined, false, 0, 'refused', 'void']

/** Every store method, called by one workspace with everything of another: it gets nothing, and changes nothing. */
export function isolationContract(ground: () => Ground): void {
  describe('isolation', () => {
    test('no method of a workspace reaches another', async () => {
      const { storage } = ground()
      const mine = await newTeam(storage, 'Mine')
      const { stores } = mine
      const message = { type: 'message' as const, blocks: [] }
      const post = await stores.posts.create(newPost(mine, { state: 'in_review' }))
      const delivery = await dueDelivery(mine, { dueAt: NOON + 900 * DAY })
      const series = {
        id: crypto.randomUUID(),
        authorId: mine.member.id,
        rule: {},
        phrase: 'p',
        content: emptyContent,
        accountIds: [],
        approvedRevision: null,
        plannedUntil: null,
        endedAt: null,
        createdAt: NOON,
      }
      await stores.series.create(series)
      const decision = {
        id: crypto.randomUUID(),
        postId: post.id,
        memberId: mine.member.id,
        revision: post.revision,
        round: 1,
        kind: 'approve' as const,
        comment: '',
        at: NOON,
      }
      await stores.decisions.add(decision)
      const run = await stores.posts.create(newPost(mine, { state: 'scheduled', seriesId: series.id }))
      await stores.decisions.add({ ...decision, id: crypto.randomUUID(), postId: run.id })
      await stores.deliveries.addMetrics(delivery.id, NOON, { likes: 1 })
      await stores.events.append({ ...event, subject: 'post:1' })
      await stores.marks.setOnce('m', NOON)
      const media = {
        id: crypto.randomUUID(),
        sha256: 'd'.repeat(64),
        type: 't',
        size: 1,
        width: null,
        height: null,
        duration: null,
        videoCodec: null,
        audioCodec: null,
        filename: 'f',
        createdAt: NOON,
      }
      await stores.media.add(media)
      // Counted as unused, and one on its way out, so that there is something to take and to begin anew.
      await stores.mediaSweep.countUnused([media.id], NOON - 1)
      const leaving = { ...media, id: crypto.randomUUID() }
      await stores.media.add(leaving)
      await stores.mediaSweep.countUnused([leaving.id], NOON - 1)
      await stores.mediaSweep.begin([leaving.id], NOON, NOON)
      const form = {
        code: 'cccccc',
        memberId: mine.member.id,
        command: 'c',
        values: {},
        errors: {},
        createdAt: NOON,
      }
      await stores.keptForms.keep(form)
      const said = {
        id: 'said',
        channel: 'general',
        threadOf: null,
        memberId: null,
        onlyFor: null,
        message,
        at: 1,
        updatedAt: 1,
      }
      await stores.transcript.add(said)
      const item = {
        id: 'item',
        key: 'key',
        handle: 'h',
        dryRunOf: null,
        text: 't',
        media: [{ mediaId: media.id, alt: '' }],
        replyTo: null,
        at: 1,
      }
      await stores.feed.publish(item)
      const refused = newEntry(mine)
      await stores.outbox.add(refused)
      const taken = await storage.outboxQueue.claim({ now: NOON, leaseUntil: NOON + 1, limit: 1_000 })
      for (const { entry } of taken)
        if (entry.id !== refused.id) await storage.outboxQueue.sent(entry.id, NOON, undefined)
      await storage.outboxQueue.notSent(refused.id, NOON + 1, 'No', { refusedAt: NOON })
      await stores.outbox.add(newEntry(mine, { kind: 'card', subject: 'post:1', channel: 'C-iso' }))
      const hook = await stores.hooks.add(newHook(mine))
      const call = newHookCall(hook)
      await stores.hooks.addCalls([call])
      const identity = mine.member.identities[0]!

      const reaches: {
        [Store in keyof WorkspaceStores]: { [Method in keyof WorkspaceStores[Store]]: Reach | Own }
      } = {
        workspace: {
          get: own('takes no id', (t) => t.workspace.get()),
          rename: own('takes no id', (t) => t.workspace.rename('Renamed')),
          hold: own('takes no id', (t) => t.workspace.hold()),
          skipNumbers: own('takes no id', (t) => t.workspace.skipNumbers(7)),
          changeSettings: own('takes no id', (t) =>
            t.workspace.changeSettings({ approvals: 7, pausedAt: NOON }),
          ),
          addChat: async (t) => t.workspace.addChat({ ...mine.chat }),
          addMember: async (t) => t.workspace.addMember({ ...mine.member }),
          chats: async (t) => (await t.workspace.chats()).length - 1,
          chat: (t) => t.workspace.chat(mine.chat.id),
          changeChat: (t) => t.workspace.changeChat(mine.chat.id, { name: 'stolen' }),
          removeChat: (t) => t.workspace.removeChat(mine.chat.id),
          members: async (t) => (await t.workspace.members()).length - 1,
          member: (t) => t.workspace.member(mine.member.id),
          memberByIdentity: (t) => t.workspace.memberByIdentity(identity),
          addIdentity: (t) => t.workspace.addIdentity(mine.member.id, { ...identity, externalId: 'x' }),
          changeMember: (t) => t.workspace.changeMember(mine.member.id, { role: 'admin' }),
        },
        marks: {
          get: (t) => t.marks.get('m'),
          setOnce: own('the same key is another mark', (t) => t.marks.setOnce('m', NOON + 1)),
        },
        posts: {
          create: (t) => t.posts.create({ ...newPost(mine) }),
          get: (t) => t.posts.get(post.id),
          byNumber: (t) => t.posts.byNumber(post.number),
          list: async (t) => (await t.posts.list({})).length,
          count: (t) => t.posts.count({}),
          move: (t) => t.posts.move(post.id, 'approve', { at: NOON }),
          moveMany: async (t) => (await t.posts.moveMany([post.id], 'approve', NOON)).length,
          rollUp: async (t) => (await t.posts.rollUp([post.id], NOON)).length,
          edit: (t) =>
            t.posts.edit(post.id, post.revision, {
              content: emptyContent,
              accountIds: [],
              revision: 'r',
              edited: { revision: 'r', content: emptyContent, accountIds: [], memberId: 'm', at: NOON },
              at: NOON,
            }),
          reschedule: (t) => t.posts.reschedule(post.id, null, NOON),
        },
        series: {
          create: (t) => t.series.create({ ...series, id: crypto.randomUUID() }),
          get: (t) => t.series.get(series.id),
          running: async (t) => (await t.series.running()).length,
          change: (t) => t.series.change(series.id, { endedAt: NOON }),
          plan: (t) => t.series.plan(series.id, null, NOON),
        },
        deliveries: {
          createMany: (t) => t.deliveries.createMany([newDelivery(mine, post.id)]),
          get: (t) => t.deliveries.get(delivery.id),
          ofPosts: async (t) => (await t.deliveries.ofPosts([delivery.postId])).length,
          list: async (t) => (await t.deliveries.list({})).length,
          move: (t) => t.deliveries.move(delivery.id, 'cancel', { at: NOON }),
          locate: (t) => t.deliveries.locate(delivery.id, 'https://stolen.example'),
          cancelOfPost: (t) => t.deliveries.cancelOfPost(delivery.postId, NOON),
          rescheduleOfPost: (t) => t.deliveries.rescheduleOfPost(delivery.postId, NOON, NOON),
          moveOfAccount: async (t) =>
            (await t.deliveries.moveOfAccount(mine.account.id, 'park', { at: 1 })).length,
          attempts: async (t) => (await t.deliveries.attempts(delivery.id)).length,
          countEnds: async (t) => (await t.deliveries.countEnds(0)).length,
          lastPublishedAt: (t) => t.deliveries.lastPublishedAt(mine.account.id),
          countAttempts: (t) => t.deliveries.countAttempts(mine.account.id, 0),
          addMetrics: (t) => t.deliveries.addMetrics(delivery.id, NOON + 1, { likes: 9 }),
          latestMetrics: async (t) => (await t.deliveries.latestMetrics([delivery.id])).size,
        },
        decisions: {
          add: (t) => t.decisions.add({ ...decision, id: crypto.randomUUID(), round: 2 }),
          ofPost: async (t) => (await t.decisions.ofPost(post.id)).length,
          approversOfSeries: async (t) =>
            (await t.decisions.approversOfSeries(series.id, run.revision)).length,
          scheduledBy: async (t) => (await t.decisions.scheduledBy(mine.member.id)).length,
        },
        accounts: {
          list: async (t) => (await t.accounts.list()).length - 1,
          get: (t) => t.accounts.get(mine.account.id),
          byExternalId: (t) => t.accounts.byExternalId(mine.account.platform, mine.account.externalId),
          add: (t) => t.accounts.add(mine.account, 'stolen'),
          change: (t) => t.accounts.change(mine.account.id, { failures: 9 }),
          credentials: (t) => t.accounts.credentials(mine.account.id),
          replaceCredentials: (t) => t.accounts.replaceCredentials(mine.account.id, 'stolen', 1),
          lockRefresh: (t) => t.accounts.lockRefresh(mine.account.id, 'thief', NOON, NOON + 1),
          unlockRefresh: (t) => t.accounts.unlockRefresh(mine.account.id, 'me'),
        },
        events: {
          append: own('the same subject is another one', (t) =>
            t.events.append({ ...event, id: crypto.randomUUID(), subject: 'post:1' }),
          ),
          appendMany: own('the same subject is another one', (t) =>
            t.events.appendMany([{ ...event, id: crypto.randomUUID(), subject: 'post:1' }]),
          ),
          count: (t) => t.events.count(),
          list: async (t) => (await t.events.list({ subject: 'post:1' })).length,
        },
        outbox: {
          add: (t) => t.outbox.add(newEntry(mine, { kind: 'card', subject: 'post:1', channel: 'C-iso' })),
          cards: async (t) => (await t.outbox.cards('post:1')).length,
          giveUp: (t) => t.outbox.giveUp('stolen'),
          refused: async (t) => (await t.outbox.refused()).length,
          madeUpFor: async (t) => (await t.outbox.madeUpFor([refused.id])).length,
          triedFor: (t) => t.outbox.triedFor(refused.id, NOON, NOON + 1),
        },
        hooks: {
          add: own('takes no id', (t) => t.hooks.add(newHook(mine))),
          list: async (t) => (await t.hooks.list()).length,
          change: (t) => t.hooks.change(hook.id, { state: 'off' }),
          addCalls: (t) => t.hooks.addCalls([{ ...newHookCall(hook), messageId: 'stolen' }]),
          log: async (t) => (await t.hooks.log(hook.id, 9)).length,
          callByCode: (t) => t.hooks.callByCode(call.code),
          endWaiting: (t) => t.hooks.endWaiting(hook.id, 'stolen', NOON),
          setIncoming: own('one per workspace', (t) =>
            t.hooks.setIncoming({ secretHash: crypto.randomUUID(), createdBy: 'them', createdAt: NOON }),
          ),
        },
        media: {
          add: (t) => t.media.add(media),
          get: (t) => t.media.get(media.id),
          getMany: async (t) => (await t.media.getMany([media.id])).length,
          take: async (t) =>
            (await t.media.take({ sha256: media.sha256 }, NOON * 2)) ??
            t.media.take({ id: media.id, originalId: 'stolen' }, NOON * 2),
          remade: (t) => t.media.remade(media.id, media, { sha256: 'e', size: 9, width: 9, height: 9 }),
          bytes: (t) => t.media.bytes(),
        },
        mediaSweep: {
          page: async (t) => (await t.mediaSweep.page('')).length,
          references: async (t) =>
            (await t.mediaSweep.references()).ids.length +
            (await t.mediaSweep.references({ in: 'feed', after: '' })).ids.length,
          countUnused: (t) => t.mediaSweep.countUnused([media.id], NOON),
          countUsed: (t) => t.mediaSweep.countUsed([media.id]),
          begin: async (t) => (await t.mediaSweep.begin([media.id], NOON * 2, NOON)).length,
          beginAgain: async (t) => (await t.mediaSweep.beginAgain(NOON * 2, 9)).length,
          isShared: (t) => t.mediaSweep.isShared(media.sha256),
          end: (t) => t.mediaSweep.end(media.id, NOON),
        },
        keptForms: {
          keep: own('the same code is another form', (t) => t.keptForms.keep({ ...form, command: 'stolen' })),
          get: (t) => t.keptForms.get(form.code),
          forgetOlder: (t) => t.keptForms.forgetOlder(NOON * 2),
        },
        transcript: {
          add: own('the same id is another entry', (t) => t.transcript.add({ ...said, at: 99 })),
          update: (t) => t.transcript.update('said', message, 99),
          list: async (t) => (await t.transcript.list('general', 9)).length,
        },
        feed: {
          publish: own('the same key is another item', (t) =>
            t.feed.publish({ ...item, media: [], text: 'stolen' }),
          ),
          byKey: (t) => t.feed.byKey('key'),
          list: async (t) => (await t.feed.list(9)).length,
          remove: (t) => t.feed.remove('item'),
        },
      }

      const everything = () => snapshot(stores, { post, delivery, series, media, mine, hook })
      await stores.accounts.lockRefresh(mine.account.id, 'me', NOON, NOON + SECOND)
      const before = await everything()
      const theirs = await newTeam(storage, 'Theirs')
      for (const [store, methods] of Object.entries(reaches)) {
        // So that a method that is added is thought of.
        expect(Object.keys(methods).sort()).toEqual(
          Object.keys(theirs.stores[store as keyof WorkspaceStores]).sort(),
        )
        for (const [method, reach] of Object.entries(methods as Record<string, Reach | Own>)) {
          if (typeof reach !== 'function') continue
          const answer = await reach(theirs.stores).then(
            (value) => value ?? 'void',
            (error: unknown) => (error instanceof TypeError ? error : 'refused'),
          )
          expect(NOTHING, `${store}.${method}`).toContain(answer)
        }
      }
      // Afterwards, since what they write would be found by the others: each says something of its own, or nothing.
      const ids = [
        mine.id,
        mine.member.id,
        mine.account.id,
        mine.chat.id,
        post.id,
        delivery.id,
        hook.id,
        media.id,
      ]
      for (const [store, methods] of Object.entries(reaches))
        for (const [method, reach] of Object.entries(methods as Record<string, Reach | Own>)) {
          if (typeof reach === 'function') continue
          const answer = JSON.stringify((await reach.reach(theirs.stores)) ?? null)
          const told = ids.filter((id) => answer.includes(id) && !(method === 'add' && id === mine.member.id))
          expect(told, `${store}.${method}, which ${reach.because}`).toEqual([])
        }
      expect(await everything()).toEqual(before)
      expect(await stores.accounts.lockRefresh(mine.account.id, 'other', NOON, NOON + 1)).toBe(false)
    })

    test('what crosses workspaces is listed, with what holds it there', () => {
      const { storage } = ground()
      const guard = 'takes the name of a claim that the worker alone knows'
      const all = 'looks for work among all; what it hands out names its workspace'
      const directory = 'finds a workspace by what came from outside; what it answers is used with that id'
      const handedOut = 'takes the id of an entry that `claim` handed out'
      const sealedForm = 'of no workspace: sealed under an id that only its person’s chat was told'
      const crossing: Record<string, Record<string, string>> = {
        queue: {
          claimDue: all,
          nextDueAt: all,
          leasesEnded: all,
          unsure: all,
          toMeasure: all,
          overdue: all,
          renewLease: guard,
          keepProgress: guard,
          beginAttempt: guard,
          beginCapped: guard,
          endAttempt: guard,
          release: guard,
          settleEndedLease: 'takes the end of a lease that only `leasesEnded` tells',
        },
        directory: {
          create: directory,
          takeIn: directory,
          get: directory,
          all: directory,
          ofChat: directory,
          chatsOf: directory,
        },
        outboxQueue: {
          ...Object.fromEntries(
            ['claim', 'elsewhere', 'beingSent', 'stuck', 'depth', 'quiet', 'hurry', 'takeOver'].map((one) => [
              one,
              all,
            ]),
          ),
          ...Object.fromEntries(
            ['untaken', 'renew', 'release', 'sent', 'notSent', 'recovered'].map((one) => [one, handedOut]),
          ),
        },
        hookQueue: {
          claim: all,
          hurry: all,
          forget: all,
          take: handedOut,
          ended: handedOut,
          ofIncoming: 'finds a workspace by the hash of a secret that its own people made',
        },
        sealed: { all: 'keys are rotated for all', replace: 'takes the very secret that it replaces' },
        seen: { add: 'of no workspace: ids of a chat’s requests', forget: 'by age' },
        openForms: {
          put: sealedForm,
          get: sealedForm,
          remove: sealedForm,
          forget: 'by age',
        },
      }
      for (const [part, methods] of Object.entries(crossing))
        expect(Object.keys(methods).sort(), part).toEqual(
          Object.keys(storage[part as 'queue' | 'directory' | 'sealed']).sort(),
        )
      // A part that is added is either one workspace's, or listed above.
      const parts = Object.entries(storage).flatMap(([name, part]) => (typeof part === 'object' ? name : []))
      expect(parts.filter((name) => !(name in crossing) && name !== 'locks')).toEqual([])
    })

    test('an attempt is seen by its workspace only', async () => {
      const { storage } = ground()
      const [mine, theirs] = [await newTeam(storage), await newTeam(storage)]
      const delivery = await dueDelivery(mine, { dueAt: 1 })
      await storage.queue.claimDue({ now: 1, leaseUntil: NOON, worker: 'iso', limit: 1_000 })
      expect(await storage.queue.beginAttempt(newAttempt(delivery, 'iso'))).toBe(true)
      expect(await theirs.stores.deliveries.attempts(delivery.id)).toEqual([])
      expect(await mine.stores.deliveries.attempts(delivery.id)).toHaveLength(1)
      await storage.queue.release(delivery.id, 'iso', 'fail', { at: NOON })
    })
  })
}

const event = { id: crypto.randomUUID(), at: NOON, memberId: null, verb: 'v', details: {} }

async function snapshot(
  stores: WorkspaceStores,
  { post, delivery, series, media, mine, hook }: Record<string, { id: string }>,
): Promise<unknown> {
  return {
    workspace: await stores.workspace.get(),
    chats: await stores.workspace.chats(),
    members: await stores.workspace.members(),
    posts: await stores.posts.list({}),
    post: await stores.posts.get(post!.id),
    delivery: await stores.deliveries.get(delivery!.id),
    deliveries: await stores.deliveries.list({}),
    metrics: [...(await stores.deliveries.latestMetrics([delivery!.id]))],
    series: await stores.series.get(series!.id),
    decisions: await stores.decisions.ofPost(post!.id),
    accounts: await stores.accounts.list(),
    credentials: await stores.accounts.credentials((await stores.accounts.list())[0]!.id),
    events: await stores.events.list(),
    cards: await stores.outbox.cards('post:1'),
    hooks: await stores.hooks.list(),
    hookLog: await stores.hooks.log(hook!.id, 9),
    media: await stores.media.get(media!.id),
    counted: await stores.mediaSweep.page(''),
    form: await stores.keptForms.get('cccccc'),
    transcript: await stores.transcript.list('general', 9),
    feed: await stores.feed.list(9),
    mark: await stores.marks.get('m'),
    id: mine!.id,
  }
}
