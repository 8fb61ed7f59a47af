import { z } from 'zod'
import { mustAct } from '../src/app/actor.ts'
import { type CommandContext, defineCommand } from '../src/app/command.ts'
import { recallApprovedBy } from '../src/app/recall-posts.ts'
import { record } from '../src/app/record.ts'
import { type Released, releaseApproved, sayReleased } from '../src/app/release-posts.ts'
import { quoted, UserError } from '../src/kit/user-error.ts'
import {
  bold,
  heading,
  list,
  type Message,
  memberSpan,
  message,
  note,
  type Span,
  text,
} from '../src/message/message.ts'
import type { Post } from '../src/posts/post.ts'
import { andList } from '../src/views/words.ts'
import { type Member, mayAct, ROLES, type Role, type Settings } from '../src/workspaces/workspace.ts'

export default defineCommand({
  name: 'roles',
  summary: 'Who may do what; give somebody another role',
  usage: '<member> <role>',
  examples: ['roles', 'roles Alex approver'],
  who: 'viewer',
  args: z.object({
    member: z.string().optional(),
    role: z.enum(ROLES, { error: `a role is ${ROLES.join(', ')}` }).optional(),
  }),
  fields: [
    { name: 'member', kind: 'member', label: 'Member', required: false },
    {
      name: 'role',
      kind: 'choice',
      label: 'Role',
      required: false,
      choices: ROLES.map((role) => ({ label: role, value: role })),
    },
  ],

  async run({ member: name, role }, context) {
    const { stores, workspace } = context
    if (name === undefined) return rolesView(await stores.workspace.members(), UNCHANGED, workspace.settings)
    if (role === undefined)
      throw new UserError('Say which role', { wayOut: `A role is ${ROLES.join(', ')}.`, field: 'role' })
    const came = await giveRole(context, name, role)
    return rolesView(await stores.workspace.members(), came, workspace.settings)
  },
})

/** What came of another role: posts that lost an approval, and posts that have enough of them again. */
interface CameOfRole {
  recalled: Post[]
  released: Released
}

const UNCHANGED: CameOfRole = { recalled: [], released: { released: [], passed: [] } }

async function giveRole(context: CommandContext, name: string, role: Role): Promise<CameOfRole> {
  const { stores, bench, workspace, member, now } = context
  mustAct(member.role, 'admin', 'Giving roles')
  const chosen = memberByName(await stores.workspace.members(), name)
  return bench.stores.transaction(workspace.id, async (inside) => {
    await inside.workspace.changeMember(chosen.id, { role })
    await record(inside, {
      by: member.id,
      at: now,
      verb: 'member.role',
      subject: `member:${chosen.id}`,
      details: { from: chosen.role, to: role },
    })
    // Looked at afterwards: the line above puts two admins who demote each other at once in order.
    if (!(await inside.workspace.members()).some((one) => one.role === 'admin'))
      throw new UserError(`${chosen.name} is the only admin`, {
        wayOut: 'Make somebody else an admin first.',
        field: 'role',
      })
    if (!mayAct(role, 'approver'))
      return { ...UNCHANGED, recalled: await recallApprovedBy(inside, context, chosen) }
    if (mayAct(chosen.role, 'approver')) return UNCHANGED
    const became = [
      `is approved: ${chosen.name} may approve again`,
      `are approved: ${chosen.name} may approve again`,
    ] as const
    return { ...UNCHANGED, released: await releaseApproved(inside, context, became) }
  })
}

const rolesView = (
  members: readonly Member[],
  { recalled, released }: CameOfRole,
  settings: Settings,
): Message =>
  message(
    heading('👥 Roles'),
    list(members.map((one): Span[] => [memberSpan(one), { type: 'plain', text: ': ' }, bold(one.role)])),
    recalled.length > 0 &&
      text(
        `⚠️ ${andList(recalled.map((post) => `#${post.number}`))} went out on an approval of theirs, and ${recalled.length === 1 ? 'waits' : 'wait'} for approval again.`,
      ),
    ...sayReleased(
      released,
      ['has enough approvals again and is approved', 'have enough approvals again and are approved'],
      settings,
    ).blocks,
    note('A viewer looks, an author writes, an approver decides, an admin settles how the team works.'),
  )

/** By name, by a chat's mention, or by its beginning where only one fits. */
function memberByName(members: readonly Member[], said: string): Member {
  const id = /^<@!?([A-Z0-9]+)(?:\|[^>]*)?>$/i.exec(said)?.[1]
  const name = said.replace(/^@/, '').toLowerCase()
  const exact = members.filter(
    (one) =>
      one.name.toLowerCase() === name ||
      one.identities.some((identity) => identity.externalId === (id ?? said)),
  )
  const found = exact.length > 0 ? exact : members.filter((one) => one.name.toLowerCase().startsWith(name))
  const [only] = found
  if (only && found.length === 1) return only
  throw new UserError(
    only
      ? `${quoted(said)} could be ${found.map((one) => one.name).join(' or ')}`
      : `I know no member called ${quoted(said)}`,
    {
      wayOut: only ? 'Say more of the name.' : 'People are known once they have said something to Crier.',
      field: 'member',
    },
  )
}
