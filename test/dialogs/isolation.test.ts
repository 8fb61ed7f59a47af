import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Arg } from '../../src/app/arg.ts'
import type { CommandFacts, Said, Speaker } from '../../src/app/surface.ts'
import { newId } from '../../src/kit/ids.ts'
import type { FormValues } from '../../src/message/form.ts'
import type { WorkspaceStores } from '../../src/storage/storage.ts'
import { openTestHouse, type TestHouse } from '../house.ts'
import { newAccount, newChat, newDelivery, newHook, newHookCall, newPost } from '../storage/ground.ts'
import { play } from './conversation.ts'

/** Stands in what the team has written, and is never typed by anybody else: nobody else may ever read it. */
const MARK = 'ACMESECRET'

interface Theirs {
  /** What an outsider could have seen over somebody's shoulder and type: ids, numbers, codes. */
  known: Record<string, string>
  /** Everything that must never reach an outsider, unless they typed it themselves. */
  secrets: string[]
}

let world: TestHouse
let theirs: Theirs
let database: BetterSqlite.Database

beforeAll(async () => {
  world = await openTestHouse()
  theirs = await furnish(world)
  database = new BetterSqlite(join(world.house.config.dataDir, 'crier.sqlite'), { readonly: true })
})

afterAll(async () => {
  database.close()
  await world.close()
})

/** The home workspace, with something of every kind in it. */
async function furnish({ house, clock }: TestHouse): Promise<Theirs> {
  await play(
    world,
    `
    Ada: schedule tomorrow 9am to rehearsal: ${MARK} waits for review
    Ada: schedule tomorrow 10am to rehearsal: ${MARK} is scheduled
    Grace: approve 2
    Ada: draft to rehearsal: ${MARK} is a draft
    Ada: schedule every monday 9am to rehearsal: ${MARK} recurs
    Ada: schedule in 5 minutes to rehearsal: ${MARK} went out
    Grace: approve 5
    time: 2026-11-20T08:06:00Z
    Ada: request-changes 1: not mine
    Grace: request-changes 1: ${MARK} should be nicer
    Ada: submit 1
    `,
  )
  const stores = house.storage.workspace(house.home.id)
  await stores.workspace.rename(`${MARK} Inc`)
  const now = clock.now()
  const made = { createdAt: now }
  const account = newAccount({ ...made, platform: 'webhook', handle: '@acmehandle', connectedBy: 'ada' })
  const login = JSON.stringify({ url: `https://${MARK}.example`, secret: `whsec_${MARK}` })
  await stores.accounts.add(account, house.bench.sealer.seal(login, account.id))
  const chat = newChat({ ...made, name: `${MARK} HQ`, externalId: 'T-THEIRS' })
  await stores.workspace.addChat(chat)
  const member = (await stores.workspace.members()).find(({ name }) => name === 'Ada')!
  await stores.workspace.changeMember(member.id, { name: 'Ada Acmemember' })
  const team = { id: house.home.id, stores, member, account, chat }
  const unsure = await stores.posts.create(newPost(team, { ...made, updatedAt: now, state: 'publishing' }))
  const delivery = newDelivery(team, unsure.id, {
    ...made,
    updatedAt: now,
    platform: 'webhook',
    state: 'unsure',
    problem: { ask: 'check', message: `${MARK} was lost`, code: 'asked' },
  })
  await stores.deliveries.createMany([delivery])
  const hook = await stores.hooks.add(newHook(team, { ...made, host: `${MARK}.example.com` }))
  const call = newHookCall(hook, { ...made, body: `{"text":"${MARK}"}` })
  await stores.hooks.addCalls([call])
  const form = { code: 'acmefm', memberId: member.id, command: 'draft', values: { text: MARK } }
  await stores.keptForms.keep({ ...form, errors: {}, createdAt: now })
  const sha256 = 'e'.repeat(64)
  const media = {
    id: newId(now),
    sha256,
    type: 'image/png',
    size: 1,
    width: 1,
    height: 1,
    duration: null,
    videoCodec: null,
    audioCodec: null,
  }
  await stores.media.add({ ...media, filename: `${MARK}.png`, createdAt: now })
  const posts = await stores.posts.list({})
  const series = (await stores.series.running())[0]!
  return {
    known: {
      number: '1',
      scheduled: '2',
      hashed: '#5',
      deliveryName: `${unsure.number}.1`,
      postId: posts[0]!.id,
      revision: posts[0]!.revision,
      seriesId: series.id,
      deliveryId: delivery.id,
      accountId: account.id,
      handle: '@acmehandle',
      memberId: member.id,
      memberName: 'Ada Acmemember',
      chatId: chat.id,
      channel: '#review',
      hookId: hook.id,
      callCode: call.code,
      formCode: form.code,
      mediaId: media.id,
      workspaceId: house.home.id,
    },
    secrets: [
      ...[MARK, '@acmehandle', 'Acmemember'],
      ...posts.flatMap((post) => [post.id, post.revision]),
      ...[
        series.id,
        delivery.id,
        account.id,
        member.id,
        chat.id,
        hook.id,
        call.code,
        media.id,
        house.home.id,
      ],
    ],
  }
}

/** Every row of the team, as it stands on the disk; of everybody else with `others`. */
function rowsOf(id: string, others = false): Record<string, unknown[]> {
  const tables = database
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .pluck()
    .all() as string[]
  const found: Record<string, unknown[]> = {}
  for (const table of tables) {
    const columns = database.prepare('select name from pragma_table_info(?)').pluck().all(table)
    const owner =
      table === 'workspaces' ? 'id' : columns.includes('workspace_id') ? 'workspace_id' : undefined
    if (owner === undefined) continue
    found[table] = database.prepare(`select * from ${table} where ${owner} ${others ? '<>' : '='} ?`).all(id)
  }
  return found
}

/** An admin of a team of their own, which knows nothing yet. */
const outsider = (team: string): Speaker => ({
  surface: 'slack',
  chat: { externalId: `T-${team}`, name: `Team ${team}` },
  person: { externalId: `U-${team}`, name: 'Mallory', admin: true },
})

/** A value that a field takes, whatever it is about. */
function plain({ kind, choices }: Arg): FormValues[string] {
  switch (kind) {
    case 'post':
    case 'number':
      return '1'
    case 'when':
      return 'tomorrow 9am'
    case 'flag':
      return true
    case 'choice':
      return choices?.[0]?.value ?? 'x'
    case 'delivery':
      return '1.1'
    case 'accounts':
      return 'rehearsal'
    case 'text':
    case 'words':
    case 'member':
    case 'channel':
    case 'secret':
      return 'hello'
    default:
      return kind satisfies never
  }
}

/** Every way to say a command with something of another team's in it: as a form, as a line, as a press. */
function* sayings({ name, args, examples }: CommandFacts): Generator<Said> {
  const words = Object.values(theirs.known)
  const others = Object.fromEntries(args.filter((arg) => arg.required).map((arg) => [arg.name, plain(arg)]))
  for (const arg of args)
    for (const word of words) {
      yield { command: name, values: { ...others, [arg.name]: arg.kind === 'accounts' ? [word] : word } }
      for (const { value } of args.find(({ kind }) => kind === 'choice')?.choices ?? []) {
        const choice = args.find(({ kind }) => kind === 'choice')
        if (choice && choice !== arg)
          yield { command: name, values: { ...others, [choice.name]: value, [arg.name]: word } }
      }
    }
  for (const example of examples) {
    yield { line: example }
    for (const word of words) {
      const line = example.replace(/\b42(\.1)?\b/, word)
      if (line !== example) {
        yield { line }
        yield { line: `${line} @${theirs.known.revision}`, press: true }
      }
      yield { line: `${example} ${word}` }
    }
  }
  for (const word of words) yield { line: `${name} ${word}` }
}

/** What an answer holds of the team's, short of what those who asked have typed themselves. */
function leaked(answer: unknown, typed: ReadonlySet<string>): string[] {
  const words = JSON.stringify(answer)
  return theirs.secrets.filter((secret) => !typed.has(secret) && words.includes(secret))
}

const secretsIn = (said: unknown): string[] =>
  theirs.secrets.filter((secret) => JSON.stringify(said).includes(secret))

test('the team itself reads what the others must not', async () => {
  const [ada, grace] = [await world.speaker('Ada Acmemember'), await world.speaker('Grace')]
  const reads = async (speaker: Speaker, line: string) =>
    leaked(await world.house.desk.ask(speaker, { line }), new Set())
  for (const line of ['show 1', 'queue', 'form acmefm']) expect(await reads(ada, line), line).toContain(MARK)
  expect(await reads(grace, 'hooks')).toContain(MARK)
  expect(await reads(grace, 'accounts')).toContain('@acmehandle')
  expect(await reads(grace, 'roles')).toContain('Acmemember')
})

test('no command with another team’s ids, said in any way, gets or changes anything of theirs', async () => {
  const { desk, home } = world.house
  const before = rowsOf(home.id)
  expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(18)
  let asked = 0
  for (const command of desk.commands) {
    // A team for each, so that what one command makes is not what the next one finds.
    const mallory = outsider(command.name)
    const typed = new Set<string>()
    for (const word of ['', ...Object.values(theirs.known)]) {
      for (const secret of secretsIn(word)) typed.add(secret)
      for (const { name } of command.args) {
        const found = await desk.suggest(mallory, { command: command.name, arg: name, partial: word })
        expect(leaked(found, typed), `${command.name} ${name} ${word}`).toEqual([])
      }
      const completed = await desk.complete(mallory, `${command.name} ${word}`)
      expect(leaked(completed, typed), `${command.name} ${word}`).toEqual([])
    }
    typed.clear()
    for (const said of sayings(command)) {
      asked += 1
      for (const secret of secretsIn(said)) typed.add(secret)
      const answer = await desk.ask(mallory, said)
      expect(leaked(answer, typed), JSON.stringify({ said, answer })).toEqual([])
    }
    expect(rowsOf(home.id), command.name).toEqual(before)
  }
  expect(asked).toBeGreaterThan(1_500)
  expect(await desk.ask(outsider('form'), { line: 'form acmefm' })).toMatchObject({ refused: true })
  expect(await desk.image(outsider('show'), theirs.known.mediaId ?? '')).toBeUndefined()
  expect(await desk.identity('slack', 'T-show', theirs.known.memberId ?? '')).toBeUndefined()

  // Nor was anything of theirs copied into what others have, apart from what they typed.
  const copied = JSON.stringify(rowsOf(home.id, true))
  for (const words of ['waits for review', 'is scheduled', 'is a draft', 'recurs', 'went out'])
    expect(copied).not.toContain(`${MARK} ${words}`)
  expect(copied).not.toContain(`${MARK}.png`)
  expect(rowsOf(home.id)).toEqual(before)
}, 180_000)

test('the stores of a made-up team find nothing, whatever the id looks like', async () => {
  for (const id of ['*', '', '%', `' or '1'='1`, 'null']) {
    const stores: WorkspaceStores = world.house.storage.workspace(id as never)
    expect(await stores.posts.list({}), id).toEqual([])
    expect(await stores.accounts.list(), id).toEqual([])
    expect(await stores.workspace.members(), id).toEqual([])
  }
})
