import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Speaker } from '../../src/app/surface.ts'
import type { Environment } from '../../src/kit/config.ts'
import type { SurfaceName } from '../../src/workspaces/workspace.ts'
import { onEachDatabase } from '../databases.ts'
import { openTestHouse, type TestHouse } from '../house.ts'

const from = (surface: SurfaceName, chat: string, person: string): Speaker => ({
  surface,
  chat: { externalId: chat, name: `${chat} Inc` },
  person: { externalId: person, name: person },
})

/** Where the members of a chat stand, and as what. */
async function seatOf({ house }: TestHouse, surface: SurfaceName, chat: string) {
  const found = await house.storage.directory.ofChat(surface, chat)
  if (!found) throw new Error(`${chat} is not known`)
  const members = await house.storage.workspace(found.workspace.id).workspace.members()
  return {
    workspace: found.workspace.id,
    members: members.filter(({ identities }) => identities.some((one) => one.chat === chat)),
  }
}

await onEachDatabase((database) => {
  test.each(['slack', 'discord'] as const)(
    'of %s teams that say their first word in one instant, one is at home and each other has its own workspace',
    async (surface) => {
      const environment: Environment = { ...(await database()), CRIER_SECRET_KEY: randomUUID() }
      const first = await openTestHouse({ environment })
      // A second process, where the database takes one.
      const second = environment.DATABASE_URL ? await openTestHouse({ environment }) : first
      try {
        const chats = Array.from({ length: 5 }, (_, place) => `chat-${place}`)
        const asked = chats.flatMap((chat) =>
          [first, second].map(({ house }) =>
            house.desk.ask(from(surface, chat, `ann of ${chat}`), {
              command: 'draft',
              values: { text: `Words of ${chat}` },
            }),
          ),
        )
        for (const answer of await Promise.all(asked))
          expect(answer).toMatchObject({ type: 'message', audience: 'person' })
        const seats = await Promise.all(chats.map((chat) => seatOf(second, surface, chat)))
        expect(new Set(seats.map(({ workspace }) => workspace)).size).toBe(chats.length)
        expect(seats.filter(({ workspace }) => workspace === first.house.home.id)).toHaveLength(1)
        for (const [place, { workspace, members }] of seats.entries()) {
          expect(members.map(({ name, role }) => `${name}: ${role}`)).toEqual([`ann of chat-${place}: admin`])
          const posts = await second.house.storage.workspace(workspace).posts.list({})
          const words = `Words of chat-${place}`
          expect(posts.map(({ content }) => content.text)).toEqual([words, words])
        }
      } finally {
        if (second !== first) await second.close()
        await first.close()
      }
    },
  )

  test('a chat’s new name for somebody stands, whatever name a program read just before', async () => {
    const opened = await openTestHouse({ environment: await database() })
    const { house } = opened
    try {
      const said = { line: 'help' }
      await house.desk.ask(from('slack', 'T1', 'grace'), said)
      const { workspace, members } = await seatOf(opened, 'slack', 'T1')
      const stores = house.storage.workspace(workspace).workspace
      const id = members[0]?.id ?? ''
      await stores.addIdentity(id, { surface: 'api', chat: 'local', externalId: id })
      const grace = from('slack', 'T1', 'grace')
      await house.desk.ask({ ...grace, person: { externalId: 'grace', name: 'Grace Hopper' } }, said)
      const api = { ...from('api', 'local', id), person: { externalId: id, name: 'grace' } }
      await house.desk.ask(api, said)
      expect(await stores.members()).toContainEqual(expect.objectContaining({ id, name: 'Grace Hopper' }))
    } finally {
      await opened.close()
    }
  })

  test('of two strangers who are the first of a new team in one instant, one is its admin', async () => {
    const environment: Environment = { ...(await database()), CRIER_SECRET_KEY: randomUUID() }
    const first = await openTestHouse({ environment })
    const second = environment.DATABASE_URL ? await openTestHouse({ environment }) : first
    try {
      for (const chat of ['home', 'guild-1', 'guild-2', 'guild-3', 'guild-4', 'guild-5']) {
        const say = ({ house }: TestHouse, person: string) =>
          house.desk.ask(from('discord', chat, person), { command: 'draft', values: { text: 'Hello' } })
        await Promise.all([say(first, 'ann'), say(second, 'ben'), say(first, 'cleo'), say(second, 'dan')])
        const { members } = await seatOf(second, 'discord', chat)
        expect(members.map(({ role }) => role).sort()).toEqual(['admin', 'author', 'author', 'author'])
      }
    } finally {
      if (second !== first) await second.close()
      await first.close()
    }
  })
})
