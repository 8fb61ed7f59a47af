import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { collectDefaultMetrics } from 'prom-client'
import { drawnPicture, keepDrawn } from './app/drawn-picture.ts'
import { unmadeWorkspace } from './app/newcomers.ts'
import { pulseOf } from './app/pulse.ts'
import type { Routes } from './app/routes.ts'
import { refuseForeignKey, unparkOpened } from './app/sealed-logins.ts'
import type { Surface } from './app/surface.ts'
import type { Workbench } from './app/workbench.ts'
import { type House, playgroundIsOpen } from './build.ts'
import { hookRoutes } from './http/hooks.ts'
import { oauthRoutes } from './http/oauth.ts'
import { createServer, type HttpServer } from './http/server.ts'
import { DAY, instantOf, MINUTE, SECOND } from './kit/clock.ts'
import { isAway } from './kit/database-away.ts'
import { newId } from './kit/ids.ts'
import { rememberedFile } from './kit/remembered-file.ts'
import { seenIn } from './kit/seen.ts'
import type { ServedFile } from './kit/serve-bytes.ts'
import { serverAddress } from './kit/server-address.ts'
import type { Media } from './library/media.ts'
import { askAboutRestored, keyIn } from './restored.ts'
import { createMeters } from './scheduler/meters.ts'
import { createScheduler, type Scheduler } from './scheduler/scheduler.ts'
import { createApi } from './surfaces/api/api.ts'
import { createPlayground, feedItemPath } from './surfaces/playground/playground.ts'
import type { SurfaceName, WorkspaceId } from './workspaces/workspace.ts'

export interface Running {
  /** The page's address, with its key where it has one. */
  page: string
  port: number
  surfaces: ReadonlyMap<SurfaceName, Surface>
  scheduler: Scheduler
  /** Finishes what is in flight (for at most `grace` ms), releases what was claimed, closes. */
  stop(grace: number): Promise<void>
}

const LEAN = '--optimize-for-size'

/**
 * `npm start` runs lean: little room for young objects, code made for size, one thread for V8's own work (the C library
 * keeps a pool for each, and little of a pool is ever given back). A burst is worth compiling for: it takes half the time then.
 */
const compileForBursts = (lasts: boolean): void => {
  if (process.execArgv.includes(LEAN)) setFlagsFromString(lasts ? '--no-optimize-for-size' : LEAN)
}

/** Nothing may be overdue for longer than this, or `/readyz` says so. */
const LATE = 2 * MINUTE
const TICK_TOO_OLD = 15 * SECOND

/**
 * Brings what is built to life: surfaces, server, scheduler. Stops in reverse.
 *
 * @param beating false leaves the scheduler to be ticked by hand
 */
export async function start(house: House, { beating = true }: { beating?: boolean } = {}): Promise<Running> {
  const { config, log, clock, bench, storage, registry } = house
  await refuseForeignKey(bench, storage.sealed, keyIn(config))
  await askAboutRestored(house)
  await unparkOpened(bench)
  collectDefaultMetrics({ register: registry })
  const surfaces = new Map<SurfaceName, Surface & { routes?: Routes }>()

  const playground = openPlayground(house)
  surfaces.set('playground', playground)
  const { slack, discord } = config
  if (slack.botToken || slack.clientId) surfaces.set('slack', await openSlack(house))
  if (discord.token) surfaces.set('discord', await openDiscord(house))

  const meters = createMeters(registry, () => clock.now() - (scheduler.lastTick() ?? clock.now()))
  const scheduler = await createScheduler({
    bench,
    surfaces,
    meters,
    onWrite: (listener) => storage.onWrite(listener),
    // A SQLite file takes one server at a time.
    alone: storage.dialect === 'sqlite',
    onBurst: (lasts) => {
      compileForBursts(lasts)
      void storage.burst(lasts)
    },
  })
  const server = openServer(
    house,
    [...surfaces.values()].flatMap((one) => one.routes ?? []),
    surfaces,
    scheduler,
    () => playground.feedChanged(),
  )

  const { port, url } = await server.start()
  house.address.own = url
  const said = serverAddress(resolve(config.dataDir))
  const sayAddress = (own: string | undefined): Promise<void> =>
    said.say(own).catch((error: unknown) => {
      // A disk that takes nothing more is told of where it matters.
      log.warn({ err: error }, 'Commands beside this process could not be told its address')
    })
  await sayAddress(url)
  for (const surface of surfaces.values()) await surface.start()
  if (beating) await scheduler.start()
  if (config.s3) tellOfMedia(house)

  return {
    page: playgroundIsOpen(config)
      ? `${url}/`
      : `${config.publicUrl ?? url}/?key=${house.keys.playgroundKey}`,
    port,
    surfaces,
    scheduler,
    async stop(grace) {
      const ended = await scheduler.stop(grace)
      if (!ended)
        log.warn('Some deliveries were still under way; their leases will end and they are looked into')
      for (const surface of [...surfaces.values()].reverse()) await surface.stop()
      await server.close()
      await sayAddress(undefined)
      await house.close()
    },
  }
}

function openServer(
  house: House,
  routes: Routes[],
  surfaces: ReadonlyMap<SurfaceName, Surface>,
  scheduler: Scheduler,
  feedChanged: () => Promise<void>,
): HttpServer {
  const { config, desk, log, clock, bench, storage, keys, registry, mediaLinks } = house
  return createServer({
    host: config.host,
    port: config.port,
    log,
    clock,
    metrics: registry,
    metricsToken: config.metricsToken,
    routes: [
      ...routes,
      oauthRoutes(bench),
      hookRoutes(bench),
      createApi({
        desk,
        version: '1',
        async verify(token) {
          const found = keys.apiSpeaker(token)
          const member =
            found && (await storage.workspace(found.workspaceId).workspace.member(found.memberId))
          return (
            member && {
              surface: 'api',
              chat: { externalId: 'local', name: 'API' },
              person: { externalId: member.id, name: member.name },
            }
          )
        },
      }),
    ],
    async readiness() {
      const now = clock.now()
      const [{ ok, sentence }, overdue, outbox] = await Promise.all([
        storage.check(),
        unlessAway(bench.stores.queue.overdue(now)),
        unlessAway(bench.stores.outboxQueue.depth()),
      ])
      const tickAge = now - (scheduler.lastTick() ?? now)
      const lateFor = overdue?.oldest === undefined ? 0 : now - overdue.oldest
      return {
        ok: ok && tickAge < TICK_TOO_OLD && lateFor < LATE,
        tickAgeMs: tickAge,
        overdue: overdue?.count,
        oldestOverdueMs: lateFor,
        outbox,
        database: { ok, sentence },
        surfaces: Object.fromEntries([...surfaces].map(([name, surface]) => [name, surface.health()])),
        // For the reader: a platform that is down is no reason to send this process nothing more.
        platformsLeftAlone: Object.fromEntries(
          [...pulseOf(bench).platformsLeftAlone()].map(([name, until]) => [
            name,
            instantOf(until).toString(),
          ]),
        ),
      }
    },
    media: {
      links: mediaLinks,
      async open({ workspaceId, mediaId }) {
        const workspace = (await storage.directory.all()).find((one) => one.id === workspaceId)
        const media = workspace && (await storage.workspace(workspace.id).media.get(mediaId))
        return media && served(bench, workspace.id, media)
      },
    },
    rehearsal: {
      clock,
      async feedOf(token) {
        const workspaceId = keys.feedWorkspace(token)
        return workspaceId && { workspaceId, feed: storage.workspace(workspaceId).feed }
      },
      address: (item) => `${config.publicUrl ?? house.address.own}${feedItemPath(item)}`,
      published: (workspaceId) => {
        if (workspaceId !== house.home.id) return
        feedChanged().catch((error: unknown) =>
          log.error({ err: error }, 'The page could not be told of the feed'),
        )
      },
    },
  })
}

/** What is asked of a database that may not answer; a full disk still does. */
const unlessAway = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (isAway(error)) return undefined
    throw error
  })

/** A bucket that can't be used is known from the start, not from the first post that needs it. */
async function tellOfMedia({ bench, log }: House): Promise<void> {
  const { ok, sentence, wayOut } = await bench.blobs.check()
  if (!ok) log.error({ wayOut }, `Media are in ${bench.blobs.place}: ${sentence}`)
}

const served = (
  { blobs }: Pick<Workbench, 'blobs'>,
  workspaceId: WorkspaceId,
  { sha256, size, type, filename }: Pick<Media, 'sha256' | 'size' | 'type' | 'filename'>,
): ServedFile => ({
  size,
  type,
  filename,
  open: (part) => blobs.of(workspaceId).open(sha256, part),
})

function openPlayground({ config, desk, log, clock, bench, home, keys, storage }: House) {
  const stores = storage.workspace(home.id)
  return createPlayground({
    desk,
    log,
    clock,
    transcripts: stores.transcript,
    feed: stores.feed,
    members: () => stores.workspace.members(),
    access: {
      ...(playgroundIsOpen(config) ? {} : { key: keys.playgroundKey }),
      ...(config.publicUrl ? { publicUrl: config.publicUrl } : {}),
    },
    async image(mediaId) {
      const media = drawnPicture(mediaId) ?? (await stores.media.get(mediaId))
      return media && served(bench, home.id, media)
    },
    keepImage: (png) => keepDrawn(bench.blobs.of(home.id), png),
    async channels() {
      const chat = (await stores.workspace.chats()).find((one) => one.surface === 'playground')
      return Object.values(chat?.channels ?? {}).filter((channel) => channel !== null)
    },
  })
}

/** Bolt takes a third of a second to load, so only those who use Slack wait for it. */
async function openSlack({ config, desk, log, clock, storage, keys }: House) {
  const { createSlackSurface } = await import('./surfaces/slack/slack-surface.ts')
  return createSlackSurface({
    desk,
    log,
    clock,
    settings: { ...config.slack, publicUrl: config.publicUrl },
    seen: seenIn(storage.seen, clock),
    installations: {
      async find(teamId) {
        const found = await storage.directory.ofChat('slack', teamId)
        const sealed = found?.chat.sealedToken
        return sealed ? { botToken: keys.sealer.open(sealed, found.chat.id) } : undefined
      },
      async save({ teamId, teamName, botToken }) {
        const id = newId(clock.now())
        // Each team that installs Crier is a workspace of its own: two teams never see each other's posts.
        const { workspace, chat } = await storage.directory.takeIn(
          {
            id,
            surface: 'slack',
            externalId: teamId,
            name: teamName,
            channels: { review: null, results: null, digest: null },
            sealedToken: keys.sealer.seal(botToken, id),
            createdAt: clock.now(),
          },
          unmadeWorkspace(clock.now(), teamName),
        )
        if (chat.id === id) return
        await storage.workspace(workspace.id).workspace.changeChat(chat.id, {
          name: teamName,
          sealedToken: keys.sealer.seal(botToken, chat.id),
        })
      },
      async remove(teamId) {
        const found = await storage.directory.ofChat('slack', teamId)
        if (found)
          await storage
            .workspace(found.workspace.id)
            .workspace.changeChat(found.chat.id, { sealedToken: null })
      },
    },
  })
}

/** Discord's links to files live about a day; nobody comes back to a form later. */
const FORMS_STAY_OPEN = DAY
const formKey = (id: string): string => `open form ${id}`

async function openDiscord({ config, desk, log, clock, storage, keys }: House) {
  const { createDiscordSurface } = await import('./surfaces/discord/discord-surface.ts')
  const { token = '', applicationId, publicKey, apiUrl } = config.discord
  return createDiscordSurface({
    desk,
    log,
    clock,
    settings: {
      token,
      ...(applicationId ? { applicationId } : {}),
      ...(publicKey ? { publicKey } : {}),
      ...(apiUrl ? { apiUrl } : {}),
    },
    remembered: rememberedFile(join(resolve(config.dataDir), 'discord.json')),
    seen: seenIn(storage.seen, clock),
    locks: storage.locks,
    keeper: {
      put: (id, text) =>
        storage.openForms.put(id, keys.sealer.seal(text, formKey(id)), clock.now() + FORMS_STAY_OPEN),
      async get(id) {
        const sealed = await storage.openForms.get(id)
        return sealed === undefined ? undefined : keys.sealer.open(sealed, formKey(id))
      },
      remove: (id) => storage.openForms.remove(id),
    },
  })
}
