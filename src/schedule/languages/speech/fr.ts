import type { Speech } from '../../speech.ts'

const NTH: Record<number, string> = {
  1: 'premier',
  2: 'deuxième',
  3: 'troisième',
  4: 'quatrième',
  5: 'cinquième',
  [-1]: 'dernier',
  [-2]: 'avant-dernier',
}
const ONE = { minute: 'minute', hour: 'heure', day: 'jour', week: 'semaine', month: 'mois', year: 'année' }
const MANY = {
  minute: (n: number) => `toutes les ${n} minutes`,
  hour: (n: number) => `toutes les ${n} heures`,
  day: (n: number) => `tous les ${n} jours`,
  week: (n: number) => `toutes les ${n} semaines`,
  month: (n: number) => `tous les ${n} mois`,
  year: (n: number) => `tous les ${n} ans`,
}
const first = (day: number) => (day === 1 ? '1er' : String(day))

export const frSpeech: Speech = {
  weekdays: ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
  weekdaysShort: ['lun.', 'mar.', 'mer.', 'jeu.', 'ven.', 'sam.', 'dim.'],
  months: 'janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre'.split(','),
  monthsShort: 'janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.'.split(','),
  and: ' et ',
  date: (day, month, year) => `${first(day)} ${month}${year === undefined ? '' : ` ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${weekday} ${first(day)} ${month}${year === undefined ? '' : ` ${year}`}`,
  moment: (date, time, zone) => `${date}, ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `heure de ${name}`),
  every: (interval, unit) => (interval === 1 ? `chaque ${ONE[unit]}` : MANY[unit](interval)),
  everyWeekdays: (names) => `chaque ${names}`,
  everyWorkday: 'chaque jour ouvré',
  onWeekdays: (names) => `le ${names}`,
  inMonths: (names) => `en ${names}`,
  monthDay: first,
  onMonthDays: (days) => `le ${days}`,
  nth: (nth) => NTH[nth],
  onNth: (nths, what) => `le ${nths} ${what}`,
  day: 'jour',
  workingDay: 'jour ouvré',
  yearly: (day, month) => `le ${first(day)} ${month}`,
  at: (times) => `à ${times}`,
  between: (from, to) => `entre ${from} et ${to}`,
  starting: (date, time) => `à partir du ${date}${time === undefined ? '' : ` à ${time}`}`,
  until: (date, time) => `jusqu'au ${date}${time === undefined ? '' : ` à ${time}`}`,
  times: (count) => `${count} fois`,
  except: (list) => `sauf ${list}`,
  range: (from, last) => `du ${from} au ${last}`,
  eachYear: (date) => `chaque ${date}`,
  exceptSeveral: true,
}
