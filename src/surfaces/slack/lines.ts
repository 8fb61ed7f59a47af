import type { FrontDesk } from '../../app/surface.ts'
import { firstWord } from './answering.ts'
import { withEmoji } from './emoji.ts'
import type { People } from './people.ts'
import { richWords } from './rich-words.ts'
import { type ReadAs, readSlackText } from './slack-text.ts'
import type { Team } from './teams.ts'

/** Reads what people wrote in Slack's mark-up as the words that they meant. */
export interface Lines {
  /** A line as it was meant: in what people publish, members and channels are names; elsewhere the ids that commands need. */
  lineOf(team: Team, said: string, blocks?: unknown): Promise<string>
  /** @param ids leaves members and channels as ids instead of names */
  wordsOf(team: Team, said: string, blocks?: unknown, ids?: boolean): Promise<string>
}

export function createLines({ desk, people }: { desk: FrontDesk; people: People }): Lines {
  async function lineOf(team: Team, said: string, blocks?: unknown): Promise<string> {
    const line = said.replaceAll(`<@${team.botUserId}>`, ' ').trim().replace(/^\//, '')
    const words = await wordsOf(team, line, blocks, needsIds(desk, firstWord(line)))
    return words.trim().replace(/^\//, '')
  }

  async function wordsOf(team: Team, said: string, blocks?: unknown, ids = false): Promise<string> {
    const mentioned = [
      ...new Set([...said.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g)].map(([, id]) => id ?? '')),
    ]
    const names = new Map(
      await Promise.all(mentioned.map(async (id) => [id, (await people.get(team, id)).name] as const)),
    )
    const channels = new Map(
      [...said.matchAll(/<#([A-Z0-9]+)\|([^>]+)>/g)].map(([, id = '', name = '']) => [id, name]),
    )
    const as: ReadAs = {
      person: (id) => (id === team.botUserId ? '' : ids ? `<@${id}>` : `@${names.get(id) ?? id}`),
      channel: (id, name) => (ids ? `<#${id}>` : `#${name || (channels.get(id) ?? id)}`),
    }
    return withEmoji(richWords(blocks, as) ?? readSlackText(said, as))
  }

  return { lineOf, wordsOf }
}

/** Does a command speak of members or channels, rather than hold words that people will read? */
function needsIds(desk: FrontDesk, name: string): boolean {
  const args = desk.commands.find((command) => command.name === name)?.args ?? []
  if (args.some(({ kind }) => kind === 'member' || kind === 'channel')) return true
  return (
    args.length > 0 &&
    !args.some((arg) => arg.kind === 'words' || (arg.kind === 'text' && arg.name === 'text'))
  )
}
