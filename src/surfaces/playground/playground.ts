import { randomUUID } from 'node:crypto'
import type { Routes } from '../../app/routes.ts'
import { type FrontDesk, type Place, SendError, type Speaker, type Surface } from '../../app/surface.ts'
import type { Clock, EpochMs } from '../../kit/clock.ts'
import { newId } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import { type ServedFile, serveBytes } from '../../kit/serve-bytes.ts'
import { BlobError } from '../../library/blob-error.ts'
import type { Form } from '../../message/form.ts'
import { type Message, message, text } from '../../message/message.ts'
import type { FeedItem, FeedStore } from '../../playground/feed.ts'
import type { TranscriptEntry, TranscriptStore } from '../../playground/transcript.ts'
import type { Member } from '../../workspaces/workspace.ts'
import { loadAssets, serveAsset } from './assets.ts'
import { channelName, channelsFor, directChannel, mayRead } from './channels.ts'
import { type Access, type Connection, refuseStrangers } from './guard.ts'
import { LivePages } from './live.ts'
import { identityOf, LOCAL, peopleOf, speakerOf } from './readers.ts'
import { MAX_UPLOAD, readComplete, readSay, readSuggest, type Say } from './requests.ts'
import { idOfKey, TranscriptWriter } from './transcript-writer.ts'

export interface PlaygroundOptions {
  desk: FrontDesk
  log: Log
  clock: Clock
  /** Of the local workspace. */
  transcripts: TranscriptStore
  feed: FeedStore
  /** The members of the local workspace; those with a playground identity can be switched to. */
  members(): Promise<Member[]>
  access: Access
  /** The bytes of kept media that a message or a feed item shows. */
  image(mediaId: string): Promise<ServedFile | undefined>
  /** Keeps a picture that came as bytes: its media id. */
  keepImage(png: Uint8Array, name: string): Promise<string>
  /** Channels besides general, review and results: those that the settings name. */
  channels?(): Promise<readonly string[]>
}

export interface Playground extends Surface {
  routes: Routes
  /** Call after something was published to the feed, so that open pages show it at once. */
  feedChanged(): Promise<void>
}

/** Where people see a feed item on the page; put the page's address before it. */
export const feedItemPath = (item: Pick<FeedItem, 'id'>): string => `/#feed-${item.id}`

/** Entries of a channel that a page loads; more by "earlier messages". */
const PAGE = 200
const MOST = 2000
/** Items of the rehearsal feed that a page shows. */
const FEED_SHOWN = 50
/** Seconds: kept media never change. */
const IMAGE_AGE = 24 * 60 * 60

/** The playground: a web page that is a chat of its own. It works without accounts, and is the default where there is no chat. */
export function createPlayground(options: PlaygroundOptions): Playground {
  const { desk, log, clock, transcripts, feed, access } = options
  const named = new Set<string>()
  let assets: Awaited<ReturnType<typeof loadAssets>> | undefined
  let shownFeed = ''
  let shownMembers = ''

  const pages = new LivePages(randomUUID(), () => {
    // The net under everything that is pushed at once: another process may have published, or changed a member.
    void Promise.all([pushFeed(), pushMembers()]).catch((error: unknown) =>
      log.warn({ error }, 'Open pages could not be brought up to date'),
    )
  })
  const writer = new TranscriptWriter({ transcripts, pages, clock, log, keepImage: options.keepImage })
  const shownCommands = new CommandsShown()

  async function pushFeed(): Promise<void> {
    const items = await feed.list(FEED_SHOWN)
    const shown = items.map(({ id }) => id).join()
    if (shown === shownFeed) return
    shownFeed = shown
    pages.push({ type: 'feed', items })
  }

  async function pushMembers(): Promise<void> {
    const members = peopleOf(await options.members())
    const shown = JSON.stringify(members)
    if (shown === shownMembers) return
    shownMembers = shown
    pages.push({ type: 'members', members })
  }

  async function memberOf(
    id: string | null | undefined,
  ): Promise<{ member: Member; externalId: string } | undefined> {
    const member = (await options.members()).find((one) => one.id === id)
    const externalId = member && identityOf(member)
    return member && externalId !== undefined ? { member, externalId } : undefined
  }

  async function state(as: string | null): Promise<Response> {
    const all = peopleOf(await options.members())
    const me = all.find(({ id }) => id === as) ?? all[0]
    shownMembers ||= JSON.stringify(all)
    if (!me) return sorry(503, 'There is nobody to speak as yet.')
    // The cursor comes first: what happens while the rest is read is told twice rather than not at all.
    const { cursor } = pages
    const channels = channelsFor(me.id, [...((await options.channels?.()) ?? []).map(channelName), ...named])
    const entries = await Promise.all(
      channels.map(async ({ name }) => [name, visible(await transcripts.list(name, PAGE), me.id)] as const),
    )
    return Response.json({
      now: clock.now(),
      cursor,
      me: me.id,
      page: PAGE,
      members: all,
      channels,
      entries: Object.fromEntries(entries),
      feed: await feed.list(FEED_SHOWN),
      commands: desk.commands,
    })
  }

  async function earlier(url: URL): Promise<Response> {
    const as = url.searchParams.get('as') ?? ''
    const channel = url.searchParams.get('channel') ?? ''
    const limit = Math.min(MOST, Math.max(PAGE, Number(url.searchParams.get('limit')) || PAGE))
    if (!mayRead(channel, as)) return sorry(403, 'This conversation is somebody else’s.')
    const found = await transcripts.list(channel, limit)
    return Response.json({ entries: visible(found, as), more: found.length === limit && limit < MOST })
  }

  async function say(request: Request): Promise<Response> {
    const read = await readSay(request)
    if (!read || (read.say.line === undefined) === (read.say.command === undefined)) {
      return sorry(400, 'The page sent something that Crier can’t read; load it anew.')
    }
    const found = await memberOf(read.say.as)
    if (!found) return sorry(404, 'This member is gone; load the page anew.')
    const { member, externalId } = found
    const { channel, line, command, values, press } = read.say
    if (!mayRead(channel, member.id)) return sorry(403, 'This conversation is somebody else’s.')

    const saidAt = writer.now()
    const answer = await desk.ask(speakerOf(member, externalId, read.say), {
      ...(line === undefined ? { command: command ?? '', values: values ?? {} } : { line }),
      channel,
      ...(read.files.length > 0 ? { files: read.files } : {}),
      ...(press ? { press } : {}),
    })
    // What was said may have changed somebody's role or zone.
    await pushMembers()
    if (answer.type === 'form') return Response.json({ type: 'form', form: answer.form satisfies Form })
    const onlyFor = answer.audience === 'person' ? member.id : null
    return Response.json({
      type: 'entries',
      entries: await write({ ...read.say, saidAt }, member, answer.message, onlyFor),
    })
  }

  /** What was said and what was answered become entries; turning the pages of one's own answer changes it in place. */
  async function write(
    { channel, line, thread, press, entry, command, saidAt }: Say & { saidAt: EpochMs },
    member: Member,
    answered: Message,
    onlyFor: string | null,
  ): Promise<TranscriptEntry[]> {
    const said = wordOf(line ?? command ?? '')
    if (press && entry && onlyFor !== null && shownCommands.is(entry, said, member.id)) {
      await writer.change(entry, answered, onlyFor)
      return []
    }
    const where = { channel, threadOf: thread ?? null, onlyFor }
    const written: TranscriptEntry[] = []
    if (line !== undefined && !press) {
      const words = message(text(line))
      written.push(
        await writer.add({ ...where, id: newId(saidAt), at: saidAt, memberId: member.id, message: words }),
      )
    }
    const at = writer.now()
    const answerEntry = await writer.add({ ...where, id: newId(at), at, memberId: null, message: answered })
    if (onlyFor !== null) shownCommands.remember(answerEntry.id, said, member.id)
    return [...written, answerEntry]
  }

  async function suggestions(request: Request, kind: 'complete' | 'suggest'): Promise<Response> {
    const ask = kind === 'complete' ? await readComplete(request) : await readSuggest(request)
    const found = ask && (await memberOf(ask.as))
    if (!ask || !found) return Response.json([])
    const speaker: Speaker = speakerOf(found.member, found.externalId, ask)
    return Response.json(
      'line' in ask ? await desk.complete(speaker, ask.line) : await desk.suggest(speaker, ask),
    )
  }

  async function image(request: Request, id: string): Promise<Response> {
    const file = await options.image(id)
    if (!file) return sorry(404, 'This picture is gone.')
    try {
      return await serveBytes(request, file, IMAGE_AGE)
    } catch (error) {
      if (!(error instanceof BlobError)) throw error
      log.warn({ err: error, picture: id }, 'A picture could not be shown')
      return error.why === 'missing'
        ? sorry(404, 'This picture is gone.')
        : sorry(503, 'This picture can’t be read just now.')
    }
  }

  async function live(request: Request, url: URL): Promise<Response> {
    const found = await memberOf(url.searchParams.get('as'))
    if (!found) return sorry(404, 'This member is gone; load the page anew.')
    const since = request.headers.get('last-event-id') ?? url.searchParams.get('since')
    return pages.connect(found.member.id, since) ?? sorry(503, 'Too many pages are open.')
  }

  async function answer(request: Request, url: URL): Promise<Response | undefined> {
    const { pathname, searchParams } = url
    const asset = assets?.get(pathname)
    if (request.method === 'POST') {
      if (pathname === '/playground/say') return say(request)
      if (pathname === '/playground/complete') return suggestions(request, 'complete')
      if (pathname === '/playground/suggest') return suggestions(request, 'suggest')
      return undefined
    }
    if (asset) return serveAsset(request, asset)
    if (pathname === '/playground/state') return state(searchParams.get('as'))
    if (pathname === '/playground/earlier') return earlier(url)
    if (pathname === '/playground/live') return live(request, url)
    const [, mediaId] = /^\/playground\/image\/([\w-]+)$/.exec(pathname) ?? []
    return mediaId === undefined ? undefined : image(request, mediaId)
  }

  const routes: Routes = {
    path: '',
    maxBody: MAX_UPLOAD,
    async handle(request: Request, connection: Connection) {
      const url = new URL(request.url)
      if (url.pathname !== '/' && !url.pathname.startsWith('/playground/')) return undefined
      const refused = refuseStrangers(request, connection, access)
      if (refused) return refused
      const response = await answer(request, url)
      if (response && !response.headers.has('cache-control'))
        response.headers.set('cache-control', 'no-store')
      return response
    },
  }

  /** Anything but its own three channels is one that the settings name; the page lists it from then on. */
  function channelOf(to: Place): string {
    if (to.chat !== LOCAL.externalId) {
      throw new SendError(`The playground has no chat "${to.chat}"`, { retry: false })
    }
    const name = channelName(to.channel)
    named.add(name)
    return name
  }

  return {
    name: 'playground',
    routes,
    feedChanged: pushFeed,

    async start() {
      assets = await loadAssets()
    },
    async stop() {
      pages.close()
    },
    health: () => ({
      ok: assets !== undefined,
      detail: assets ? `${pages.open} open page${pages.open === 1 ? '' : 's'}` : 'not started',
    }),

    async send(to, sent, { key, thread }) {
      const entry = await writer.add({
        id: idOfKey(key),
        channel: channelOf(to),
        threadOf: thread ?? null,
        memberId: null,
        onlyFor: null,
        message: sent,
      })
      return entry.id
    },
    async update(_to, remoteId, changed) {
      await writer.change(remoteId, changed, null)
    },
    async tell(to, told, { key }) {
      const member = (await options.members()).find((one) => identityOf(one) === to.person)
      if (!member) throw new SendError(`Nobody on the playground is "${to.person}"`, { retry: false })
      await writer.add({
        id: idOfKey(key),
        channel: directChannel(member.id),
        threadOf: null,
        memberId: null,
        onlyFor: member.id,
        message: told,
      })
    },
  }
}

/** Which command an answer came from: pressing on with the same one (a calendar's next week) turns its page. */
class CommandsShown {
  readonly #shown = new Map<string, { word: string; memberId: string }>()

  remember(entry: string, word: string, memberId: string): void {
    this.#shown.set(entry, { word, memberId })
    const [oldest] = this.#shown.keys()
    if (this.#shown.size > MOST && oldest !== undefined) this.#shown.delete(oldest)
  }

  is(entry: string, word: string, memberId: string): boolean {
    const shown = this.#shown.get(entry)
    return shown?.word === word && shown.memberId === memberId
  }
}

const wordOf = (line: string): string => (line.trim().replace(/^\//, '').split(/\s/)[0] ?? '').toLowerCase()

const visible = (entries: readonly TranscriptEntry[], memberId: string): TranscriptEntry[] =>
  entries.filter(({ onlyFor }) => onlyFor === null || onlyFor === memberId)

const sorry = (status: number, error: string): Response => Response.json({ error }, { status })
