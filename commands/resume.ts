import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { record } from '../src/app/record.ts'
import { MINUTE } from '../src/kit/clock.ts'
import { UserError } from '../src/kit/user-error.ts'
import { list, message, text } from '../src/message/message.ts'
import { postLine } from '../src/views/calendar.ts'
import { counted } from '../src/views/words.ts'

export default defineCommand({
  name: 'resume',
  summary: 'Let posts go out again, and say what was held back',
  usage: '',
  examples: ['resume'],
  who: 'approver',
  args: z.object({}),
  fields: [],

  async run(_, { bench, stores, workspace, member, now, zone, locale }) {
    const { pausedAt, lateMinutes } = workspace.settings
    if (pausedAt === null) throw new UserError('Nothing is paused')
    // What is due now, be it for another try: the time of its post says nothing of that.
    const due = await stores.deliveries.list({ states: ['scheduled'], dueUntil: now + 1 })
    const found = await Promise.all([...new Set(due.map(({ postId }) => postId))].map(stores.posts.get))
    const held = found.filter((post) => post !== undefined)
    await bench.stores.transaction(workspace.id, async (inside) => {
      await inside.workspace.changeSettings({ pausedAt: null })
      await record(inside, {
        by: member.id,
        at: now,
        verb: 'workspace.resumed',
        subject: 'workspace',
        details: { held: held.length },
      })
    })
    const late = new Set(
      due.filter(({ dueAt }) => dueAt < now - lateMinutes * MINUTE).map(({ postId }) => postId),
    ).size
    const said = message(
      text(
        `▶️ ${member.name} has resumed. `,
        held.length === 0
          ? 'Nothing was held back.'
          : `${counted(held.length, 'post')} ${held.length === 1 ? 'was' : 'were'} held back`,
        held.length === 0
          ? ''
          : late > 0
            ? `; ${late} came too late, and each is asked about.`
            : ` and ${held.length === 1 ? 'goes' : 'go'} out now.`,
      ),
      held.length > 0 && list(held.map((post) => postLine(post, zone, locale))),
    )
    return { type: 'for-channel', message: said }
  },
})
