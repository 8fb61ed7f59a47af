import { describe, expect, test } from 'vitest'
import { describeInstant, describeRule } from '../../src/schedule/describe.ts'
import { readWhen } from '../../src/schedule/read-when.ts'

/** Wednesday, 10:05 in Berlin. */
const NOW = Temporal.Instant.from('2026-02-11T09:05:00Z')

/** What a phrase reads as, in one line of English: the moment, the rule, or the choices of a question. */
function reading(phrase: string, locale: string, zone = 'Europe/Berlin'): string {
  const when = readWhen(phrase, { now: NOW, zone, locale })
  switch (when.kind) {
    case 'once':
      return describeInstant(when.at, when.zone).replace(/ \(.*/, '')
    case 'recurring':
      return describeRule(when.rule).replace(', Berlin time', '')
    case 'ask':
      return `? ${when.choices.map(({ at, phrase: said }) => `${said.split(' (')[0]}`.replace(/, Berlin time/, '') || String(at)).join(' | ')}`
    case 'error':
      return `! ${when.message}`
    default:
      throw new TypeError(`No such reading: ${when satisfies never}`)
  }
}

const TABLES: Record<string, Record<string, string>> = {
  en: {
    'every weekday and saturday at 9':
      'every Monday, Tuesday, Wednesday, Thursday, Friday and Saturday at 09:00',
    'every monday and every other tuesday at 9': '! There are two rules in it. Say one rule for each.',
    'every weekend and every first monday of the month at 9':
      '! There are two rules in it. Say one rule for each.',
    'every day at 9 and monday at 17': '! There are two rules in it. Say one rule for each.',
    'daily, monday to friday, at 9': 'every weekday at 09:00',
    'every other week on mondays at 9 and thursdays at 16':
      'every 2 weeks on Monday at 09:00 and on Thursday at 16:00, starting 12 February 2026',
    'every weekend at 9 and mondays at 17':
      '! There are several days and several times in it. Say one rule for each.',
    'every 10 minutes from 9 to 9:30': 'every 10 minutes between 09:00 and 09:30',
    'every minute between 11:00 and 11:01': 'every minute between 11:00 and 11:01',
    'every day 0930': 'every day at 09:30',
    'in 3 days 21h': '! Is "21h" a time of day, or so long besides? Say "at", or "and", before it.',
    'tomorrow 9 30 am': 'Thu 12 Feb 2026, 09:30',
    'tomorrow at half nine': 'Thu 12 Feb 2026, 09:30',
    '21 past 9 tomorrow': 'Thu 12 Feb 2026, 09:21',
    'early tomorrow morning': 'Thu 12 Feb 2026, 07:00',
    'tomorrow after noon': 'Thu 12 Feb 2026, 15:00',
    '1st and 3rd mondays at 9': 'every month on the first and third Monday at 09:00',
    'labor day 9am': 'Mon 7 Sep 2026, 09:00',
    'memorial day at 9': 'Mon 25 May 2026, 09:00',
    'eom 5pm': 'Sat 28 Feb 2026, 17:00',
    'friday after next at 9': '? Fri 20 Feb 2026, 09:00 | Fri 27 Feb 2026, 09:00',
    '3-4-2026 at 9': '? Wed 4 Mar 2026, 09:00 | Fri 3 Apr 2026, 09:00',
    'every hour between 9 and 5': 'every hour between 09:00 and 17:00',
    'every 30 min between 1 and 5': '! In the morning or in the afternoon? Say "am" or "pm" with each hour.',
    'every january at 9': '! Every day of that month, or one? Say "every day in march", or "every march 1".',
    'first and third monday of the month at 10': 'every month on the first and third Monday at 10:00',
    '1st and 15th of the month at 9am': 'every month on the 1st and 15th at 09:00',
    'tomorrow 9': 'Thu 12 Feb 2026, 09:00',
    'tomorrow at quarter past 9': 'Thu 12 Feb 2026, 09:15',
    'half past 3 pm tomorrow': 'Thu 12 Feb 2026, 15:30',
    'ten to six in the evening tomorrow': 'Thu 12 Feb 2026, 17:50',
    'tomorrow at 8:45a': 'Thu 12 Feb 2026, 08:45',
    '8 tonight': 'Wed 11 Feb 2026, 20:00',
    '5 tomorrow afternoon': 'Thu 12 Feb 2026, 17:00',
    'day after tomorrow 5pm': 'Fri 13 Feb 2026, 17:00',
    'on the 15th at 8:30am': 'Sun 15 Feb 2026, 08:30',
    'fri 20 at 9am': 'Fri 20 Feb 2026, 09:00',
    'fri 27': 'Fri 27 Feb 2026, 09:00',
    'third tuesday of september 2026 noon': 'Tue 15 Sep 2026, 12:00',
    'the 5th of next month at 7am': 'Thu 5 Mar 2026, 07:00',
    'two weeks from tomorrow at 9am': 'Thu 26 Feb 2026, 09:00',
    'in a fortnight at 9:00': 'Wed 25 Feb 2026, 09:00',
    'in 1/2 hour': 'Wed 11 Feb 2026, 10:35',
    'in 2½ hours': 'Wed 11 Feb 2026, 12:35',
    'in an hour and a half': 'Wed 11 Feb 2026, 11:35',
    'in 3 business days at 9am': 'Mon 16 Feb 2026, 09:00',
    '2026-02-27T10:30': 'Fri 27 Feb 2026, 10:30',
    '1430': 'Wed 11 Feb 2026, 14:30',
    'tomorrow 14h30': 'Thu 12 Feb 2026, 14:30',
    'tomorrow at 24:00': 'Fri 13 Feb 2026, 00:00',
    'today at midnight': 'Thu 12 Feb 2026, 00:00',
    'christmas eve at 6pm': 'Thu 24 Dec 2026, 18:00',
    'every other tuesday 9 and 17 until june':
      'every 2 weeks on Tuesday at 09:00 and 17:00, starting 17 February 2026, until 30 June 2026',
    'every mon/wed/fri 10:00': 'every Monday, Wednesday and Friday at 10:00',
    'every tuesday through thursday at noon': 'every Tuesday, Wednesday and Thursday at 12:00',
    'the last working day of each month': 'every month on the last working day at 09:00',
    'second to last friday of every month at 4pm': 'every month on the 2nd to last Friday at 16:00',
    'every 2nd and 4th friday at 3pm': 'every month on the second and fourth Friday at 15:00',
    'every 15 minutes between 9am and 5pm': 'every 15 minutes between 09:00 and 17:00',
    'every 30 minutes from 9 to 17 on weekdays':
      'every 30 minutes on Monday, Tuesday, Wednesday, Thursday and Friday between 09:00 and 17:00',
    'mondays at 9 and thursdays at 17': 'every Monday at 09:00 and every Thursday at 17:00',
    'twice a day at 9am and 5pm': 'every day at 09:00 and 17:00',
    'every day except weekends at 9am': 'every day at 09:00, except Saturday and Sunday',
    'every monday at 9am for 10 weeks': 'every Monday at 09:00, until 26 April 2026',
    'every monday at 9am 5 times': 'every Monday at 09:00, starting 16 February 2026, for 5 times',
    'every monday between march 1 and june 30 at 9am':
      'every Monday at 09:00, starting 2 March 2026, until 30 June 2026',
    'every december 25th at 9am': 'every year on 25 December at 09:00',
    'on the last day of each quarter at 5pm':
      'every year in March, June, September and December on the last day at 17:00',
    'every 1st workday at 9': 'every month on the first working day at 09:00',
    'twice a month on the 1st and 15th at 9am': 'every month on the 1st and 15th at 09:00',
    'every 14 jan, 14 apr, 15 jun': '! Those are dates of several months. Say one rule for each.',
    'every day at 9am and every friday at 5pm': '! There are two rules in it. Say one rule for each.',
    'in 2 months on the 15th at 9:00': 'Wed 15 Apr 2026, 09:00',
    'friday at 5': '? Fri 13 Feb 2026, 17:00 | Fri 13 Feb 2026, 05:00',
    'next friday at 9:00': '? Fri 13 Feb 2026, 09:00 | Fri 20 Feb 2026, 09:00',
    '10/11 at 9am': '? Sun 11 Oct 2026, 09:00 | Tue 10 Nov 2026, 09:00',
    'every third tuesday at 9am':
      '? every month on the third Tuesday at 09:00 | every 3 weeks on Tuesday at 09:00, starting 17 February 2026',
    'every monday at 3:15': '? every Monday at 15:15 | every Monday at 03:15',
  },
  de: {
    'jeden Tag bis 30. Juni um 8 Uhr morgens': 'every day at 08:00, until 30 June 2026',
    'übernächsten Freitag um 9': '? Fri 20 Feb 2026, 09:00 | Fri 27 Feb 2026, 09:00',
    'am 1. und 15. des Monats um 9': 'every month on the 1st and 15th at 09:00',
    'morgen Mittagspause': 'Thu 12 Feb 2026, 12:00',
    '25.10.2026 2:30 MEZ': 'Sun 25 Oct 2026, 02:30',
    'morgen um halb neun': 'Thu 12 Feb 2026, 08:30',
    'morgen um viertel vor zehn': 'Thu 12 Feb 2026, 09:45',
    'morgen um fünf nach halb zehn': 'Thu 12 Feb 2026, 09:35',
    'Montagabend um acht': 'Mon 16 Feb 2026, 20:00',
    'am Freitag, den 13. März um 17 Uhr': 'Fri 13 Mar 2026, 17:00',
    '13.3. 17:00': 'Fri 13 Mar 2026, 17:00',
    'in anderthalb Stunden': 'Wed 11 Feb 2026, 11:35',
    'heute in einer Woche um 10': 'Wed 18 Feb 2026, 10:00',
    'naechste Woche Montag um 9': 'Mon 16 Feb 2026, 09:00',
    'heute um Mitternacht': 'Thu 12 Feb 2026, 00:00',
    'jeden 2. Dienstag im Monat um 9': 'every month on the second Tuesday at 09:00',
    'jeden zweiten Dienstag um 9': 'every 2 weeks on Tuesday at 09:00, starting 17 February 2026',
    'alle 14 Tage freitags um 9': 'every 2 weeks on Friday at 09:00, starting 13 February 2026',
    'von Montag bis Freitag um 9 Uhr': 'every weekday at 09:00',
    'am letzten Werktag jedes Monats um 17 Uhr': 'every month on the last working day at 17:00',
    'jeden Montag um 9 Uhr bis Ende Juni': 'every Monday at 09:00, until 30 June 2026',
    'jeden Tag um 9 außer sonntags': 'every day at 09:00, except Sunday',
    'nächsten Freitag um 9': '? Fri 13 Feb 2026, 09:00 | Fri 20 Feb 2026, 09:00',
  },
  fr: {
    'dans 3 jours 9h': 'Sat 14 Feb 2026, 09:00',
    'dans 3 jours et 9h': 'Sat 14 Feb 2026, 19:05',
    'le week-end prochain': '? Sat 14 Feb 2026, 09:00 | Sat 21 Feb 2026, 09:00',
    "demain en début d'après-midi": 'Thu 12 Feb 2026, 15:00',
    'le 1er et le 15 du mois à 9h': 'every month on the 1st and 15th at 09:00',
    'demain à neuf heures et demie': 'Thu 12 Feb 2026, 09:30',
    'demain à six heures moins le quart': 'Thu 12 Feb 2026, 05:45',
    'cet après-midi à 3 heures': 'Wed 11 Feb 2026, 15:00',
    'samedi 21 à 13h30': 'Sat 21 Feb 2026, 13:30',
    'le 16 à 18h': 'Mon 16 Feb 2026, 18:00',
    'dans une heure et demie': 'Wed 11 Feb 2026, 11:35',
    'lundi de la semaine prochaine à 9h': 'Mon 16 Feb 2026, 09:00',
    'un mardi sur deux à 9h': 'every 2 weeks on Tuesday at 09:00, starting 17 February 2026',
    'tous les 15 du mois à 9h': 'every month on the 15th at 09:00',
    'du lundi au vendredi à 9h': 'every weekday at 09:00',
    'de 9h à 17h toutes les heures': 'every hour between 09:00 and 17:00',
    'tous les jours à 9h sauf le week-end': 'every day at 09:00, except Saturday and Sunday',
  },
  es: {
    'mañana a la 1:30': '? Thu 12 Feb 2026, 13:30 | Thu 12 Feb 2026, 01:30',
    'mañana a las 3:30h': 'Thu 12 Feb 2026, 03:30',
    'a las 9:30 mañana': 'Thu 12 Feb 2026, 09:30',
    'a la una y media mañana': '? Thu 12 Feb 2026, 13:30 | Thu 12 Feb 2026, 01:30',
    'el fin de semana a las 10': '? Sat 14 Feb 2026, 10:00 | Sun 15 Feb 2026, 10:00',
    'todos los días a las 9 menos sábados y domingos': 'every day at 09:00, except Saturday and Sunday',
    'mañana a las 9 hora del Pacífico': 'Thu 12 Feb 2026, 09:00',
    'el 4 de marzo a las 9': 'Wed 4 Mar 2026, 09:00',
    'el 4/3 a las 21': 'Wed 4 Mar 2026, 21:00',
    'todos los años el 4 de julio a las 9': 'every year on 4 July at 09:00',
    'cada día a las 9 del 1 de marzo al 5': 'every day at 09:00, starting 1 March 2026, until 5 March 2026',
    'esta mañana a las 11': 'Wed 11 Feb 2026, 11:00',
    'cada tercer día a las 9':
      '! "cada tercer día" is every 2 days to some people, and every 3 to others. Say the number.',
    'para el viernes a primera hora': 'Fri 13 Feb 2026, 09:00',
    'mañana por la tarde a las 5': 'Thu 12 Feb 2026, 17:00',
    'pasado mañana a las 10:30': 'Fri 13 Feb 2026, 10:30',
    'a las tres menos cuarto de la tarde': 'Wed 11 Feb 2026, 14:45',
    'dentro de un cuarto de hora': 'Wed 11 Feb 2026, 10:20',
    'el lunes de la próxima semana a las 9': 'Mon 16 Feb 2026, 09:00',
    'el 5 del mes que viene a las 7': 'Thu 5 Mar 2026, 07:00',
    'de lunes a viernes a las 9': 'every weekday at 09:00',
    'cada dos semanas los martes a las 9': 'every 2 weeks on Tuesday at 09:00, starting 17 February 2026',
    'el último viernes de cada mes a las 17': 'every month on the last Friday at 17:00',
    'todos los lunes a las 9 durante 3 semanas': 'every Monday at 09:00, until 8 March 2026',
  },
  pt: {
    'amanhã às 3:30': '? Thu 12 Feb 2026, 15:30 | Thu 12 Feb 2026, 03:30',
    'no fim de semana às 10h': '? Sat 14 Feb 2026, 10:00 | Sun 15 Feb 2026, 10:00',
    'dia 4 de março às 9': 'Wed 4 Mar 2026, 09:00',
    'de 1 de março a 5 todo dia às 9': 'every day at 09:00, starting 1 March 2026, until 5 March 2026',
    'segunda sim, segunda não às 9': 'every 2 weeks on Monday at 09:00, starting 16 February 2026',
    'para sexta às 9h': 'Fri 13 Feb 2026, 09:00',
    'amanhã à noite às 8': 'Thu 12 Feb 2026, 20:00',
    'às quinze para as três da tarde': 'Wed 11 Feb 2026, 14:45',
    'dia 15 às 18 horas': 'Sun 15 Feb 2026, 18:00',
    'segunda, 16 de fevereiro às 9h': 'Mon 16 Feb 2026, 09:00',
    'daqui a meia hora': 'Wed 11 Feb 2026, 10:35',
    'segundas, quartas e sextas às 10h': 'every Monday, Wednesday and Friday at 10:00',
    'toda segunda às 9h por 3 semanas': 'every Monday at 09:00, until 8 March 2026',
    'todo dia 15 às 9h': 'every month on the 15th at 09:00',
    'a cada 30 minutos das 9h às 17h': 'every 30 minutes between 09:00 and 17:00',
    'segunda sim segunda não às 9h': 'every 2 weeks on Monday at 09:00, starting 16 February 2026',
  },
  tr: {
    "yarın 3:30'da": '? Thu 12 Feb 2026, 15:30 | Thu 12 Feb 2026, 03:30',
    'yarın dokuza on kala': 'Thu 12 Feb 2026, 08:50',
    "yarın sabah 9'da": 'Thu 12 Feb 2026, 09:00',
    'yarın dokuz buçukta': 'Thu 12 Feb 2026, 09:30',
    "yarın 9'a çeyrek kala": 'Thu 12 Feb 2026, 08:45',
    'haftaya cuma 15:00': 'Fri 20 Feb 2026, 15:00',
    "ayın 15'inde saat 9'da": 'Sun 15 Feb 2026, 09:00',
    'yarım saat sonra': 'Wed 11 Feb 2026, 10:35',
    "2 günde bir saat 9'da": 'every 2 days at 09:00, starting 12 February 2026',
    'pazartesiden cumaya 9:00': 'every weekday at 09:00',
    "her ayın 1'inde ve 15'inde saat 9'da": 'every month on the 1st and 15th at 09:00',
    'her pazartesi 9:00 haziran sonuna kadar': 'every Monday at 09:00, until 30 June 2026',
    'pazar hariç her gün 9:00': 'every day at 09:00, except Sunday',
  },
  ja: {
    明日の深夜: 'Thu 12 Feb 2026, 22:00',
    明日午後3時半: 'Thu 12 Feb 2026, 15:30',
    今日の夜8時: 'Wed 11 Feb 2026, 20:00',
    来週の金曜日15時: 'Fri 20 Feb 2026, 15:00',
    来月1日の9時: 'Sun 1 Mar 2026, 09:00',
    '1時間半後': 'Wed 11 Feb 2026, 11:35',
    '3日後の10時': 'Sat 14 Feb 2026, 10:00',
    毎週月曜と木曜の9時30分: 'every Monday and Thursday at 09:30',
    '毎月第1・第3月曜日の9時': 'every month on the first and third Monday at 09:00',
    '2週間ごとに火曜日9時': 'every 2 weeks on Tuesday at 09:00, starting 17 February 2026',
    日曜日を除く毎日9時: 'every day at 09:00, except Sunday',
    '毎週月曜9時、6月末まで': 'every Monday at 09:00, until 30 June 2026',
  },
}

describe.each(Object.entries(TABLES))('%s', (locale, table) => {
  test.each(Object.entries(table))('%s', (phrase, meaning) => {
    expect(reading(phrase, locale)).toBe(meaning)
  })
})

describe('a language that is not the person’s own', () => {
  test.each([
    'yarın sabah 9’da',
    'morgen früh um 9',
    'demain à 9h',
    'mañana a las 9',
    'amanhã às 9h',
    '明日9時',
  ])('%s', (phrase) => {
    expect(reading(phrase, 'en')).toBe('Thu 12 Feb 2026, 09:00')
  })

  test('English is read everywhere', () => {
    for (const locale of Object.keys(TABLES))
      expect(reading('tomorrow at noon', locale)).toBe('Thu 12 Feb 2026, 12:00')
  })

  test('a language without a table reads one-off times', () => {
    expect(reading('domani alle 9', 'it')).toBe('Thu 12 Feb 2026, 09:00')
    expect(reading('morgen om 9 uur', 'nl')).toBe('Thu 12 Feb 2026, 09:00')
    expect(reading('tra 2 ore', 'it')).toBe('Wed 11 Feb 2026, 12:05')
  })
})

test('the order of a numeric date follows the region', () => {
  expect(reading('10/11 at 9am', 'en-GB')).toBe('Tue 10 Nov 2026, 09:00')
  expect(reading('10/11 9:00', 'fr')).toBe('Tue 10 Nov 2026, 09:00')
  expect(reading('10/11 9:00', 'ja')).toBe('Sun 11 Oct 2026, 09:00')
  expect(reading('25/12 9am', 'en')).toBe('Fri 25 Dec 2026, 09:00')
})
