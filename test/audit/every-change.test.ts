import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Command } from '../../src/app/command.ts'
import { commandsFolder } from '../../src/build.ts'
import { loadFolder } from '../../src/kit/load-folder.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

const commands = await loadFolder<Command>(commandsFolder())

/** What only looks: it changes nothing that the trail would have to tell. */
const LOOKS = ['calendar', 'digest', 'health', 'help', 'preview', 'queue', 'show']

type Said = readonly [who: string, line: string, values?: Record<string, string>]
const DRAFT: Said = ['Ada', 'draft to rehearsal: Forty-two']
const IN_REVIEW: Said = ['Ada', 'schedule tomorrow 9am to rehearsal: Forty-two']
const SCHEDULED: readonly Said[] = [IN_REVIEW, ['Grace', 'approve 1']]
const HOOKED: Said = ['Grace', 'hooks add https://hooks.invalid/catch/1']
const LONG = 'A sentence that goes on. '.repeat(16)

/** Each command that changes something: what comes before, the line, the verb that the trail must get. */
const CHANGES: Record<string, readonly (readonly [before: readonly Said[], line: Said, verb: string])[]> = {
  accounts: [[[], ['Grace', 'accounts rehearsal dry-run on'], 'account.dry-run']],
  approve: [[[IN_REVIEW], ['Grace', 'approve 1'], 'post.approved']],
  cancel: [
    [SCHEDULED, ['Ada', 'cancel 1'], 'post.cancelled'],
    [[['Ada', 'schedule every day at 9am to rehearsal: Daily']], ['Ada', 'cancel 1 series'], 'series.ended'],
  ],
  connect: [
    [
      [['Grace', 'disconnect rehearsal']],
      ['Grace', 'connect', { platform: 'rehearsal', handle: '@second' }],
      'account.connected',
    ],
  ],
  disconnect: [[[], ['Grace', 'disconnect rehearsal'], 'account.disconnected']],
  draft: [[[], DRAFT, 'post.drafted']],
  edit: [[SCHEDULED, ['Ada', 'edit 1: Forty-three'], 'post.edited']],
  hooks: [
    [[], HOOKED, 'hook.added'],
    [[HOOKED], ['Grace', 'hooks remove 1'], 'hook.removed'],
    [[], ['Grace', 'hooks incoming new'], 'hook.incoming'],
  ],
  options: [
    [[DRAFT], ['Ada', 'options', { post: '1', platform: 'youtube', title: 'Forty-two' }], 'post.edited'],
  ],
  pause: [[[], ['Grace', 'pause'], 'workspace.paused']],
  publish: [[SCHEDULED, ['Grace', 'publish 1'], 'post.published-now']],
  reject: [[[IN_REVIEW], ['Grace', 'reject 1: no'], 'post.rejected']],
  'request-changes': [[[IN_REVIEW], ['Grace', 'request-changes 1: shorter'], 'post.sent-back']],
  reschedule: [[SCHEDULED, ['Ada', 'reschedule 1 tomorrow 11am'], 'post.rescheduled']],
  resume: [[[['Grace', 'pause']], ['Grace', 'resume'], 'workspace.resumed']],
  retry: [],
  roles: [[[], ['Grace', 'roles Ada approver'], 'member.role']],
  schedule: [[[], IN_REVIEW, 'post.submitted']],
  settings: [
    ...[
      'approvals 2',
      'team-zone Tokyo',
      'self-approval on',
      'late-minutes 5',
      'alt-text on',
      'monday-digest off',
    ].map((words) => [[], ['Grace', `settings ${words}`], 'settings.changed'] as const),
    [[], ['Ada', 'settings zone Tokyo'], 'member.changed'],
    [[], ['Ada', 'settings language de'], 'member.changed'],
  ],
  settle: [],
  split: [[[['Ada', `draft to rehearsal: ${LONG}`]], ['Ada', 'split 1 x'], 'post.edited']],
  submit: [[[DRAFT, ['Ada', 'reschedule 1 tomorrow 10am']], ['Ada', 'submit 1'], 'post.submitted']],
}

/** Tables of which every change is somebody's or something's doing, and the columns that count of them. */
const TOLD: Record<string, string> = {
  workspaces: 'id, name, paused_at',
  settings: '*',
  chats: '*',
  members: '*',
  accounts: 'id, handle, state, dry_run, connected_by, sealed_credentials',
  posts: '*',
  series: '*',
  decisions: '*',
  deliveries: 'id, post_id, state, scheduled_for',
  hooks: 'id, state, sealed, events, platforms',
  incoming_hooks: '*',
}

let world: TestHouse
let raw: BetterSqlite.Database
beforeEach(async () => {
  world = await openTestHouse()
  raw = new BetterSqlite(join(world.house.config.dataDir, 'crier.sqlite'), { readonly: true })
})
afterEach(async () => {
  raw.close()
  await world.close()
})

const told = (): string =>
  JSON.stringify(
    Object.entries(TOLD).map(([table, columns]) => raw.prepare(`select ${columns} from ${table}`).all()),
  )
const events = () => world.house.storage.workspace(world.house.home.id).events
const say = async ([who, line, values]: Said): Promise<string> => {
  const said = values ? { command: line, values } : { line }
  const answer = await world.house.desk.ask(await world.speaker(who), said)
  return answer.type === 'message' ? plainText(answer.message) : `[form ${answer.form.title}]`
}

test('every command is one or the other', () => {
  expect([...LOOKS, ...Object.keys(CHANGES)].sort()).toEqual(commands.map(({ name }) => name).sort())
})

describe('a command that changes something leaves a line of who did what', () => {
  for (const [name, cases] of Object.entries(CHANGES))
    for (const [before, line, verb] of cases)
      test(`${name}: ${line[1].slice(0, 60)}`, async () => {
        for (const one of before) await say(one)
        const member = (await world.house.storage.workspace(world.house.home.id).workspace.members()).find(
          (one) => one.name === line[0],
        )
        const state = told()
        const lines = await events().count()
        const answer = await say(line)
        expect(told(), answer).not.toBe(state)
        const fresh = await events().list({ after: lines })
        expect(fresh, answer).toContainEqual(expect.objectContaining({ verb, memberId: member?.id }))
      })
})

test('what only looks, and what is refused, changes nothing', async () => {
  for (const one of [IN_REVIEW, DRAFT, HOOKED]) await say(one)
  const state = told()
  const lines = await events().count()
  for (const { examples } of commands.filter((one) => LOOKS.includes(one.name)))
    for (const example of examples) await say(['Ada', example.replaceAll('42', '1')])
  for (const line of [
    'approve 1',
    'roles Grace viewer',
    'settings approvals 0',
    'disconnect rehearsal',
    'pause',
  ])
    await say(['Ada', line])
  expect(told()).toBe(state)
  expect(await events().count()).toBe(lines)
})

test('what becomes of a post is told too: published, failed, tried again, settled, dropped', async () => {
  const verbs = async () => (await events().list()).map(({ verb }) => verb)
  for (const one of SCHEDULED) await say(one)
  await world.pass('2026-11-21T08:00:01Z')
  await world.pass(20_000)
  expect(await verbs()).toContain('post.published')

  // Found too late: a person's word on it is told.
  await say(['Ada', 'schedule in 10 minutes to rehearsal: Too late'])
  await say(['Grace', 'approve 2'])
  await world.pass('2026-11-21T12:00:00Z')
  expect(await say(['Grace', 'settle 2.1 drop'])).toContain('#2')
  expect(await verbs()).toContain('delivery.settled-drop')
  await world.pass(20_000)

  // It fails, and is tried again.
  const { deliveries, posts } = world.house.storage.workspace(world.house.home.id)
  const { queue } = world.house.storage
  await say(['Ada', 'schedule in 10 minutes to rehearsal: Failing'])
  await say(['Grace', 'approve 3'])
  const at = world.clock.now() + 600_000
  const [claimed] = await queue.claimDue({ now: at, leaseUntil: at, worker: 'w', limit: 1 })
  await posts.moveMany([claimed?.delivery.postId ?? ''], 'start', at)
  await queue.release(claimed?.delivery.id ?? '', 'w', 'fail', {
    at: world.clock.now(),
    problem: { ask: 'retry', message: 'It was down' },
  })
  await world.pass(20_000)
  await world.pass(20_000)
  expect(await verbs()).toContain('post.failed')
  expect(await say(['Grace', 'retry 3'])).toContain('#3')
  expect(await verbs()).toContain('post.retried')
  expect((await deliveries.list({ states: ['failed'] })).length).toBe(0)
})
