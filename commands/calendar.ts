import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { calendarDays } from '../src/app/week-facts.ts'
import { weekFromWords } from '../src/calendar/week.ts'
import { quoted, UserError } from '../src/kit/user-error.ts'
import { calendarView } from '../src/views/calendar.ts'

export default defineCommand({
  name: 'calendar',
  summary: 'The week by day: what goes out, what is still empty',
  usage: '<week>',
  examples: ['calendar', 'calendar this week', 'calendar next week', 'calendar 2026-12-01'],
  who: 'viewer',
  args: z.object({ week: z.string().default('this week') }),
  fields: [
    {
      name: 'week',
      kind: 'text',
      label: 'Week',
      hint: 'this week, next week, or a day in it: 2026-12-01',
      required: false,
    },
  ],

  async run({ week }, { stores, zone, locale, now }) {
    const span = weekFromWords(week, now, zone)
    if (!span) {
      throw new UserError(`${quoted(week)} names no week`, {
        wayOut: 'Say `this week`, `next week`, or a day such as `2026-12-01`.',
        field: 'week',
      })
    }
    return calendarView(span, await calendarDays(stores, span, now), locale)
  },
})
