import { describe, expect, test } from 'vitest'
import { DAY } from '../../../src/kit/clock.ts'
import { newId } from '../../../src/kit/ids.ts'
import type { Message } from '../../../src/message/message.ts'
import type { OutboxEntry } from '../../../src/outbox/outbox.ts'
import { type Ground, NOON, newChat, newEntry, newTeam, type Team } from '../ground.ts'

const LEASE = NOON + 1_000

export function chatsContract(ground: () => Ground): void {
  describe('the outbox', () => {
    /** Of this team only: the queue crosses workspaces. */
    const claim = async (team: Team, now = NOON, limit = 1_000) => {
      const taken = await ground().storage.outboxQueue.claim({ now, leaseUntil: now + 1_000, limit })
      const { outboxQueue } = ground().storage
      for (const { workspaceId, entry } of taken)
        if (workspaceId !== team.id) await outboxQueue.sent(entry.id, now, undefined)
      return taken.filter(({ workspaceId }) => workspaceId === team.id)
    }

    test('gives a channel its messages one at a time, in order, and channels at once', async () => {
      const team = await newTeam(ground().storage)
      const { outbox } = team.stores
      const { outboxQueue } = ground().storage
      const depth = await outboxQueue.depth()
      const [first, second] = [newEntry(team), newEntry(team)]
      const elsewhere = newEntry(team, { channel: 'C2' })
      const direct = newEntry(team, { channel: null, memberId: team.member.id })
      for (const entry of [first, second, elsewhere, direct]) await outbox.add(entry)
      expect(await outboxQueue.depth()).toBe(depth + 4)
      const taken = await claim(team)
      expect(taken.map(({ entry }) => entry.id)).toEqual([first.id, elsewhere.id, direct.id])
      expect(taken[0]).toEqual({
        workspaceId: team.id,
        surface: 'slack',
        chatExternalId: team.chat.externalId,
        entry: { ...first, state: 'sending', dueAt: NOON, attempts: 1, problem: null },
        card: undefined,
      })
      expect(await claim(team)).toEqual([])
      await outboxQueue.sent(first.id, NOON, undefined)
      expect((await claim(team)).map(({ entry }) => entry.id)).toEqual([second.id])
      await outboxQueue.sent(second.id, NOON, undefined)
      for (const { id } of [elsewhere, direct]) await outboxQueue.sent(id, NOON, undefined)
      expect(await claim(team)).toEqual([])
    })

    test('what was not sent is tried again at its time, holds back what follows, and may be given up', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const [first, second] = [newEntry(team), newEntry(team)]
      await team.stores.outbox.add(first)
      await team.stores.outbox.add(second)
      await claim(team)
      await outboxQueue.notSent(first.id, LEASE, 'Slack is busy', { dueAt: NOON + 50, counts: true })
      expect(await claim(team, NOON + 49)).toEqual([])
      const [again] = await claim(team, NOON + 50)
      expect(again?.entry).toMatchObject({ id: first.id, attempts: 2, problem: 'Slack is busy' })
      await outboxQueue.notSent(first.id, LEASE + 50, 'It is old news', 'dropped')
      expect((await claim(team, NOON + 50)).map(({ entry }) => entry.id)).toEqual([second.id])
      await outboxQueue.sent(second.id, NOON, undefined)
    })

    test('what is put aside is passed by the others, with what is about the same, one at a time', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const [about, other] = [{ subject: 'post:1' }, { subject: 'post:2' }]
      const card = newEntry(team, { ...about, kind: 'card' })
      const reply = newEntry(team, { ...about, kind: 'reply' })
      const [second, third, last] = [
        newEntry(team, { ...other, kind: 'card' }),
        newEntry(team),
        newEntry(team),
      ]
      await team.stores.outbox.add(card, second, reply, third)
      const ids = async (now: number) => (await claim(team, now)).map(({ entry }) => entry.id)
      expect(await ids(NOON)).toEqual([card.id])
      const later = { dueAt: NOON + 500, counts: true, aside: true }
      await outboxQueue.notSent(card.id, LEASE, 'Failed', later)
      expect(await ids(NOON)).toEqual([second.id])
      // Nothing was taken since: it may be the channel.
      await outboxQueue.notSent(second.id, LEASE, 'Failed', { ...later, dueAt: NOON + 100 })
      expect(await ids(NOON)).toEqual([])
      expect(await ids(NOON + 100)).toEqual([second.id])
      await outboxQueue.sent(second.id, NOON, undefined)
      // What comes later about it goes behind it, and a newer card of it takes the place of one that waits there.
      const cards = [newEntry(team, { ...about, kind: 'card' }), newEntry(team, { ...about, kind: 'card' })]
      for (const one of cards) await team.stores.outbox.add(one)
      await team.stores.outbox.add(last)
      expect(await ids(NOON + 100)).toEqual([third.id])
      // The channel has taken one.
      await outboxQueue.notSent(third.id, LEASE + 100, 'Failed', later)
      expect(await ids(NOON + 100)).toEqual([last.id])
      await outboxQueue.sent(last.id, NOON, undefined)
      expect(await ids(NOON + 500)).toEqual([card.id, third.id])
      for (const { id } of [card, third]) await outboxQueue.sent(id, NOON, undefined)
      expect(await ids(NOON)).toEqual([reply.id])
      await outboxQueue.sent(reply.id, NOON, undefined)
      expect(await ids(NOON)).toEqual([cards[1]!.id])
      await outboxQueue.sent(cards[1]!.id, NOON, undefined)
      expect(await ids(NOON)).toEqual([])
    })

    test('a sender that lost its lease changes nothing of what another sends', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const entry = newEntry(team)
      await team.stores.outbox.add(entry)
      await claim(team)
      // It slept; another one has taken it, and sends it.
      const [again] = await claim(team, LEASE)
      expect(again?.entry.id).toBe(entry.id)
      const down = { dueAt: LEASE, counts: true }
      for (const then of [down, { refusedAt: LEASE }, 'dropped' as const])
        expect(await outboxQueue.notSent(entry.id, LEASE, 'No answer', then)).toBe(false)
      expect(await claim(team, LEASE + 1)).toEqual([])
      expect(await team.stores.outbox.refused()).toEqual([])
      expect(await outboxQueue.notSent(entry.id, LEASE + 1_000, 'No answer', down)).toBe(true)
      const [mine] = await claim(team, LEASE)
      expect(mine?.entry).toMatchObject({ id: entry.id, attempts: 3 })
      await outboxQueue.sent(entry.id, NOON, undefined)
    })

    test('a wait that the chat asks for is no try, and a try before it stays one', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const entry = newEntry(team, { kind: 'card', subject: 'post:1' })
      await team.stores.outbox.add(entry)
      for (const attempts of [1, 2, 2, 2]) {
        const [taken] = await claim(team, NOON + 5)
        expect(taken?.entry.attempts).toBe(attempts)
        await outboxQueue.notSent(entry.id, LEASE + 5, 'Busy', { dueAt: NOON + 5, counts: false })
      }
      // It is not due before its time, and no newer card takes its place.
      expect(await claim(team, NOON + 4)).toEqual([])
      await team.stores.outbox.add(newEntry(team, { kind: 'card', subject: 'post:1' }))
      const [taken] = await claim(team, NOON + 5)
      expect(taken?.entry.id).toBe(entry.id)
      await outboxQueue.sent(entry.id, NOON, undefined)
      for (const { entry: next } of await claim(team)) await outboxQueue.sent(next.id, NOON, undefined)
    })

    test('a chat that takes messages again is tried in all its channels at once', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const [first, other] = [newEntry(team), newEntry(team, { channel: 'C2' })]
      await team.stores.outbox.add(first, other)
      await claim(team)
      for (const { id } of [first, other])
        await outboxQueue.notSent(id, LEASE, 'Down', { dueAt: NOON + 500, counts: true })
      await outboxQueue.recovered((await newTeam(ground().storage)).chat.id, NOON + 9)
      expect(await claim(team, NOON + 9)).toEqual([])
      await outboxQueue.recovered(team.chat.id, NOON + 9)
      expect((await claim(team, NOON + 9)).map(({ entry }) => entry.id)).toEqual([first.id, other.id])
      for (const { id } of [first, other]) await outboxQueue.sent(id, NOON, undefined)
    })

    test('what a chat refuses is kept in mind until it is made up for, by one of all who would', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const { outbox } = team.stores
      const card = (post: string) => newEntry(team, { kind: 'card', subject: `post:${post}` })
      const [one, two, elsewhere] = [card('1'), card('2'), { ...card('1'), channel: 'C2' }]
      await outbox.add(one, two, elsewhere)
      for (const { id } of [one, two]) {
        await claim(team)
        await outboxQueue.notSent(id, LEASE, 'The channel is archived', { refusedAt: NOON + 3 })
      }
      await outboxQueue.sent(elsewhere.id, NOON, undefined)
      const seen = async () => (await outbox.refused()).map(({ entry, at, taken }) => [entry.id, at, taken])
      expect((await outbox.refused())[0]?.entry).toMatchObject({
        ...one,
        state: 'failed',
        problem: 'The channel is archived',
      })
      expect(await seen()).toEqual([
        [one.id, NOON + 3, 'nothing'],
        [two.id, NOON + 3, 'nothing'],
      ])
      expect(await outbox.triedFor(one.id, NOON + 3, NOON + 8)).toBe(true)
      expect(await outbox.triedFor(one.id, NOON + 3, NOON + 9)).toBe(false)
      const again = card('2')
      await outbox.add(again)
      await claim(team)
      await outboxQueue.sent(again.id, NOON, undefined)
      expect(await seen()).toEqual([
        [one.id, NOON + 8, 'another'],
        [two.id, NOON + 3, 'the like'],
      ])
      const [mine, theirs] = [await outbox.madeUpFor([one.id]), await outbox.madeUpFor([two.id, one.id])]
      expect([mine, theirs]).toEqual([[one.id], [two.id]])
      expect(await seen()).toEqual([])
    })

    test('what was being sent when its process died is due again when its lease ends', async () => {
      const team = await newTeam(ground().storage)
      const entry = newEntry(team)
      await team.stores.outbox.add(entry)
      await claim(team)
      expect(await claim(team, LEASE - 1)).toEqual([])
      const [again] = await claim(team, LEASE)
      expect(again?.entry).toMatchObject({ id: entry.id, attempts: 2 })
      await ground().storage.outboxQueue.sent(entry.id, NOON, undefined)
    })

    test('a newer card replaces one that waits; replies and tried cards stay', async () => {
      const team = await newTeam(ground().storage)
      const { outbox } = team.stores
      const { outboxQueue } = ground().storage
      const card = (text: string) => newEntry(team, { kind: 'card', subject: 'post:1', message: said(text) })
      const reply = newEntry(team, { kind: 'reply', subject: 'post:1' })
      const newest = card('three')
      for (const entry of [card('one'), reply, card('two'), newest]) await outbox.add(entry)
      await outbox.add({ ...card('other'), subject: 'post:2' })
      const [first] = await claim(team)
      expect(first?.entry).toMatchObject({ id: newest.id, message: said('three'), kind: 'card' })
      // Whether the chat took it is not known: it goes again under its own id, and the newest behind it.
      await outboxQueue.notSent(newest.id, LEASE, 'No answer', { dueAt: NOON, counts: true })
      await outbox.add(card('four'))
      await outbox.add(card('five'))
      const order: string[] = []
      for (let [next] = await claim(team); next; [next] = await claim(team)) {
        const { entry } = next
        const block = blocksOf(entry)[0]
        order.push(block?.type === 'heading' ? block.text : '')
        const where = { chatId: team.chat.id, subject: 'post:1', channel: 'C1', remoteId: '171.5' }
        await outboxQueue.sent(
          entry.id,
          NOON,
          entry.kind === 'card' && next.card === undefined ? where : undefined,
        )
        if (order.length === 2) expect(next.card).toEqual(where)
      }
      expect(order).toEqual(['three', 'Hello', 'other', 'five'])
      expect(await outbox.cards('post:1')).toEqual([
        { chatId: team.chat.id, subject: 'post:1', channel: 'C1', remoteId: '171.5' },
      ])
      expect(await outbox.cards('post:9')).toEqual([])
    })

    test('many senders take each message once', async () => {
      const { storage } = ground()
      const beside = await ground().beside()
      const team = await newTeam(storage)
      for (let n = 0; n < 40; n++) await team.stores.outbox.add(newEntry(team, { channel: `C${n % 10}` }))
      const taken: string[] = []
      const send = async (from: typeof storage) => {
        for (let idle = 0; idle < 20; ) {
          const some = await from.outboxQueue.claim({ now: NOON, leaseUntil: LEASE, limit: 3 })
          idle = some.length === 0 ? idle + 1 : 0
          for (const { entry, workspaceId } of some) {
            if (workspaceId === team.id) taken.push(entry.id)
            await from.outboxQueue.sent(entry.id, NOON, undefined)
          }
        }
      }
      await Promise.all([storage, beside, storage, beside].map(send))
      expect(taken).toHaveLength(40)
      expect(new Set(taken).size).toBe(40)
      await beside.close()
    })

    test('pictures travel as bytes, and a direct message finds its card', async () => {
      const team = await newTeam(ground().storage)
      const { outboxQueue } = ground().storage
      const png = new Uint8Array([137, 80, 78, 71, 0, 255])
      const message: Message = {
        type: 'message',
        blocks: [{ type: 'image', image: { png: Buffer.from(png), name: 'week.png' }, alt: 'A week' }],
      }
      const direct = { channel: null, memberId: team.member.id, subject: 'post:7', kind: 'card' as const }
      await team.stores.outbox.add(newEntry(team, { ...direct, message }))
      const [taken] = await claim(team)
      const [block] = blocksOf(taken!.entry)
      expect(block).toEqual({ type: 'image', image: { png, name: 'week.png' }, alt: 'A week' })
      const card = { chatId: team.chat.id, subject: 'post:7', channel: 'D42', remoteId: '9' }
      await outboxQueue.sent(taken!.entry.id, NOON, card)
      await team.stores.outbox.add(newEntry(team, direct))
      const [update] = await claim(team)
      expect(update?.card).toEqual(card)
      await outboxQueue.sent(update!.entry.id, NOON, undefined)
    })

    test('a listener hears of it', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const heard: string[] = []
      const stop = storage.onWrite((written) => heard.push(written))
      await team.stores.outbox.add(newEntry(team))
      stop()
      expect(heard).toEqual(['outbox'])
      await claim(team)
    })

    test('an entry needs a chat of its workspace', async () => {
      const { storage } = ground()
      const [one, other] = [await newTeam(storage), await newTeam(storage)]
      await other.stores.workspace.addChat(newChat())
      await expect(one.stores.outbox.add(newEntry(one, { chatId: other.chat.id }))).rejects.toThrow(
        /foreign key/i,
      )
    })
  })

  describe('media', () => {
    test('come back by id, in the order asked, and by content', async () => {
      const { stores } = await newTeam(ground().storage)
      const film = (sha256: string) => ({
        id: newId(NOON),
        sha256,
        type: 'video/mp4',
        size: 5_000_000_000,
        width: 1_920,
        height: null,
        duration: 3_000_000_000,
        videoCodec: 'avc',
        audioCodec: 'aac',
        filename: '../../etc/passwd\u0000.mp4',
        createdAt: NOON,
      })
      const [one, two] = [film('a'.repeat(64)), film('b'.repeat(64))]
      await stores.media.add(one)
      await stores.media.add(two)
      const stored = { ...one, filename: '../../etc/passwd\uFFFD.mp4' }
      expect(await stores.media.get(one.id)).toEqual(stored)
      expect((await stores.media.getMany([two.id, 'none', one.id])).map(({ id }) => id)).toEqual([
        two.id,
        one.id,
      ])
      expect(await stores.media.take({ sha256: one.sha256 }, NOON)).toEqual(stored)
      expect(await stores.media.take({ sha256: 'c'.repeat(64) }, NOON)).toBeUndefined()
      await stores.media.add({ ...film(one.sha256), id: crypto.randomUUID() })
      expect(await stores.media.bytes()).toBe(one.size + two.size)
      expect(await (await newTeam(ground().storage)).stores.media.bytes()).toBe(0)
    })
  })

  describe('kept forms', () => {
    test('come back as they were left, until they are old', async () => {
      const { stores, member } = await newTeam(ground().storage)
      const form = {
        code: 'k3m9px',
        memberId: member.id,
        command: 'schedule',
        values: { text: 'We ship', to: ['a', 'b'], now: true },
        errors: { when: 'Not a time' },
        createdAt: NOON,
      }
      await stores.keptForms.keep(form)
      expect(await stores.keptForms.get('k3m9px')).toEqual(form)
      await stores.keptForms.keep({ ...form, createdAt: NOON + 1, errors: {} })
      await stores.keptForms.forgetOlder(NOON + 1)
      expect(await stores.keptForms.get('k3m9px')).toEqual({ ...form, createdAt: NOON + 1, errors: {} })
      await stores.keptForms.forgetOlder(NOON + DAY)
      expect(await stores.keptForms.get('k3m9px')).toBeUndefined()
    })
  })

  describe('the playground', () => {
    test('its transcript keeps order, updates in place, and takes a repeated entry once', async () => {
      const { stores } = await newTeam(ground().storage)
      const entry = (n: number, channel = 'general') => ({
        id: `m${n}`,
        channel,
        threadOf: n === 3 ? 'm2' : null,
        memberId: null,
        onlyFor: null,
        message: said(`${n}`),
        at: NOON,
        updatedAt: NOON,
      })
      for (const n of [1, 2, 3, 4]) await stores.transcript.add(entry(n))
      await stores.transcript.add({ ...entry(2), message: said('again') })
      await stores.transcript.add(entry(9, 'review'))
      await stores.transcript.update('m3', said('three'), NOON + 5)
      expect(await stores.transcript.list('general', 3)).toEqual([
        entry(2),
        { ...entry(3), message: said('three'), updatedAt: NOON + 5 },
        entry(4),
      ])
    })

    test('its feed holds a key once, newest first', async () => {
      const { storage } = ground()
      const team = await newTeam(storage)
      const item = (n: number, key = `k${n}`) => ({
        id: `i${n}`,
        key,
        handle: '@acme',
        dryRunOf: null,
        text: `Post ${n}`,
        media: [{ mediaId: 'm', alt: 'a' }],
        replyTo: null,
        at: NOON + n,
      })
      const published = await Promise.all(
        [1, 2, 3].map((n) => storage.workspace(team.id).feed.publish(item(n, 'same'))),
      )
      expect(new Set(published.map(({ id }) => id)).size).toBe(1)
      await team.stores.feed.publish(item(9))
      const { feed } = team.stores
      expect((await feed.list(10)).map(({ id }) => id)).toEqual(['i9', published[0]!.id])
      expect(await feed.list(1)).toEqual([item(9)])
      expect(await feed.byKey('k9')).toEqual(item(9))
      expect(await feed.remove('i9')).toBe(true)
      expect(await feed.remove('i9')).toBe(false)
      expect(await feed.byKey('k9')).toBeUndefined()
    })
  })
}

const blocksOf = ({ message }: OutboxEntry) => (message.type === 'message' ? message.blocks : [])

const said = (text: string): Message => ({ type: 'message', blocks: [{ type: 'heading', text }] })
