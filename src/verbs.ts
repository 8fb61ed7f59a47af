import { join, resolve } from 'node:path'
import { memberOn } from './app/home.ts'
import { build, type House, readSecrets } from './build.ts'
import { systemClock } from './kit/clock.ts'
import type { Config, Environment } from './kit/config.ts'
import { newId } from './kit/ids.ts'
import { replaceSecretFile } from './kit/secret-file.ts'
import { complain, say } from './kit/terminal.ts'
import { UserError } from './kit/user-error.ts'
import { StorageError } from './storage/storage-error.ts'
import { counted } from './views/words.ts'
import type { Member, WorkspaceId } from './workspaces/workspace.ts'

/** What stands behind a verb on the command line. */
export interface Options {
  as: string | undefined
  json: boolean
  repair: boolean
  forget: boolean
  after: boolean
}

export interface Called {
  words: string[]
  options: Options
  config: Config
  environment: Environment
}

export interface Verb {
  usage: string
  summary: string
  /** The process's exit code. */
  run(called: Called): Promise<number>
}

/** What `crier` can be asked for, in the order of its help. Rooms that only one verb needs are loaded when it is asked for. */
export const VERBS: Record<string, Verb> = {
  start: { usage: 'start', summary: 'run Crier (also: npm start)', run: startCrier },
  exec: {
    usage: "exec '<line>' [--as <member>] [--json]",
    summary: 'say one line and print the answer',
    run: async ({ words, options, config }) => {
      const line = words.join(' ')
      if (line.trim() === '') throw new UserError("Say a line, such as crier exec 'queue'")
      const { execLine } = await import('./surfaces/terminal/terminal.ts')
      return asVisitor(config, async (house) =>
        execLine(house.desk, line, {
          speaker: await speakerFor(house, options.as),
          out: process.stdout,
          json: options.json,
        }),
      )
    },
  },
  chat: {
    usage: 'chat [--as <member>]',
    summary: 'talk to Crier in this terminal',
    run: async ({ options, config }) => {
      const { chat } = await import('./surfaces/terminal/chat.ts')
      return asVisitor(config, async (house) => {
        await chat(house.desk, {
          speaker: await speakerFor(house, options.as),
          input: process.stdin,
          output: process.stdout,
          out: process.stdout,
        })
        return 0
      })
    },
  },
  connect: {
    usage: 'connect <platform> [<way>] [--as <member>]',
    summary: 'connect an account: asks for its secrets, or prints the link to sign in',
    run: async ({ words, options, config }) => {
      const { connect } = await import('./cli/connect.ts')
      return asVisitor(config, async (house) =>
        connect(house.bench, house.home, await memberFor(house, options.as), words),
      )
    },
  },
  doctor: {
    usage: 'doctor [--repair]',
    summary: 'say what is missing in settings, database, chats and accounts',
    run: examine,
  },
  manifest: {
    usage: 'manifest slack',
    summary: "print the manifest of Crier's Slack app",
    run: async ({ words, config }) => {
      const { printManifest } = await import('./cli/invitations.ts')
      return asVisitor(config, async (house) => {
        await printManifest(words, { config, ...chatFacts(house) }, complain)
        return 0
      })
    },
  },
  invite: {
    usage: 'invite discord',
    summary: 'print the link that adds Crier to a Discord server',
    run: async ({ words, config }) => {
      const { printInvite } = await import('./cli/invitations.ts')
      return asVisitor(config, async (house) => {
        await printInvite(words, { config, ...chatFacts(house) })
        return 0
      })
    },
  },
  token: {
    usage: 'token [--as <member>]',
    summary: 'print a token for the API',
    run: ({ options, config }) =>
      asVisitor(config, async (house) => {
        const member = await memberFor(house, options.as, 'api')
        say(house.keys.apiToken(house.home.id, member.id))
        complain(`It speaks as ${member.name} (${member.role}), until the key is rotated.`)
        return 0
      }),
  },
  migrate: {
    usage: 'migrate',
    summary: "bring the database's tables up to date",
    run: async ({ config }) => {
      const { migrate } = await import('./cli/database.ts')
      return asVisitor(config, migrate)
    },
  },
  backup: {
    usage: 'backup <file>',
    summary: 'write a consistent copy of the SQLite database, with its media in a folder beside it',
    run: backUp,
  },
  restore: {
    usage: 'restore <file> | restore --after',
    summary: 'put a backup back; what was due since is asked about, not sent',
    run: putBack,
  },
  'rotate-key': {
    usage: 'rotate-key [--forget]',
    summary: 'seal every login with a new key; --forget drops those whose key is lost',
    run: rotate,
  },
  audit: {
    usage: 'audit verify [<earlier export>] | export',
    summary: 'check the audit trail, also against an earlier export; or print it as JSON lines',
    run: async ({ words, config }) => {
      const { audit } = await import('./cli/audit.ts')
      return asVisitor(config, ({ storage }) =>
        audit(
          {
            workspaces: () => storage.directory.all(),
            eventsOf: (id) => storage.workspace(id as WorkspaceId).events,
          },
          words,
        ),
      )
    },
  },
}

/** How long (ms) a first SIGTERM gives to what is in flight. */
const GRACE = 30_000

async function startCrier({ config }: Called): Promise<number> {
  const house = await build(config, { clock: systemClock, zone: machineZone(), role: 'server' })
  const { start } = await import('./start.ts')
  const { startScreen } = await import('./cli/start-screen.ts')
  const running = await start(house).catch(async (error: unknown) => {
    await house.close()
    throw error
  })
  say(...startScreen(house, running))
  await stopSignal()
  say(
    'Stopping: what is under way is finished first. Press Ctrl-C again to stop at once; nothing is lost either way.',
  )
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await running.stop(GRACE)
  return 0
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve())
  })

async function examine({ config, environment, options }: Called): Promise<number> {
  const { doctor } = await import('./cli/doctor.ts')
  return asVisitor(config, async (house) => {
    if (options.repair) await repair(house)
    const { storage, bench, clock, home } = house
    const accounts = storage.workspace(home.id).accounts
    return doctor({
      config,
      environment,
      today: () => Temporal.Now.plainDateISO(),
      now: () => Temporal.Now.zonedDateTimeISO().toString({ smallestUnit: 'second' }),
      database: () => storage.check(),
      blobs: bench.blobs,
      accounts: async () => {
        const all = await accounts.list({ states: ['connected', 'reconnect'] })
        return Promise.all(
          all.map(async (account) => ({ account, sealed: (await accounts.credentials(account.id))?.sealed })),
        )
      },
      sealer: bench.sealer,
      platforms: bench.platforms,
      overdue: async () => (await storage.queue.overdue(clock.now())).count,
      missingMedia: async () => (await import('./scheduler/repair.ts')).missingMedia(bench),
      ...chatFacts(house),
    })
  })
}

async function repair({ bench }: House): Promise<void> {
  const { repairAll } = await import('./scheduler/repair.ts')
  const { repairedWords } = await import('./cli/doctor.ts')
  say(repairedWords(await repairAll(bench)))
}

/** What the chats' own rooms know of tokens, scopes and links. */
function chatFacts({ config, desk }: House) {
  return {
    async slackManifest() {
      const { slackManifest } = await import('./surfaces/slack/manifest.ts')
      return slackManifest({
        publicUrl: config.publicUrl,
        socketMode: config.slack.signingSecret === undefined,
        commands: desk.commands,
      })
    },
    async slackScopes() {
      const { lookUpScopes } = await import('./surfaces/slack/doctor.ts')
      return lookUpScopes(config.slack)
    },
    async discordInvite(applicationId: string) {
      const { discordInvite, discordPermissions } = await import('./surfaces/discord/invite.ts')
      return { link: discordInvite({ applicationId }), why: discordPermissions }
    },
    async discordBot() {
      const { lookUpBot } = await import('./surfaces/discord/doctor.ts')
      return lookUpBot(config.discord)
    },
  }
}

async function backUp({ words, config }: Called): Promise<number> {
  const { backup } = await import('./cli/database.ts')
  const { signCopy } = await import('./storage/sqlite/copies.ts')
  const { keyIn } = await import('./restored.ts')
  return asVisitor(config, ({ storage, bench, clock }) => {
    const at = clock.now()
    const sign = (file: string) => signCopy(file, { id: newId(at), at })
    return backup({ storage, blobs: bench.blobs, sign, keyIn: keyIn(config) }, words)
  })
}

async function putBack({ words, options, config }: Called): Promise<number> {
  const { restore } = await import('./cli/restore.ts')
  const { restoreFile } = await import('./storage/sqlite/restore-file.ts')
  const { mediaOf } = await import('./storage/sqlite/copies.ts')
  const { askAboutRestored } = await import('./restored.ts')
  const url = config.databaseUrl
  const dataDir = resolve(config.dataDir)
  const stamp = Temporal.Now.instant().toString({ smallestUnit: 'second' }).replaceAll(':', '-')
  return restore(
    {
      dialect: url.startsWith('file:') ? 'sqlite' : 'postgres',
      place(file) {
        try {
          return restoreFile({ url, dataDir }, file, stamp)
        } catch (error) {
          if (error instanceof StorageError) throw new UserError(error.message, { cause: error })
          throw error
        }
      },
      async opened(work) {
        const run = async (house: House) => {
          const ask = () => askAboutRestored(house, options.after)
          await work({ blobs: house.bench.blobs, media: () => mediaOf(url, dataDir), ask })
          return 0
        }
        // Alone on the file: nothing may go out meanwhile.
        await asVisitor(config, run, 'server')
      },
    },
    words,
    options.after,
  )
}

async function rotate({ config, options }: Called): Promise<number> {
  const { rotateKey } = await import('./cli/rotate-key.ts')
  const [current = ''] = await readSecrets(config)
  const path = join(resolve(config.dataDir), 'secret-key')
  const keep = async ({ fresh, old }: { fresh: string; old: string }) => replaceSecretFile(path, [fresh, old])
  // Alone on the file: a server that still holds the old key would find every login shut, and park what is due.
  return asVisitor(
    config,
    async ({ storage, bench }) => {
      if (options.forget) {
        const { forgetSealed } = await import('./app/sealed-logins.ts')
        say(`${counted(await forgetSealed(bench), 'login')} forgotten, since no key here opens them.`)
      }
      const done = await rotateKey(storage.sealed, current, config.secretKey === undefined ? keep : undefined)
      const { record } = await import('./app/record.ts')
      for (const { id } of await storage.directory.all())
        await record(storage.workspace(id), {
          by: null,
          at: bench.clock.now(),
          verb: 'key.rotated',
          subject: 'workspace',
        })
      return done
    },
    'server',
  )
}

async function asVisitor(
  config: Config,
  run: (house: House) => Promise<number>,
  role: 'server' | 'visitor' = 'visitor',
): Promise<number> {
  const house = await build(config, { clock: systemClock, zone: machineZone(), role })
  try {
    return await run(house)
  } finally {
    await house.close()
  }
}

async function memberFor(
  house: House,
  as: string | undefined,
  surface: 'terminal' | 'api' = 'terminal',
): Promise<Member> {
  const stores = house.storage.workspace(house.home.id)
  const member = await memberOn(stores, surface, as)
  if (member) return member
  const names = (await stores.workspace.members()).map((one) => one.name).join(', ')
  throw new UserError(`There is no member "${as ?? ''}"`, { wayOut: `There are ${names}.` })
}

async function speakerFor(house: House, as: string | undefined) {
  const member = await memberFor(house, as)
  return {
    surface: 'terminal' as const,
    chat: { externalId: 'local', name: 'Terminal' },
    person: { externalId: member.id, name: member.name, zone: member.zone ?? house.home.settings.zone },
  }
}

/** Times mean the machine's zone until somebody says otherwise. */
const machineZone = (): string => Temporal.Now.timeZoneId()
