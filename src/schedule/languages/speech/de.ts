import type { Speech } from '../../speech.ts'

const NTH: Record<number, string> = {
  1: 'ersten',
  2: 'zweiten',
  3: 'dritten',
  4: 'vierten',
  5: 'fünften',
  [-1]: 'letzten',
  [-2]: 'vorletzten',
}
const ONE = {
  minute: 'jede Minute',
  hour: 'jede Stunde',
  day: 'jeden Tag',
  week: 'jede Woche',
  month: 'jeden Monat',
  year: 'jedes Jahr',
}
const MANY = {
  minute: 'Minuten',
  hour: 'Stunden',
  day: 'Tage',
  week: 'Wochen',
  month: 'Monate',
  year: 'Jahre',
}

export const deSpeech: Speech = {
  weekdays: ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'],
  weekdaysShort: ['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'],
  months: 'Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember'.split(','),
  monthsShort: 'Jan,Feb,März,Apr,Mai,Juni,Juli,Aug,Sept,Okt,Nov,Dez'.split(','),
  and: ' und ',
  date: (day, month, year) => `${day}. ${month}${year === undefined ? '' : ` ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${weekday}, ${day}. ${month}${year === undefined ? '' : ` ${year}`}`,
  moment: (date, time, zone) => `${date}, ${time} Uhr (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `Zeit in ${name}`),
  every: (interval, unit) => (interval === 1 ? ONE[unit] : `alle ${interval} ${MANY[unit]}`),
  everyWeekdays: (names) => `jeden ${names}`,
  everyWorkday: 'jeden Werktag',
  onWeekdays: (names) => `am ${names}`,
  inMonths: (names) => `im ${names}`,
  monthDay: (day) => `${day}.`,
  onMonthDays: (days) => `am ${days}`,
  nth: (nth) => NTH[nth],
  onNth: (nths, what) => `am ${nths} ${what}`,
  day: 'Tag',
  workingDay: 'Werktag',
  yearly: (day, month) => `am ${day}. ${month}`,
  at: (times) => `um ${times} Uhr`,
  between: (from, to) => `zwischen ${from} und ${to} Uhr`,
  starting: (date, time) => `ab dem ${date}${time === undefined ? '' : ` um ${time} Uhr`}`,
  until: (date, time) => `bis zum ${date}${time === undefined ? '' : ` um ${time} Uhr`}`,
  times: (count) => `${count} mal`,
  except: (list) => `außer ${list}`,
  range: (first, last) => `vom ${first} bis ${last}`,
  eachYear: (date) => `jeden ${date}`,
  eachFeast: (name) => `jedes Jahr ${name}`,
  exceptSeveral: true,
}
