import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { standstillOf } from '../../src/deliveries/bookkeeping.ts'
import { HOUR, MINUTE, SECOND } from '../../src/kit/clock.ts'
import { newId } from '../../src/kit/ids.ts'
import type { Look, Platform, Published } from '../../src/platforms/contract/platform.ts'
import { PublishError } from '../../src/platforms/contract/publish-error.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { play } from './conversation.ts'

// A platform that takes a post and whose answer is lost: what follows must neither post it again nor call it absent.

let world: TestHouse
/** What the platform shows. */
let live: string[]
/** Was the platform told, at each commit, that an earlier attempt may have published the part? */
let toldAgain: (boolean | undefined)[]
/** What its next commits do after they were taken, one each; then it answers. */
let answers: (() => undefined | Partial<Published> | Promise<never>)[]
let prepares: () => void

const fails =
  (next: PublishError['next'], message: string): (() => never) =>
  () => {
    throw new PublishError('rehearsal', next, message)
  }
const lost = fails({ do: 'check' }, 'the answer was lost')

beforeEach(async () => {
  live = []
  toldAgain = []
  answers = []
  prepares = () => undefined
  world = await openTestHouse()
  await play(world, 'Grace: settings approvals 0')
})
afterEach(() => world.close())

/** Knows a key for an hour, as Mastodon does; a thread is split by lines of dashes. */
function stage(look: Partial<Look<never>> = {}): void {
  const platforms = world.house.bench.platforms as Map<string, Platform>
  const rehearsal = platforms.get('rehearsal')
  if (!rehearsal) throw new Error('There is no rehearsal')
  const known = new Map<string, number>()
  platforms.set('rehearsal', {
    ...rehearsal,
    parts: ({ text }) => text.split('---').length,
    prepare: async () => prepares(),
    commit: async ({ key, text }, { now }, _progress, part, again) => {
      toldAgain.push(again)
      const since = known.get(`${key} ${part}`)
      const answer = answers.shift() ?? (() => undefined)
      if (answer !== refused && answer !== busy && (since === undefined || now - since >= HOUR)) {
        live.push(text.split('---')[part]?.trim() ?? '')
        known.set(`${key} ${part}`, now)
      }
      return { remoteId: String(live.length), url: null, ...(await answer()) }
    },
    look: { says: 'it can’t be seen', repeatableFor: 50 * MINUTE, trustAfter: 0, ...look },
  })
}
const busy = fails({ do: 'retry' }, 'It is busy')
const refused = fails({ do: 'edit' }, 'It is refused')
const loggedOut = fails({ do: 'reconnect' }, 'The login is dead')

async function pass(beats: number, length = 10 * SECOND): Promise<void> {
  for (let n = 0; n < beats; n++) await world.pass(length)
}

const stores = () => world.house.storage.workspace(world.house.home.id)
async function first() {
  const [post] = await stores().posts.list({})
  const [delivery] = post ? await stores().deliveries.ofPosts([post.id]) : []
  if (!post || !delivery) throw new Error('There is no post')
  return { post, delivery }
}

const said = async (line: string) => {
  const answer = await world.house.desk.ask(await world.speaker('Ada'), { line })
  return JSON.stringify(answer)
}

async function due(text: string): Promise<void> {
  await play(world, `Ada: schedule in 5 minutes to rehearsal: ${text}`)
  await world.pass('2026-11-20T08:05:01Z')
}

test('what may be live and is found late is looked into, and not offered as late', async () => {
  stage()
  answers = [lost, lost]
  await due('Once only')
  await pass(1, 500)
  await play(world, 'Grace: pause')
  await pass(3)
  expect((await first()).delivery.state).toBe('scheduled')
  await world.pass(3 * HOUR)
  await play(world, 'Grace: resume')
  await pass(1, SECOND)
  expect((await first()).delivery).toMatchObject({ state: 'unsure', problem: { ask: 'check' } })
  await pass(2)
  await play(
    world,
    'results: may be live: the answer was lost. It is too late to send it again without a second post, so a person has to look.',
  )
  expect(await said('settle 1.1 live')).toContain('#1')
  expect(live).toEqual(['Once only'])
  expect((await first()).post.state).toBe('published')
})

test.each<[string, Partial<Look<never>>, string]>([
  ['can neither be asked nor sent the same again', { repeatableFor: 0 }, 'It can’t be seen.'],
  [
    'does not tell',
    { repeatableFor: 0, find: async () => 'unknown' },
    'Crier can’t tell from Rehearsal whether it is there, so a person has to look.',
  ],
  [
    'can’t be asked',
    {
      repeatableFor: 0,
      find: async () => fails({ do: 'reconnect' }, 'The login is dead')() as never,
    },
    'Crier could not look for it, so a person has to (The login is dead).',
  ],
])('a person is asked in a sentence where the platform %s', async (_, look, sentence) => {
  stage(look)
  answers = [lost]
  await due('Once only')
  await pass(15, MINUTE)
  await play(world, `results: #1 to @rehearsal on Rehearsal may be live: the answer was lost. ${sentence}`)
  await play(world, `Ada: show 1\nbot: may be live: the answer was lost — ${sentence.slice(0, -1)}`)
})

test('a login that dies in between throws no doubt away', async () => {
  stage()
  answers = [lost, loggedOut]
  await due('Once only')
  await pass(6)
  expect((await first()).delivery.state).toBe('parked')
  await world.pass(9 * HOUR)
  for (const { id } of await stores().accounts.list()) {
    await stores().accounts.change(id, { state: 'connected' })
    await stores().deliveries.moveOfAccount(id, 'unpark', { at: world.clock.now(), problem: null })
  }
  await pass(3)
  expect((await first()).delivery).toMatchObject({ state: 'unsure' })
  expect(live).toEqual(['Once only'])
})

test('what is said of a login that was renewed meanwhile says nothing of the new one', async () => {
  stage()
  const [account] = await stores().accounts.list()
  const renewed = async (): Promise<never> => {
    const kept = await stores().accounts.credentials(account!.id)
    await stores().accounts.replaceCredentials(account!.id, kept!.sealed, kept!.version)
    return loggedOut()
  }
  answers = [renewed]
  await due('Once only')
  await pass(6)
  expect((await stores().accounts.list())[0]?.state).toBe('connected')
  expect((await first()).delivery).toMatchObject({ state: 'published', attempts: 2 })
})

test('access that ends during a long upload is renewed, and no login is called dead', async () => {
  stage()
  const platforms = world.house.bench.platforms as Map<string, Platform>
  let endsAt = Temporal.Instant.from('2026-11-20T08:12:00Z').epochMilliseconds
  const refresh = async <Kept>(kept: Kept): Promise<Kept> => {
    endsAt = world.clock.now() + HOUR
    return kept
  }
  const credentials = z.object({ token: z.string(), refreshToken: z.string().default('again') })
  platforms.set('rehearsal', {
    ...platforms.get('rehearsal')!,
    credentials,
    expiresAt: () => endsAt,
    refresh,
  } as unknown as Platform)
  prepares = () => {
    prepares = () => undefined
    world.clock.advance(8 * MINUTE)
    loggedOut()
  }
  await due('A film')
  await pass(6)
  expect((await stores().accounts.list())[0]?.state).toBe('connected')
  expect((await first()).delivery.state).toBe('published')
})

test('a preparation that fails for good meanwhile is no proof that it is not live', async () => {
  stage()
  answers = [lost]
  await due('Once only')
  prepares = fails({ do: 'retry' }, 'The token server is down')
  await pass(150, MINUTE)
  expect((await first()).delivery).toMatchObject({
    state: 'unsure',
    problem: { message: expect.stringContaining('it may be live all the same') },
  })
  expect(await said('edit 1: Once more')).toContain('can no longer be edited')
  expect(live).toEqual(['Once only'])
})

test('answers that are lost time and again are asked about; after a person’s word they are counted anew', async () => {
  stage({ repeatableFor: Number.POSITIVE_INFINITY })
  answers = Array(8).fill(lost)
  await due('Once only')
  await pass(40, MINUTE)
  await play(world, 'results: The answer was lost 8 times in a row')
  answers = [lost]
  await said('settle 1.1 publish')
  await pass(60, MINUTE)
  expect((await first()).delivery).toMatchObject({ state: 'published', attempts: 10 })
})

test('what may be live and is dropped is not called absent, and an edit does not post it again', async () => {
  stage({ repeatableFor: 0 })
  answers = [lost]
  await due('Once only')
  await pass(3)
  await play(world, 'results: the answer was lost')
  await said('settle 1.1 drop')
  expect((await first()).post.state).toBe('partly_published')
  await play(world, 'results: may be live')
  await play(world, 'results: was dropped: nobody knows whether it is live')
  expect(await said('edit 1: Once more')).toContain('can no longer be edited')
  await pass(3)
  expect(live).toEqual(['Once only'])
})

test('what has failed waits for no word: it is tried again with its post', async () => {
  stage()
  answers = [refused]
  await due('Refused')
  await pass(2)
  expect((await first()).post.state).toBe('failed')
  for (const word of ['publish', 'drop'])
    expect(await said(`settle 1.1 ${word}`)).toContain('There is nothing to decide about 1.1: it failed')
  await pass(2)
  expect(live).toEqual([])
  await said('retry 1')
  await pass(2)
  expect([(await first()).post.state, live]).toEqual(['published', ['Refused']])
})

test('a button about an earlier standstill decides nothing', async () => {
  stage({ repeatableFor: 0, trustAfter: MINUTE, find: async () => 'absent' })
  await play(world, 'Ada: schedule in 5 minutes to rehearsal: Once only\nGrace: pause')
  await world.pass(2 * HOUR)
  await play(world, 'Grace: resume')
  await pass(1, SECOND)
  const { delivery } = await first()
  expect(delivery.state).toBe('late')
  const button = `settle 1.1 publish @${standstillOf(delivery)}`
  answers = [lost]
  await said(button)
  await pass(1, SECOND)
  expect((await first()).delivery.state).toBe('unsure')
  // The copy of it in another channel.
  expect(await said(button)).toContain('1.1 was decided since')
  // And nobody has been asked whether it is live.
  expect(await said('settle 1.1 publish')).toContain('There is nothing to decide about 1.1')
  expect(await said('settle 1.1 drop')).toContain('There is nothing to decide about 1.1')
  expect(live).toEqual(['Once only'])
})

describe('a thread', () => {
  const THREAD = 'One⏎---⏎Two⏎---⏎Three'

  test('of which a person has seen one part ends with what is missing', async () => {
    stage({ repeatableFor: 0 })
    answers = [() => undefined, lost]
    await due(THREAD)
    await pass(3)
    await play(world, 'results: may be live: the answer was lost. Part 2 of 3: it can’t be seen.')
    await said('settle 1.1 live')
    const { post, delivery } = await first()
    expect(post.state).toBe('partly_published')
    expect(delivery).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('Part 3 of 3 did not go out') },
    })
    // Nobody knows what it would answer to.
    expect(await said('retry 1')).toContain('Nothing of #1 has failed')
    expect(live).toEqual(['One', 'Two'])
  })

  test('of which a person has seen the last part is published, where its first part stands', async () => {
    stage({ repeatableFor: 0 })
    answers = [() => undefined, () => undefined, lost]
    await due(THREAD)
    await pass(3)
    await said('settle 1.1 live')
    const { post, delivery } = await first()
    expect([post.state, delivery.published?.remoteId]).toEqual(['published', '1'])
  })

  test('that is refused in the middle is partly live: an edit would publish its beginning again', async () => {
    stage()
    answers = [() => undefined, refused]
    await due(THREAD)
    await pass(2)
    expect((await first()).post.state).toBe('partly_published')
    expect(await said(`edit 1: ${THREAD}!`)).toContain('can no longer be edited')
    await said('retry 1')
    await pass(2)
    expect(live).toEqual(['One', 'Two', 'Three'])
  })

  test('that began with difficulty has as many tries for its next part as any other', async () => {
    stage({ repeatableFor: 0 })
    answers = [...Array(7).fill(busy), () => undefined, busy, busy]
    await due('One⏎---⏎Two')
    await pass(200, MINUTE)
    expect((await first()).post.state).toBe('published')
    expect(live).toEqual(['One', 'Two'])
  })

  test('of which a part is live with something to say about it says so', async () => {
    stage({ repeatableFor: 0 })
    answers = [() => undefined, () => ({ note: 'its picture was refused' })]
    await due('One⏎---⏎Two')
    await pass(2)
    await play(world, 'results: is live — its picture was refused')
    expect(await said('show 1')).toContain('its picture was refused')
  })

  test('that is dropped in the middle is partly live', async () => {
    stage()
    answers = [() => undefined, loggedOut]
    await due(THREAD)
    await pass(2)
    await said('settle 1.1 drop')
    expect((await first()).post.state).toBe('partly_published')
  })
})

describe('a commit is told whether an earlier attempt may have published the part', () => {
  const THREAD = 'One⏎---⏎Two⏎---⏎Three'

  test.each<[string, string, (typeof answers)[number][], boolean[]]>([
    ['the first attempt', 'Once', [], [false]],
    ['a lost answer', 'Once', [lost], [false, true]],
    ['a thread', THREAD, [], [false, false, false]],
    ['a lost answer in a thread', THREAD, [() => undefined, lost], [false, false, true, false]],
  ])('%s', async (_name, text, script, again) => {
    stage()
    answers = [...script]
    await due(text)
    await pass(6)
    expect(toldAgain).toEqual(again)
  })

  test('a process that died in it', async () => {
    stage({ repeatableFor: 0, find: async () => 'absent' })
    await play(world, 'Ada: schedule in 5 minutes to rehearsal: Once')
    world.clock.set('2026-11-20T08:05:01Z')
    const now = world.clock.now()
    const { queue } = world.house.storage
    const [claimed] = await queue.claimDue({ now, leaseUntil: now + MINUTE, worker: 'dead', limit: 1 })
    if (!claimed) throw new Error('Nothing was due')
    await queue.beginAttempt({
      id: newId(now),
      deliveryId: claimed.delivery.id,
      number: 1,
      part: 0,
      worker: 'dead',
      startedAt: now,
      endedAt: null,
      outcome: null,
      message: null,
    })
    await pass(30)
    expect(toldAgain).toEqual([true])
    expect((await first()).post.state).toBe('published')
  })
})
