import { HOME } from '../../app/home.ts'
import { dateOf } from '../../calendar/week.ts'
import { MINUTE } from '../../kit/clock.ts'
import { newId } from '../../kit/ids.ts'
import { button, buttons, message, text } from '../../message/message.ts'
import { defineJob } from '../job.ts'

/**
 * Says in the channel of whoever runs Crier that its disk is nearly full, once a day, while there is still room to write
 * that down; once there is none, `/readyz` and the log say so.
 */
export default defineJob({
  name: 'warn-of-disk',
  every: MINUTE,

  async run({ bench }) {
    const { ok, sentence } = await bench.stores.check()
    const home = ok ? undefined : await bench.stores.directory.get(HOME)
    if (!home) return
    const now = bench.clock.now()
    const mark = `disk ${dateOf(now, home.settings.zone)}`
    if ((await bench.stores.workspace(home.id).marks.get(mark)) !== undefined) return
    await bench.stores.transaction(home.id, async (stores) => {
      if (!(await stores.marks.setOnce(mark, now))) return
      for (const chat of await stores.workspace.chats()) {
        const channel = chat.channels.results ?? chat.channels.review
        if (!channel) continue
        await stores.outbox.add({
          id: newId(now),
          chatId: chat.id,
          channel,
          memberId: null,
          subject: null,
          kind: 'message',
          message: message(
            text(`⚠️ ${sentence}. Once it can't be written, nothing goes out.`),
            buttons(button('Health', 'health')),
          ),
          createdAt: now,
        })
      }
    })
  },
})
