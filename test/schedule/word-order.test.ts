import { describe, expect, test } from 'vitest'
import { readWhen, type When } from '../../src/schedule/read-when.ts'
import type { Recurrence } from '../../src/schedule/recurrence.ts'

/**
 * What is said together means what its parts mean alone, in whichever order they come; or it is refused, or asked
 * about. No reading is written down here: each part is read beside something plain first.
 */
const NOW = Temporal.Instant.from('2026-02-11T09:05:00Z')
const ZONE = 'Europe/Berlin'
const read = (phrase: string, locale: string): When => readWhen(phrase, { now: NOW, zone: ZONE, locale })

interface Parts {
  tomorrow: string
  daily: string
  days: string[]
  times: string[]
  rules: string[]
  bounds: string[]
}

const LANGUAGES: Record<string, Parts> = {
  en: {
    tomorrow: 'tomorrow',
    daily: 'every day',
    days: 'friday|march 4|4 march|the 15th|15/3|4.3.|wed 4 march|in 3 days|first monday of march|2 sundays from now|saturday 14'.split(
      '|',
    ),
    times: '9:00|at 9|9am|0930|21h|at 21h15|noon|in the morning at 10|at 10 london time'.split('|'),
    rules:
      'weekdays|every monday and thursday|every other tuesday|first monday of every month|1st and 15th of each month'.split(
        '|',
      ),
    bounds: 'until june 30|from march 2 until june 30|except fridays|except 9 and 12 march|10 times'.split(
      '|',
    ),
  },
  de: {
    tomorrow: 'morgen',
    daily: 'jeden Tag',
    days: 'Freitag|am 4. März|4.3.|am 15.|in 3 Tagen|12. März|am letzten Freitag im Mai'.split('|'),
    times: 'um 9|9 Uhr|9h|um halb zehn|14.30 Uhr|abends um 8'.split('|'),
    rules: 'werktags|montags|jeden zweiten Dienstag|am ersten Montag jedes Monats'.split('|'),
    bounds: 'bis 30. Juni|ab dem 1.3.|außer freitags|außer am 12. März|10 mal'.split('|'),
  },
  es: {
    tomorrow: 'mañana',
    daily: 'cada día',
    days: 'el viernes|el 4 de marzo|el 4/3|el 15|en 3 días|12 de marzo|el sábado 14'.split('|'),
    times: 'a las 9|9h|a las nueve y cuarto|a las 8 de la noche|al mediodía'.split('|'),
    rules: 'entre semana|los lunes y jueves|el 1 y el 15 de cada mes'.split('|'),
    bounds: 'hasta el 30 de junio|desde el 1 de marzo|excepto el 12 de marzo|10 veces'.split('|'),
  },
  fr: {
    tomorrow: 'demain',
    daily: 'tous les jours',
    days: 'après-demain|vendredi|le 4 mars|le 4/3|le 15|dans 3 jours|samedi 14'.split('|'),
    times: 'à 9h|9h|14h30|à 8h du soir|à midi'.split('|'),
    rules: 'en semaine|les lundis et jeudis|un mardi sur deux|le 1er et le 15 de chaque mois'.split('|'),
    bounds: "jusqu'au 30 juin|à partir du 1er mars|sauf le 12 mars|10 fois".split('|'),
  },
  pt: {
    tomorrow: 'amanhã',
    daily: 'todo dia',
    days: 'depois de amanhã|sexta|dia 4 de março|4/3|dia 15|em 3 dias|12 de março'.split('|'),
    times: 'às 9|9h|14h30|às 8 da noite|ao meio-dia'.split('|'),
    rules: 'dias úteis|toda segunda e quinta|dia 1 e 15 de cada mês'.split('|'),
    bounds: 'até 30 de junho|a partir de 1 de março|exceto 12 de março|10 vezes'.split('|'),
  },
  tr: {
    tomorrow: 'yarın',
    daily: 'her gün',
    days: "öbür gün|cuma|4 mart|4.3.|ayın 15'inde|3 gün sonra|gelecek hafta salı|ay sonunda".split('|'),
    times: "saat 9|9'da|14.30'da|saat dokuz buçukta|akşam 8'de".split('|'),
    rules: "hafta içi|pazartesileri|her hafta sonu|her ayın 1'i ve 15'i".split('|'),
    bounds: '30 hazirana kadar|1 marttan itibaren|cuma hariç|12 mart hariç|10 kez'.split('|'),
  },
  ja: {
    tomorrow: '明日',
    daily: '毎日',
    days: '金曜|3月4日|3月4日(水)|15日|3日後|3月の第1月曜|月末'.split('|'),
    times: '9時|9:00|14時30分|午後2時半|夜8時'.split('|'),
    rules: '平日|毎平日|毎週月・木|毎月1日|毎週末'.split('|'),
    bounds: '6月30日まで|3月1日から|3月12日を除く|10回'.split('|'),
  },
}

describe.each(Object.entries(LANGUAGES))('%s', (locale, { tomorrow, daily, days, times, rules, bounds }) => {
  test('a day and a time', () => {
    let plain = 0
    for (const day of days) {
      const date = at(read(day, locale), ZONE).toPlainDate()
      for (const time of times) {
        const said = read(`${tomorrow} ${time}`, locale)
        const zone = said.kind === 'once' ? said.zone : ZONE
        const wanted = date.toPlainDateTime(at(said, zone).toPlainTime()).toZonedDateTime(zone).toInstant()
        for (const phrase of [`${day} ${time}`, `${time} ${day}`, `${day}, ${time}`, `${time}, ${day}`]) {
          const when = read(phrase, locale)
          if (when.kind === 'error') continue
          plain += 1
          if (when.kind === 'ask') expect(when.choices.map(({ at }) => String(at))).toContain(String(wanted))
          else expect(when.kind === 'once' ? String(when.at) : when.kind, phrase).toBe(String(wanted))
        }
      }
    }
    expect(plain / (days.length * times.length * 4)).toBeGreaterThan(0.95)
  })

  test('a rule, its times and its bounds', () => {
    let plain = 0
    for (const rule of rules) {
      for (const time of times) {
        const timed = recurring(read(`${daily} ${time}`, locale))
        for (const bound of bounds) {
          const bounded = recurring(read(`${daily} 9:00 ${bound}`, locale))
          for (const phrase of [
            `${rule} ${time} ${bound}`,
            `${rule} ${bound} ${time}`,
            `${bound} ${rule} ${time}`,
          ]) {
            const when = read(phrase, locale)
            if (when.kind !== 'recurring') continue
            plain += 1
            expect(daysOf(when.rule), phrase).toEqual(daysOf(recurring(read(rule, locale))))
            expect([when.rule.times, when.rule.zone], phrase).toEqual([timed.times, timed.zone])
            expect(boundsOf(when.rule), phrase).toEqual(boundsOf(bounded))
          }
        }
      }
    }
    expect(plain / (rules.length * times.length * bounds.length * 3)).toBeGreaterThan(0.7)
  })
})

function at(when: When, zone: string): Temporal.ZonedDateTime {
  if (when.kind !== 'once') throw new TypeError(JSON.stringify(when))
  return when.at.toZonedDateTimeISO(zone)
}

function recurring(when: When): Recurrence {
  if (when.kind !== 'recurring') throw new TypeError(JSON.stringify(when))
  return when.rule
}

const daysOf = ({ every, interval, weekdays, nth, monthDays, months, workingDays }: Recurrence) => [
  every,
  interval,
  weekdays,
  nth,
  monthDays,
  months,
  workingDays,
]

const boundsOf = ({ until, count, except, begins }: Recurrence) => [until, count, except, begins]
