import { describe, expect, test } from 'vitest'
import type { Arg } from '../../../src/app/arg.ts'
import type { CommandFacts } from '../../../src/app/surface.ts'
import { discordInvite, discordPermissions } from '../../../src/surfaces/discord/invite.ts'
import {
  COMMAND_CHARACTERS,
  commandsForDiscord,
  optionName,
} from '../../../src/surfaces/discord/registration.ts'
import { contractAbsent, discordContract, problems } from './contract.ts'

if (contractAbsent) console.log(`skipped: ${contractAbsent}`)

const KINDS: Arg['kind'][] = [
  'post',
  'when',
  'accounts',
  'text',
  'words',
  'choice',
  'flag',
  'member',
  'channel',
  'secret',
  'number',
]

const command = (name: string, args: Arg[]): CommandFacts => ({
  name,
  summary: 'Does it',
  usage: '',
  examples: [],
  who: 'author',
  args,
})
const arg = (kind: Arg['kind'], more: Partial<Arg> = {}): Arg => ({
  name: kind,
  kind,
  label: `The ${kind}`,
  required: true,
  ...more,
})

describe('commands for Discord', () => {
  test('each kind of argument has its type, and a secret is never typed into a command', () => {
    const choices = [{ label: 'Bluesky', value: 'bluesky' }]
    const [one] = commandsForDiscord([
      command(
        'connect',
        KINDS.map((kind) => arg(kind, kind === 'choice' ? { choices } : {})),
      ),
    ])
    expect(
      one?.options?.map((option) => [
        option.name,
        option.type,
        'autocomplete' in option && option.autocomplete === true,
      ]),
    ).toEqual([
      ['post', 3, true],
      ['when', 3, true],
      ['accounts', 3, true],
      ['text', 3, false],
      ['words', 3, false],
      ['choice', 3, false],
      ['flag', 5, false],
      ['member', 3, true],
      ['channel', 7, false],
      ['number', 10, false],
      ['file', 11, false],
      ['file2', 11, false],
      ['file3', 11, false],
      ['file4', 11, false],
    ])
    // Nothing is required: what is missing opens the form.
    expect(one?.options?.every((option) => option.required === false)).toBe(true)
  })

  test('long lists are suggested, long words shortened, and all stays within what Discord takes', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      label: `Choice ${index} ${'long '.repeat(30)}`,
      value: `v${index}`,
    }))
    const wide = Array.from({ length: 24 }, (_, index) => ({
      label: 'l'.repeat(99),
      value: `${index}${'v'.repeat(90)}`,
    }))
    const all = commandsForDiscord([
      command('settings', [
        arg('choice', { name: 'defaultTime', choices: many, label: 'x'.repeat(300) }),
        arg('choice', { name: 'selfApproval', choices: many.slice(0, 25) }),
        ...Array.from({ length: 30 }, (_, index) => arg('choice', { name: `c${index}`, choices: wide })),
        arg('text'),
      ]),
    ])
    const [settings] = all
    expect(settings?.options).toHaveLength(25)
    expect(settings?.options?.[0]).toMatchObject({ name: 'default-time', autocomplete: true })
    expect(JSON.stringify(settings).length).toBeLessThan(COMMAND_CHARACTERS)
    expect(optionName('selfApproval')).toBe('self-approval')
    const contract = discordContract()
    if (!contract) return
    for (const one of all) {
      const validate = contract.schema('ApplicationCommandUpdateRequest')
      expect(validate(one) || problems(validate)).toBe(true)
    }
  })
})

test('the invitation asks for exactly the permissions that are explained', () => {
  const link = new URL(discordInvite({ applicationId: '1234' }))
  expect(link.searchParams.get('client_id')).toBe('1234')
  expect(link.searchParams.get('scope')).toBe('bot applications.commands')
  const bits = BigInt(link.searchParams.get('permissions') ?? 0)
  expect([...bits.toString(2)].filter((bit) => bit === '1')).toHaveLength(discordPermissions.length)
  // https://docs.discord.com/developers/topics/permissions: SEND_MESSAGES, CREATE_PUBLIC_THREADS; never ADMINISTRATOR.
  expect(bits & (1n << 11n)).not.toBe(0n)
  expect(bits & (1n << 35n)).not.toBe(0n)
  expect(bits & (1n << 3n)).toBe(0n)
})
