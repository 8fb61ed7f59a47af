import { instantOf } from '../kit/clock.ts'
import { UserError } from '../kit/user-error.ts'
import { whenSuggestions } from '../schedule/suggest.ts'
import { accountName } from '../views/post-card.ts'
import { type Member, mayAct, type SurfaceName, type Workspace } from '../workspaces/workspace.ts'
import { type Actor, actorOf } from './actor.ts'
import type { Arg } from './arg.ts'
import type { Command, CommandContext } from './command.ts'
import { dispatch, refusalMessage } from './dispatch.ts'
import { welcome } from './newcomers.ts'
import { deliveryChoices, postChoices } from './post-choices.ts'
import { pulseOf } from './pulse.ts'
import type { Answer, CommandFacts, FrontDesk, Speaker, Suggestion } from './surface.ts'
import type { Workbench } from './workbench.ts'

const MOST_SUGGESTIONS = 25
const LONGEST = 100

/** What surfaces are given: who speaks is found or welcomed, and everything they say goes to `dispatch`. */
export function createFrontDesk(
  bench: Workbench,
  commands: readonly Command[],
  home: () => Promise<Workspace>,
): FrontDesk {
  async function contextOf(
    speaker: Speaker,
    said: { channel?: string; direct?: boolean; files?: CommandContext['files']; press?: boolean },
  ): Promise<CommandContext> {
    pulseOf(bench).askedAt = bench.clock.now()
    const { workspace, member, chat } = await welcome(bench, speaker, home)
    return {
      ...actorOf(bench, workspace, member),
      surface: speaker.surface,
      place: chat ? { chat, channel: said.channel, direct: said.direct ?? false } : undefined,
      now: bench.clock.now(),
      files: said.files ?? [],
      commands,
      press: said.press ?? false,
    }
  }

  const desk: FrontDesk = {
    commands: commands.map(factsOf),

    async ask(speaker, said): Promise<Answer> {
      try {
        return await dispatch(await contextOf(speaker, said), said)
      } catch (error) {
        const id = crypto.randomUUID().slice(0, 8)
        bench.log.error({ id, surface: speaker.surface, err: error }, 'Nobody could be asked')
        const refusal =
          error instanceof UserError
            ? error
            : new UserError(`Something went wrong in Crier itself (${id})`, {
                wayOut: `Whoever runs Crier finds the cause in the log under ${id}.`,
              })
        return { type: 'message', message: refusalMessage(refusal), audience: 'person', refused: true }
      }
    },

    async suggest(speaker, { command, arg, partial }) {
      try {
        const context = await contextOf(speaker, {})
        const field = commands.find((one) => one.name === command)?.fields.find((one) => one.name === arg)
        return field ? shortened(await suggestionsFor(context, field, partial)) : []
      } catch (error) {
        bench.log.warn({ err: error, command, arg }, 'No suggestions could be made')
        return []
      }
    },

    async complete(speaker, line) {
      try {
        return await completeLine(await contextOf(speaker, {}), line)
      } catch (error) {
        bench.log.warn({ err: error }, 'A line could not be completed')
        return []
      }
    },

    async image(speaker, mediaId) {
      const found = await bench.stores.directory.ofChat(speaker.surface, speaker.chat.externalId)
      const media = found && (await bench.stores.workspace(found.workspace.id).media.get(mediaId))
      return media && { bytes: await bench.blobs.of(found.workspace.id).get(media.sha256), type: media.type }
    },

    async identity(surface: SurfaceName, chat, memberId) {
      const found = await bench.stores.directory.ofChat(surface, chat)
      const member: Member | undefined =
        found && (await bench.stores.workspace(found.workspace.id).workspace.member(memberId))
      return member?.identities.find((one) => one.surface === surface && one.chat === chat)?.externalId
    },
  }
  return desk
}

const factsOf = ({ name, summary, usage, examples, who, fields }: Command): CommandFacts => ({
  name,
  summary,
  usage,
  examples,
  who,
  args: fields,
})

async function suggestionsFor(actor: Actor, field: Arg, partial: string): Promise<Suggestion[]> {
  const { stores, bench, zone, locale } = actor
  switch (field.kind) {
    case 'when':
      return whenSuggestions(partial, {
        now: instantOf(bench.clock.now()),
        zone,
        locale,
        defaultTime: actor.workspace.settings.defaultTime,
      }).map(({ label, phrase }) => ({ label, insert: phrase }))
    case 'accounts': {
      // The last word of `bluesky, mast` is completed; those before it stay.
      const [, before = '', last = ''] = /^(.*[,;]\s*)?(.*)$/s.exec(partial) ?? []
      const accounts = (await stores.accounts.list()).filter((account) => account.state !== 'disconnected')
      return accounts
        .map((account) => ({
          label: `${before}${accountName(account, bench.platforms)}`,
          insert: `${before}${account.platform}:${account.handle.replace(/^@/, '')}`,
        }))
        .filter((one) => one.label.toLowerCase().includes(last.toLowerCase()))
    }
    case 'post': {
      const said = partial.replace(/^#/, '').toLowerCase()
      return (await postChoices(stores, 60, field.states))
        .filter(({ label, value }) => value.startsWith(said) || label.toLowerCase().includes(said))
        .map(({ label, value }) => ({ label, insert: value }))
    }
    case 'delivery': {
      const said = partial.replace(/^#/, '').toLowerCase()
      return (await deliveryChoices(actor))
        .filter(({ label }) => label.toLowerCase().includes(said))
        .map(({ label, value }) => ({ label, insert: value }))
    }
    case 'member':
      return (await stores.workspace.members())
        .filter((member) => member.name.toLowerCase().includes(partial.toLowerCase()))
        .map((member) => ({ label: `${member.name} (${member.role})`, insert: member.name }))
    case 'choice':
      return (field.choices ?? [])
        .filter((choice) => choice.label.toLowerCase().includes(partial.toLowerCase()))
        .map((choice) => ({ label: choice.label, insert: choice.value }))
    case 'flag':
      return ['on', 'off']
        .filter((word) => word.startsWith(partial))
        .map((word) => ({ label: word, insert: word }))
    case 'text':
    case 'words':
    case 'channel':
    case 'secret':
    case 'number':
      return []
    default:
      return field.kind satisfies never
  }
}

/** Completes the command's name, then whichever argument the line's end stands in. */
async function completeLine(context: CommandContext, line: string): Promise<Suggestion[]> {
  const [, slash = '', word = '', gap = '', rest = ''] = /^(\/?)(\S*)(\s*)([\s\S]*)$/.exec(line) ?? []
  const mine = context.commands.filter((command) => mayAct(context.member.role, command.who))
  if (gap === '') {
    return mine
      .filter((command) => command.name.startsWith(word.toLowerCase()))
      .map((command) => ({
        label: `/${command.name} — ${command.summary}`,
        insert: `${slash || '/'}${command.name} `,
      }))
  }
  const command = mine.find((one) => one.name === word.toLowerCase())
  if (!command || /:\s/.test(rest)) return []
  const to = /^([\s\S]*\sto\s+)([^:]*)$/.exec(` ${rest}`)
  const accounts = command.fields.find((field) => field.kind === 'accounts')
  const head = `${slash}${word}${gap}`
  if (to && accounts) {
    const [, before = '', partial = ''] = to
    return shortened(
      (await suggestionsFor(context, accounts, partial)).map((one) => ({
        ...one,
        insert: `${head}${before.trimStart()}${one.insert}`,
      })),
    )
  }
  const first = command.fields[0]
  if (!first) return []
  const words = rest.split(/\s+/)
  const field =
    first.kind === 'post' && words.length > 1 ? command.fields.find((one) => one.kind === 'when') : first
  if (!field) return []
  const partial = field === first ? rest : words.slice(1).join(' ')
  const before = field === first ? '' : `${words[0]} `
  return shortened(
    (await suggestionsFor(context, field, partial)).map((one) => ({
      ...one,
      insert: `${head}${before}${one.insert}`,
    })),
  )
}

const shortened = (suggestions: readonly Suggestion[]): Suggestion[] =>
  suggestions
    .filter((one) => one.insert.length <= LONGEST)
    .slice(0, MOST_SUGGESTIONS)
    .map((one) => ({
      ...one,
      label: one.label.length > LONGEST ? `${one.label.slice(0, LONGEST - 1)}…` : one.label,
    }))
