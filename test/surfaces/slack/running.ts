// @hono/node-server: carries the surface's routes, as the project's own server does.
import { createAdaptorServer } from '@hono/node-server'
import type { Routes } from '../../../src/app/routes.ts'
import type { FrontDesk, Surface } from '../../../src/app/surface.ts'
import { type Clock, systemClock } from '../../../src/kit/clock.ts'
import { silentLog } from '../../../src/kit/log.ts'
import type { Installation, Installations } from '../../../src/surfaces/slack/installations.ts'
import { createSlackSurface, type SlackSettings } from '../../../src/surfaces/slack/slack-surface.ts'
import { until } from '../../until.ts'
import { checkedFetch } from './contract.ts'
import {
  APP_TOKEN,
  BOT_TOKEN,
  freePort,
  SIGNING_SECRET,
  type SlackServer,
  startSlack,
} from './slack-server.ts'

export function installationsInMemory(): Installations & { all: Map<string, Installation> } {
  const all = new Map<string, Installation>()
  return {
    all,
    find: async (teamId) => all.get(teamId),
    save: async (installation) => {
      all.set(installation.teamId, installation)
    },
    remove: async (teamId) => {
      all.delete(teamId)
    },
  }
}

export interface RunningSurface {
  surface: Surface & { routes?: Routes }
  installations: ReturnType<typeof installationsInMemory>
  /** Where Slack posts to. */
  requestUrl: string
  /** What Crier sent that Slack's types or limits forbid. */
  wrong: string[]
  calls: ReturnType<typeof checkedFetch>['calls']
  stop(): Promise<void>
}

/** The surface with its routes behind a real HTTP server. */
export async function startSurface(
  desk: FrontDesk,
  settings: SlackSettings,
  how: { port?: number; clock?: Clock } = {},
): Promise<RunningSurface> {
  const { fetch, wrong, calls } = checkedFetch()
  const installations = installationsInMemory()
  const clock = how.clock ?? systemClock
  const surface = createSlackSurface({ desk, settings, installations, fetch, clock, log: silentLog })
  const port = how.port ?? (await freePort())
  const server = createAdaptorServer({
    fetch: async (request: Request) =>
      (await surface.routes?.handle(request, { remoteAddress: undefined })) ??
      new Response('', { status: 404 }),
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await surface.start()
  return {
    surface,
    installations,
    wrong,
    calls,
    requestUrl: `http://127.0.0.1:${port}/slack/events`,
    async stop() {
      await surface.stop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A Slack server and the surface that talks to it, by Socket Mode or by signed HTTP. */
export async function startBoth(
  mode: 'socket' | 'events',
  desk: FrontDesk,
): Promise<{ slack: SlackServer; running: RunningSurface; stop(): Promise<void> }> {
  const port = await freePort()
  const requestUrl = `http://127.0.0.1:${port}/slack/events`
  const slack = await startSlack(mode === 'socket' ? { mode } : { mode, requestUrl })
  const settings: SlackSettings = {
    botToken: BOT_TOKEN,
    apiUrl: slack.apiUrl,
    ...(mode === 'socket' ? { appToken: APP_TOKEN } : { signingSecret: SIGNING_SECRET }),
  }
  const running = await startSurface(desk, settings, { port })
  await until('the surface to be ready', () => running.surface.health().ok)
  return {
    slack,
    running,
    async stop() {
      await running.stop()
      await slack.stop()
    },
  }
}
