import { expect, test } from 'vitest'
import type { Answer } from '../../src/app/surface.ts'
import { clockWords } from '../../src/kit/clock-words.ts'
import { plainText } from '../../src/message/plain-text.ts'
import { openTestHouse } from '../house.ts'

test('a reader has the clock of their own region, and a language alone has 24 hours', () => {
  const shown = (time: string) =>
    ['en', 'en-GB', 'en-US', 'en_US', 'en-AU', 'de-DE', 'es-MX'].map((locale) =>
      clockWords(Temporal.PlainTime.from(time), locale),
    )
  expect(shown('00:05')).toEqual(['00:05', '00:05', '12:05 AM', '12:05 AM', '12:05 AM', '00:05', '00:05'])
  expect(shown('12:00')[2]).toBe('12:00 PM')
  expect(shown('17:30:15')).toEqual(expect.arrayContaining(['17:30:15', '5:30:15 PM']))
})

test('whoever reads twelve hours reads them in the queue, the calendar, the digest, and wherever a time is read back', async () => {
  const world = await openTestHouse()
  try {
    const words = (answer: Answer, locale: string) =>
      answer.type === 'message' ? plainText(answer.message, { zone: 'Europe/Berlin', locale }) : answer.type
    for (const [name, locale, nine, other] of [
      ['Ada', 'en-US', '9:00 AM', '09:00'],
      ['Grace', 'en-GB', '09:00', '9:00 AM'],
    ] as const) {
      const speaker = await world.speaker(name)
      // As a browser tells it; where somebody has chosen a language, that one stays.
      speaker.person.locale = locale
      const ask = async (line: string) => words(await world.house.desk.ask(speaker, { line }), locale)
      await ask('schedule Monday 9am to rehearsal: We ship')
      const said = [
        await ask('show 1'),
        await ask('queue'),
        await ask('calendar next week'),
        await ask('digest'),
        await ask('schedule yesterday 9am to rehearsal: Too late'),
        await ask('schedule every weekday at 9 to rehearsal: Good morning'),
        ...(await world.house.desk.complete(speaker, 'schedule monday')).map(({ label }) => label),
      ].join('\n')
      expect(said).toContain(nine)
      expect(said).not.toContain(other)
    }
    // Everybody's card has the clock of whoever wrote the post: no chat can draw a rule for each of its readers.
    await world.pass(0)
    const { transcript } = world.house.storage.workspace(world.house.home.id)
    const cards = (await transcript.list('review', 50)).map((entry) => plainText(entry.message))
    expect(cards.flatMap((card) => /Repeats: every weekday at [^,]+/.exec(card)?.[0] ?? [])).toEqual([
      'Repeats: every weekday at 9:00 AM',
      'Repeats: every weekday at 09:00',
    ])
  } finally {
    await world.close()
  }
})
