import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FrontDesk } from '../../../src/app/surface.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { type Lock, type Locks, locksInMemory } from '../../../src/kit/locks.ts'
import { silentLog } from '../../../src/kit/log.ts'
import { type Seen, seenInMemory } from '../../../src/kit/seen.ts'
import { createDiscordSurface } from '../../../src/surfaces/discord/discord-surface.ts'
import type { FormKeeper } from '../../../src/surfaces/discord/kept-forms.ts'
import { smallDesk } from '../small-desk.ts'
import { type DiscordServer, discordAbsent, startDiscord, wordsOf } from './start-discord.ts'

if (discordAbsent) console.log(`skipped: shards: ${discordAbsent}`)

/** Locks that can all be taken away, and then can't be asked for, as when the database goes away. */
function fragile(locks: Locks): Locks & { breakAll(): void } {
  const held = new Set<AbortController>()
  let away = false
  return {
    async tryAcquire(name) {
      if (away) throw new Error('The database does not answer')
      const lock = await locks.tryAcquire(name)
      if (!lock) return undefined
      const lost = new AbortController()
      held.add(lost)
      const release = async () => {
        if (held.delete(lost)) await lock.release()
      }
      lost.signal.addEventListener('abort', () => void lock.release())
      return { lost: lost.signal, release } satisfies Lock
    },
    breakAll() {
      away = true
      for (const lost of held) lost.abort(new Error('The connection ended'))
      held.clear()
    },
  }
}

describe.skipIf(discordAbsent)('several processes at one Discord', () => {
  let discord: DiscordServer
  let opened: ReturnType<typeof createDiscordSurface>[]
  let heard: string[]

  beforeEach(() => {
    opened = []
    heard = []
  })
  afterEach(async () => {
    for (const surface of opened) await surface.stop()
    await discord?.stop()
  })

  function open({ locks, seen, keeper }: { locks: Locks; seen: Seen; keeper?: FormKeeper }) {
    const place = () => ({ chat: discord.guild, channel: discord.channels.review })
    const small = smallDesk(systemClock, () => ({
      send: (_, said, options) => surface.send(place(), said, options),
      update: (_, id, said) => surface.update(place(), id, said),
    }))
    const desk: FrontDesk = {
      ...small,
      ask(speaker, said) {
        heard.push('line' in said ? said.line : said.command)
        const isForm = 'command' in said && said.command === 'schedule'
        return small.ask(speaker, 'line' in said || isForm ? said : { line: said.command })
      },
    }
    const kept = new Map<string, string>()
    const surface = createDiscordSurface({
      desk,
      log: silentLog,
      clock: systemClock,
      settings: { token: discord.token, apiUrl: discord.apiUrl },
      remembered: {
        get: async (key) => kept.get(key),
        set: async (key, value) => void kept.set(key, value),
      },
      locks,
      seen,
      ...(keeper && { keeper }),
    })
    opened.push(surface)
    return surface
  }
  const details = () => opened.map((one) => one.health().detail)

  test('what two of them hear at once is done once: commands and typed lines', async () => {
    discord = await startDiscord()
    const seen = seenInMemory()
    // Each believes that it is alone, as while a shard changes hands.
    for (let n = 0; n < 2; n++) await open({ locks: locksInMemory(), seen }).start()
    expect(discord.sockets()).toBe(2)
    const author = discord.person('author')
    for (let n = 0; n < 3; n++) await author.slash('help')
    await author.type('help', { direct: true })
    await discord.waitFor(() => (heard.length >= 4 ? true : undefined), 'all that was said')
    await new Promise((go) => setTimeout(go, 500))
    expect(heard).toEqual(['help', 'help', 'help', 'help'])
  })

  test('shards are shared by those who start together, and each is held by one of them', async () => {
    discord = await startDiscord({ sharding: { shards: 4, maxConcurrency: 16 } })
    const both = { locks: locksInMemory(), seen: seenInMemory() }
    const [one, other] = [open(both), open(both)]
    await Promise.all([one.start(), other.start()])
    await discord.waitFor(() => (discord.sockets() === 4 ? true : undefined), 'four connections')
    await discord.waitFor(
      () => (details().every((detail) => detail.startsWith('connected by 2 of 4')) ? true : undefined),
      'their halves',
    )
    await one.stop()
    await discord.waitFor(
      () => (other.health().detail === 'connected by 4 shards' ? true : undefined),
      'all with the one that is left',
    )
    expect(discord.sockets()).toBe(4)
  })

  test('logins of one bucket keep five seconds between them, over all processes', async () => {
    discord = await startDiscord({ sharding: { shards: 2, maxConcurrency: 1 } })
    const both = { locks: locksInMemory(), seen: seenInMemory() }
    const [one, other] = [open(both), open(both)]
    const since = performance.now()
    await Promise.all([one.start(), other.start()])
    await discord.waitFor(() => (discord.sockets() === 2 ? true : undefined), 'both')
    expect(performance.now() - since).toBeGreaterThan(5_000)
    await discord.waitFor(
      () => (details().every((detail) => detail.startsWith('connected by 1 of 2')) ? true : undefined),
      'their halves',
    )
  })

  test('one whose locks are lost hangs up at once, also while it is logging in', async () => {
    discord = await startDiscord({ sharding: { shards: 2, maxConcurrency: 1 } })
    const locks = fragile(locksInMemory())
    const one = open({ locks, seen: seenInMemory() })
    await one.start()
    expect(discord.sockets()).toBe(1)
    // Its second shard waits for its turn by now.
    await new Promise((go) => setTimeout(go, 2_000))
    locks.breakAll()
    await discord.waitFor(() => (discord.sockets() === 0 ? true : undefined), 'the hanging up')
    // Nothing of what it gave up comes back by itself.
    await new Promise((go) => setTimeout(go, 6_000))
    expect(discord.sockets()).toBe(0)
    expect(one.health()).toMatchObject({ ok: false, detail: expect.stringContaining('could not be asked') })
  })

  test('a form whose every step comes to another process carries on, with its files; also after a restart', async () => {
    discord = await startDiscord()
    const kept = new Map<string, string>()
    const keeper: FormKeeper = {
      put: async (id, text) => void kept.set(id, text),
      get: async (id) => kept.get(id),
      remove: async (id) => void kept.delete(id),
    }
    const next = async () => {
      await opened.pop()?.stop()
      await open({ locks: locksInMemory(), seen: seenInMemory(), keeper }).start()
    }
    await next()
    const author = discord.person('author')
    const first = await author.slash('schedule')
    expect(first.modal?.title).toBe('Schedule a post (1/2)')
    await next()
    const between = await author.submit(first.modal!, {
      text: 'Do not lose me',
      accounts: ['bluesky'],
      when: 'soon',
    })
    await next()
    const goOn = (await between.message())!
    const second = await author.press(goOn, 'Continue')
    expect(second.modal?.title).toBe('Schedule a post (2/2)')
    await next()
    const chart = discord.attachment('chart.png', new Uint8Array([1, 2, 3]), { description: 'A chart' })
    const refusal = await author.submit(second.modal!, { code: 'x1', media: [chart] }, goOn)
    await next()
    const refused = (await refusal.message())!
    const again = await author.press(refused, 'Open it again')
    await next()
    await author.submit(again.modal!, { when: 'tomorrow 9am' }, refused)
    const card = await discord.waitFor(
      async () => (await discord.messages(discord.channels.review))[0],
      'the card of the post',
    )
    expect(wordsOf(card)).toContain('Do not lose me')
    expect(wordsOf(card)).toContain('chart.png (A chart)')
    // The one that led to a post is forgotten; the other lives out its day.
    expect([...kept.keys()]).not.toContain(again.modal?.custom_id.split(' ')[1])
  })
})
