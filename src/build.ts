import { createHmac, timingSafeEqual } from 'node:crypto'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Registry } from 'prom-client'
import { createSealer, keyBytes, newSecretKey, type Sealer } from './accounts/seal.ts'
import { LARGEST_FILE } from './app/attach-media.ts'
import type { Command } from './app/command.ts'
import { createFrontDesk } from './app/front-desk.ts'
import { openHome } from './app/home.ts'
import type { FrontDesk } from './app/surface.ts'
import type { Workbench } from './app/workbench.ts'
import { createMediaLinks, type MediaLinks } from './http/media-links.ts'
import { type Clock, DAY } from './kit/clock.ts'
import { type Config, hasChats } from './kit/config.ts'
import { fetchFile } from './kit/fetch-file.ts'
import { newId } from './kit/ids.ts'
import { loadFolder } from './kit/load-folder.ts'
import { createLog, type Log } from './kit/log.ts'
import { publicAgent, publicFetch } from './kit/public-network.ts'
import { publicPost } from './kit/public-post.ts'
import { createReach } from './kit/reach.ts'
import { secretFromFile } from './kit/secret-file.ts'
import { serverAddress } from './kit/server-address.ts'
import { UserError } from './kit/user-error.ts'
import { fileBlobs } from './library/file-blobs.ts'
import { createHttp } from './platforms/contract/http.ts'
import type { Platform } from './platforms/contract/platform.ts'
import { loadPlatforms, REHEARSAL } from './platforms/contract/register.ts'
import { openStorage } from './storage/open-storage.ts'
import type { Storage } from './storage/storage.ts'
import { StorageError } from './storage/storage-error.ts'
import type { Workspace, WorkspaceId } from './workspaces/workspace.ts'

/** Everything below the surfaces, built and introduced to one another. */
export interface House {
  config: Config
  log: Log
  clock: Clock
  storage: Storage
  bench: Workbench
  commands: readonly Command[]
  desk: FrontDesk
  home: Workspace
  registry: Registry
  keys: Keys
  mediaLinks: MediaLinks
  /** The address under which this very process is reached, or the server beside it. A server sets it once its port is known. */
  address: { own: string }
  close(): Promise<void>
}

/** Secrets derived from the one key, each for one use. */
export interface Keys {
  sealer: Sealer
  /** The workspace's token to the rehearsal feed. */
  feedToken(workspaceId: WorkspaceId): string
  /** Whose feed a token opens. */
  feedWorkspace(token: string): WorkspaceId | undefined
  /** A member's token for the API; it holds until the key is changed. */
  apiToken(workspaceId: WorkspaceId, memberId: string): string
  apiSpeaker(token: string): { workspaceId: WorkspaceId; memberId: string } | undefined
  /** What opens the playground where anybody could reach it. */
  playgroundKey: string
  media: Uint8Array
}

/** A public link to media serves platforms that fetch within minutes; some come back for a day. */
const MEDIA_LINK_FOR = 2 * DAY

export const commandsFolder = (): string => fileURLToPath(new URL('../commands', import.meta.url))

/**
 * Builds everything but what listens.
 *
 * @param role `server` for the long-running process, `visitor` for a command beside it
 * @throws UserError where a setting or the database stands in the way
 */
export async function build(
  config: Config,
  { clock, zone, role }: { clock: Clock; zone: string; role: 'server' | 'visitor' },
): Promise<House> {
  const log = createLog({
    level: role === 'server' ? config.logLevel : quieter(config.logLevel),
    file: config.logFile,
  })
  const dataDir = resolve(config.dataDir)
  const keys = keysFrom(await readSecrets(config))
  const storage = await open(config, dataDir, log, role)
  const platforms = await loadPlatforms()
  const commands = await loadFolder<Command>(commandsFolder())
  const mediaLinks = createMediaLinks(keys.media, clock)
  const served = role === 'visitor' ? await serverAddress(dataDir).heard() : undefined
  const address = { own: served ?? `http://${config.host}:${config.port}` }
  const ways = new Map<string, ReturnType<typeof createHttp>>()
  const agents = new Map<string, ReturnType<typeof publicAgent>>()
  const hookAgent = publicAgent({ allowOrigins: config.hookOrigins })

  const linkAgent = (): ReturnType<typeof publicAgent> => {
    const agent = agents.get('') ?? publicAgent()
    agents.set('', agent)
    return agent
  }

  const apiUrlOf = (platform: Platform): string =>
    config.platform(platform.name).apiUrl ??
    (platform.name === REHEARSAL ? `${address.own}/rehearsal` : (platform.apiUrl ?? ''))

  /** Origins of a platform that may be anywhere, since the operator named them. */
  const trustedOf = (platform: Platform): string[] => {
    const base = apiUrlOf(platform)
    const trusted = platform.name === REHEARSAL || config.platform(platform.name).apiUrl !== undefined
    return trusted && base ? [new URL(base).origin] : []
  }

  // Who keeps media in files does not pay for the other way.
  const blobs = config.s3
    ? (await import('./library/s3-blobs.ts')).s3Blobs(config.s3, clock)
    : fileBlobs(join(dataDir, 'media'))
  const bench: Workbench = {
    stores: storage,
    platforms,
    sealer: keys.sealer,
    clock,
    log,
    blobs,
    mediaKeepDays: config.mediaKeepDays,
    incoming: join(dataDir, 'incoming'),
    worker: `${process.pid}-${newId(clock.now()).slice(-12)}`,
    httpOf(platform) {
      const base = apiUrlOf(platform)
      // The feed's own address is known only once the server listens, so a way is kept under where it leads.
      const known = ways.get(`${platform.name} ${base}`)
      if (known) return known
      const way = createHttp({ platform, log, now: () => clock.now(), allowOrigins: trustedOf(platform) })
      ways.set(`${platform.name} ${base}`, way)
      return way
    },
    fetchOf(platform) {
      const allowOrigins = trustedOf(platform)
      const agent = agents.get(allowOrigins.join()) ?? publicAgent({ allowOrigins })
      agents.set(allowOrigins.join(), agent)
      return publicFetch(agent)
    },
    callOut: publicPost(hookAgent),
    fetchFile: (link) => fetchFile(link, { agent: linkAgent(), largest: LARGEST_FILE }),
    plan: config.plan,
    apiUrlOf,
    apiVersionOf: (platform) => config.platform(platform.name).apiVersion,
    ownAddress: () => config.publicUrl ?? reachable(address.own),
    clientOf(platform, workspaceId) {
      if (platform.name === REHEARSAL) return { id: REHEARSAL, secret: keys.feedToken(workspaceId) }
      const { clientId, clientSecret } = config.platform(platform.name)
      return clientId && clientSecret ? { id: clientId, secret: clientSecret } : undefined
    },
    publicAddress: config.publicUrl !== undefined,
    publicProblem: createReach(config.publicUrl, clock),
    publicMediaUrl: (workspaceId, mediaId) =>
      config.publicUrl &&
      `${config.publicUrl}${mediaLinks.sign({ workspaceId, mediaId, expiresAt: clock.now() + MEDIA_LINK_FOR })}`,
  }
  const home = await openHome(bench, zone)
  return {
    config,
    log,
    clock,
    storage,
    bench,
    commands,
    desk: createFrontDesk(bench, commands, () => openHome(bench, zone)),
    home,
    registry: new Registry(),
    keys,
    mediaLinks,
    address,
    async close() {
      await Promise.all([...ways.values(), ...agents.values(), hookAgent, blobs].map((way) => way.close()))
      await storage.close()
      log.flush()
    },
  }
}

/** Who listens on every address is reached by this machine's own. */
const reachable = (listening: string): string =>
  listening.replace(/^http:\/\/(0\.0\.0\.0|\[::\]|::)(?=:|$)/, 'http://127.0.0.1')

async function open(config: Config, dataDir: string, log: Log, role: 'server' | 'visitor'): Promise<Storage> {
  try {
    const storage = await openStorage({ url: config.databaseUrl, dataDir, log, role })
    await storage.migrate()
    return storage
  } catch (error) {
    if (error instanceof StorageError) throw new UserError(error.message, { cause: error })
    throw error
  }
}

/** A one-shot command's log is for mistakes; its answer is what people came for. */
const quieter = (level: string): string => (level === 'info' ? 'warn' : level)

/** Is the playground open to whoever sits at this machine? Only where nobody else can reach it. */
export const playgroundIsOpen = (config: Config): boolean =>
  ['127.0.0.1', '::1', 'localhost'].includes(config.host) &&
  config.publicUrl === undefined &&
  !hasChats(config)

/** The current key, and those before it that may still have sealed something. */
export async function readSecrets(config: Config): Promise<[string, ...string[]]> {
  if (config.secretKey) return [config.secretKey]
  const [current = '', ...older] = (
    await secretFromFile(join(resolve(config.dataDir), 'secret-key'), newSecretKey)
  ).split(/\s+/)
  return [current, ...older]
}

function keysFrom(secrets: [string, ...string[]]): Keys {
  const [secret] = secrets
  const key = keyBytes(secret)
  const derived = (use: string) => createHmac('sha256', key).update(`crier/${use}/v1`).digest()
  const stamp = (use: string, said: string) =>
    createHmac('sha256', derived(use)).update(said).digest('base64url')
  const stamped = (use: string, token: string): string | undefined => {
    const cut = token.lastIndexOf('.')
    const said = token.slice(0, cut)
    const expected = Buffer.from(stamp(use, said))
    const found = Buffer.from(token.slice(cut + 1))
    return found.length === expected.length && timingSafeEqual(found, expected) ? said : undefined
  }
  return {
    sealer: createSealer(secrets),
    feedToken: (workspaceId) => `${workspaceId}.${stamp('feed', workspaceId)}`,
    feedWorkspace: (token) => stamped('feed', token) as WorkspaceId | undefined,
    apiToken: (workspaceId, memberId) =>
      `${workspaceId}.${memberId}.${stamp('api', `${workspaceId}.${memberId}`)}`,
    apiSpeaker(token) {
      const [workspaceId, memberId] = stamped('api', token)?.split('.') ?? []
      return workspaceId && memberId ? { workspaceId: workspaceId as WorkspaceId, memberId } : undefined
    },
    playgroundKey: derived('playground').toString('base64url').slice(0, 32),
    media: derived('media'),
  }
}
