import { describe, expect, test } from 'vitest'
import { firstBrokenLink } from '../../../src/events/hash-chain.ts'
import { DAY } from '../../../src/kit/clock.ts'
import { newId } from '../../../src/kit/ids.ts'
import { postMoves } from '../../../src/posts/moves.ts'
import { emptyContent, POST_STATES } from '../../../src/posts/post.ts'
import { type Ground, NOON, newAccount, newPost, newTeam } from '../ground.ts'

export function postsContract(ground: () => Ground): void {
  describe('posts', () => {
    test('come back as they were written, whatever was written', async () => {
      const team = await newTeam(ground().storage)
      const text = `line\none 👩‍👩‍👧 \u0000 \ud800 '"; drop table posts; -- ${'x'.repeat(63_000)}`
      const content = {
        text,
        variants: { mastodon: 'other', bluesky: '' },
        media: [{ mediaId: 'm1', alt: 'a “picture”' }],
        options: { youtube: { title: 'T', privacy: 'public' } },
      }
      const created = await team.stores.posts.create(newPost(team, { content }))
      expect(created.content).toEqual(content)
      expect(await team.stores.posts.get(created.id)).toEqual(created)
      expect(await team.stores.posts.byNumber(created.number)).toEqual(created)
    })

    test('are numbered without gaps, however many write at once', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      const created = await Promise.all(
        Array.from({ length: 20 }, (_, place) =>
          (place % 2 ? storage : beside).workspace(team.id).posts.create(newPost(team)),
        ),
      )
      expect(created.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, place) => place + 1),
      )
      await beside.close()
    })

    test('a number that a failed write took is given again', async () => {
      const team = await newTeam(ground().storage)
      const first = await team.stores.posts.create(newPost(team))
      await expect(team.stores.posts.create(newPost(team, { authorId: 'nobody' }))).rejects.toThrow(
        /foreign key/i,
      )
      expect((await team.stores.posts.create(newPost(team))).number).toBe(first.number + 1)
    })

    test('are listed by time, those without one last, then by number', async () => {
      const team = await newTeam(ground().storage)
      const { posts } = team.stores
      const at = (ms: number) => ({ at: ms, zone: 'UTC', phrase: '' })
      const none = await posts.create(newPost(team, { when: null }))
      const late = await posts.create(newPost(team, { when: at(NOON + DAY), state: 'scheduled' }))
      const soon = await posts.create(newPost(team, { when: at(NOON), state: 'scheduled' }))
      const also = await posts.create(newPost(team, { when: at(NOON), state: 'in_review' }))
      const numbers = async (filter: Parameters<typeof posts.list>[0]) =>
        (await posts.list(filter)).map(({ number }) => number)
      expect(await numbers({})).toEqual([soon.number, also.number, late.number, none.number])
      expect(await numbers({ states: ['scheduled'] })).toEqual([soon.number, late.number])
      expect(await numbers({ states: [] })).toEqual([])
      expect(await numbers({ from: NOON, until: NOON + DAY })).toEqual([soon.number, also.number])
      expect(await numbers({ limit: 2 })).toEqual([soon.number, also.number])
      expect(await numbers({ authorId: 'nobody' })).toEqual([])
      expect(await numbers({ accountId: team.account.id })).toHaveLength(4)
      expect(await numbers({ accountId: team.account.id.slice(0, -1) })).toEqual([])
      expect(await posts.count({ from: NOON })).toBe(3)
      expect(await posts.count({ states: ['cancelled'] })).toBe(0)
    })

    test('every move starts from its states, and from no other', async () => {
      const team = await newTeam(ground().storage)
      const { posts } = team.stores
      for (const [move, { from, to }] of Object.entries(postMoves)) {
        const states: readonly string[] = from
        for (const state of POST_STATES) {
          const post = await posts.create(newPost(team, { state }))
          const moved = await posts.move(post.id, move as keyof typeof postMoves, { at: NOON + 1, round: 3 })
          const expected = states.includes(state)
            ? { ...post, state: to, updatedAt: NOON + 1, round: 3 }
            : undefined
          expect(moved, `${move} from ${state}`).toEqual(expected)
        }
      }
    })

    test('of many who move a post at once, one does', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      const post = await team.stores.posts.create(newPost(team, { state: 'in_review' }))
      const presses = Array.from({ length: 12 }, (_, place) =>
        (place % 2 ? storage : beside)
          .workspace(team.id)
          .posts.move(post.id, place % 3 ? 'approve' : 'reject', { at: NOON + place }),
      )
      expect((await Promise.all(presses)).filter(Boolean)).toHaveLength(1)
      await beside.close()
    })

    test('a move that names a revision moves only that one', async () => {
      const team = await newTeam(ground().storage)
      const post = await team.stores.posts.create(newPost(team, { state: 'in_review' }))
      const { posts } = team.stores
      expect(await posts.move(post.id, 'approve', { at: NOON, revision: 'another' })).toBeUndefined()
      expect(await posts.move(post.id, 'approve', { at: NOON, revision: post.revision })).toBeDefined()
    })

    test('an edit counts only on what its editor saw, and where an edit may start', async () => {
      const team = await newTeam(ground().storage)
      const { posts } = team.stores
      const post = await posts.create(newPost(team, { state: 'scheduled' }))
      const edited = {
        revision: post.revision,
        content: post.content,
        accountIds: post.accountIds,
        memberId: team.member.id,
        at: NOON + 5,
      }
      const changes = {
        content: { ...emptyContent, text: 'New' },
        accountIds: [],
        revision: 'fedcba9876543210',
        edited,
        at: NOON + 5,
      }
      const both = await Promise.all([
        posts.edit(post.id, post.revision, changes),
        posts.edit(post.id, post.revision, changes),
      ])
      expect(both.filter(Boolean)).toEqual([
        {
          ...post,
          state: 'draft',
          content: changes.content,
          accountIds: [],
          revision: changes.revision,
          edited,
          updatedAt: NOON + 5,
        },
      ])
      const live = await posts.create(newPost(team, { state: 'publishing' }))
      expect(await posts.edit(live.id, live.revision, changes)).toBeUndefined()
    })

    test('a time changes while it can', async () => {
      const team = await newTeam(ground().storage)
      const { posts } = team.stores
      const when = { at: NOON + DAY, zone: 'UTC', phrase: 'tomorrow' }
      for (const state of POST_STATES) {
        const post = await posts.create(newPost(team, { state }))
        const movable = ['draft', 'in_review', 'scheduled'].includes(state)
        expect(await posts.reschedule(post.id, when, NOON + 1), state).toEqual(
          movable ? { ...post, when, updatedAt: NOON + 1 } : undefined,
        )
        const without = await posts.reschedule(post.id, null, NOON + 2)
        expect(without?.when, state).toBe(movable && state !== 'scheduled' ? null : undefined)
      }
    })
  })

  describe('series', () => {
    test('come back, change, end, and are planned by one of many', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const { series } = team.stores
      const made = {
        id: newId(NOON),
        authorId: team.member.id,
        rule: { every: 'week', weekdays: [1] },
        phrase: 'every monday',
        content: emptyContent,
        accountIds: [team.account.id],
        approvedRevision: null,
        plannedUntil: null,
        endedAt: null,
        createdAt: NOON,
      }
      await series.create(made)
      expect(await series.get(made.id)).toEqual(made)
      expect(await series.running()).toEqual([made])
      const planned = await Promise.all(
        Array.from({ length: 6 }, () => storage.workspace(team.id).series.plan(made.id, null, NOON + DAY)),
      )
      expect(planned.filter(Boolean)).toHaveLength(1)
      expect(await series.plan(made.id, NOON, NOON + 2 * DAY)).toBe(false)
      expect(await series.plan(made.id, NOON + DAY, NOON + 2 * DAY)).toBe(true)
      const post = await team.stores.posts.create(newPost(team, { seriesId: made.id }))
      expect(await team.stores.posts.list({ seriesId: made.id })).toEqual([post])
      const ended = await series.change(made.id, { endedAt: NOON, approvedRevision: 'abc' })
      expect(ended).toEqual({ ...made, endedAt: NOON, approvedRevision: 'abc', plannedUntil: NOON + 2 * DAY })
      expect(await series.change(made.id, {})).toEqual(ended)
      expect(await series.running()).toEqual([])
    })
  })

  describe('decisions', () => {
    test('a member decides once on a revision in a round', async () => {
      const team = await newTeam(ground().storage)
      const post = await team.stores.posts.create(newPost(team, { state: 'in_review' }))
      const decision = (round: number) => ({
        id: newId(NOON),
        postId: post.id,
        memberId: team.member.id,
        revision: post.revision,
        round,
        kind: 'approve' as const,
        comment: 'Fine',
        at: NOON + round,
      })
      const [one, two] = [decision(1), decision(2)]
      const presses = await Promise.all(
        [decision(1), one, decision(1)].map((d) => team.stores.decisions.add(d)),
      )
      expect(presses.filter(Boolean)).toHaveLength(1)
      expect(await team.stores.decisions.add(two)).toBe(true)
      const found = await team.stores.decisions.ofPost(post.id)
      expect(found.map(({ round }) => round)).toEqual([1, 2])
      expect(found[1]).toEqual(two)
    })

    test("who approved a series as it stands, and what is scheduled on somebody's word", async () => {
      const team = await newTeam(ground().storage)
      const { posts, decisions, series } = team.stores
      const weekly = { id: newId(NOON) }
      await series.create({
        ...weekly,
        authorId: team.member.id,
        rule: {},
        phrase: 'every Monday',
        content: emptyContent,
        accountIds: [],
        approvedRevision: null,
        plannedUntil: null,
        endedAt: null,
        createdAt: NOON,
      })
      const [first, next, alone, other] = [
        await posts.create(newPost(team, { state: 'published', seriesId: weekly.id })),
        await posts.create(newPost(team, { state: 'scheduled', seriesId: weekly.id })),
        await posts.create(newPost(team, { state: 'scheduled' })),
        await posts.create(newPost(team, { state: 'scheduled', revision: 'ffffffffffffffff' })),
      ]
      const approve = (postId: string, changes = {}) =>
        decisions.add({
          id: newId(NOON),
          postId,
          memberId: team.member.id,
          revision: first.revision,
          round: 1,
          kind: 'approve' as const,
          comment: '',
          at: NOON,
          ...changes,
        })
      expect(await decisions.approversOfSeries(weekly.id, first.revision)).toEqual([])
      await approve(first.id)
      await approve(next.id)
      await approve(next.id, { round: 2, revision: 'eeeeeeeeeeeeeeee', kind: 'reject' })
      expect(await decisions.approversOfSeries(weekly.id, first.revision)).toEqual([team.member.id])
      expect(await decisions.approversOfSeries(weekly.id, 'eeeeeeeeeeeeeeee')).toEqual([])
      expect(await decisions.scheduledBy(team.member.id)).toEqual([next.id])
      // An earlier revision of it was approved, not what stands there now.
      await approve(other.id)
      await approve(alone.id)
      expect(await decisions.scheduledBy(team.member.id)).toEqual([next.id, alone.id])
    })
  })

  describe('events', () => {
    const event = (details: Record<string, unknown> = {}) => ({
      id: newId(NOON),
      at: NOON,
      memberId: null,
      verb: 'post.approved',
      subject: 'post:1',
      details,
    })

    test('chain without gaps, also where two processes append at once', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      await Promise.all(
        Array.from({ length: 30 }, (_, place) =>
          (place % 2 ? storage : beside)
            .workspace(team.id)
            .events.append(event({ place, z: { b: 1, a: [2] } })),
        ),
      )
      const all = await team.stores.events.list()
      expect(all).toHaveLength(30)
      expect(firstBrokenLink(all)).toBeUndefined()
      expect(firstBrokenLink(all.with(7, { ...all[7]!, verb: 'post.rejected' }))?.sequence).toBe(8)
      await beside.close()
    })

    test('the chain holds over what no column can hold', async () => {
      const team = await newTeam(ground().storage)
      const odd = {
        ...event({ gone: undefined, odd: Number.NaN, text: 'a\u0000b\ud800' }),
        subject: 'x\u0000\udfff',
      }
      const appended = await team.stores.events.append(odd)
      expect(await team.stores.events.list()).toEqual([appended])
      expect(firstBrokenLink(await team.stores.events.list())).toBeUndefined()
    })

    test('are listed by subject, and page by page', async () => {
      const team = await newTeam(ground().storage)
      for (const subject of ['post:1', 'post:2', 'post:1'])
        await team.stores.events.append({ ...event(), subject })
      const sequences = async (filter: Parameters<typeof team.stores.events.list>[0]) =>
        (await team.stores.events.list(filter)).map(({ sequence }) => sequence)
      expect(await sequences({ subject: 'post:1' })).toEqual([1, 3])
      expect(await sequences({ after: 1, limit: 1 })).toEqual([2])
    })
  })

  describe('accounts', () => {
    test('come back as they were connected, are listed and changed', async () => {
      const team = await newTeam(ground().storage)
      const { accounts } = team.stores
      const mastodon = newAccount({ platform: 'mastodon', state: 'reconnect', dryRun: true, expiresAt: NOON })
      await accounts.add(mastodon, 'sealed')
      expect(await accounts.get(mastodon.id)).toEqual(mastodon)
      expect(await accounts.list()).toHaveLength(2)
      expect(await accounts.list({ platform: 'mastodon', states: ['reconnect'] })).toEqual([mastodon])
      expect(await accounts.list({ states: ['disconnected'] })).toEqual([])
      expect(await accounts.byExternalId('mastodon', mastodon.externalId)).toEqual(mastodon)
      expect(await accounts.byExternalId('bluesky', mastodon.externalId)).toBeUndefined()
      const changed = await accounts.change(mastodon.id, { state: 'connected', expiresAt: null, failures: 2 })
      expect(changed).toEqual({ ...mastodon, state: 'connected', expiresAt: null, failures: 2 })
      expect(await accounts.change(mastodon.id, {})).toEqual(changed)
      await expect(accounts.change('nobody', { failures: 1 })).rejects.toThrow('no account')
      const twin = accounts.add({ ...mastodon, id: newId(NOON) }, 'sealed')
      await expect(twin).rejects.toThrow(/unique/i)
    })

    test('credentials are replaced by one of many, and come back after a disconnect', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const { accounts } = team.stores
      const { id } = team.account
      const seen = await accounts.credentials(id)
      const tries = await Promise.all(
        Array.from({ length: 6 }, (_, place) =>
          storage.workspace(team.id).accounts.replaceCredentials(id, `fresh ${place}`, seen!.version),
        ),
      )
      expect(tries.filter(Boolean)).toHaveLength(1)
      const fresh = await accounts.credentials(id)
      expect(fresh?.sealed).toMatch(/^fresh/)
      expect(await accounts.replaceCredentials(id, null, fresh!.version)).toBe(true)
      expect(await accounts.credentials(id)).toBeUndefined()
      // One who refreshed meanwhile can't bring a disconnected account back.
      expect(await accounts.replaceCredentials(id, 'late', fresh!.version + 1)).toBe(false)
      expect(await accounts.replaceCredentials(id, 'again', 0)).toBe(true)
      expect((await accounts.credentials(id))?.sealed).toBe('again')
      expect(await accounts.replaceCredentials(id, 'twice', 0)).toBe(false)
    })

    test('one at a time refreshes', async () => {
      const team = await newTeam(ground().storage)
      const { accounts } = team.stores
      const { id } = team.account
      const locks = ['a', 'b', 'c'].map((holder) => accounts.lockRefresh(id, holder, NOON, NOON + 100))
      const taken = await Promise.all(locks)
      expect(taken.filter(Boolean)).toHaveLength(1)
      const holder = ['a', 'b', 'c'][taken.indexOf(true)]!
      await accounts.unlockRefresh(id, 'somebody else')
      expect(await accounts.lockRefresh(id, 'd', NOON + 99, NOON + 200)).toBe(false)
      await accounts.unlockRefresh(id, holder)
      expect(await accounts.lockRefresh(id, 'd', NOON + 99, NOON + 200)).toBe(true)
      expect(await accounts.lockRefresh(id, 'e', NOON + 200, NOON + 300)).toBe(true)
    })
  })
}
