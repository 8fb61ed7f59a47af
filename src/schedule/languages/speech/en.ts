import type { Speech } from '../../speech.ts'

const ENDINGS: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd', 21: 'st', 22: 'nd', 23: 'rd', 31: 'st' }
const NTH: Record<number, string> = {
  1: 'first',
  2: 'second',
  3: 'third',
  4: 'fourth',
  5: 'fifth',
  [-1]: 'last',
}
const ordinal = (n: number) => `${n}${ENDINGS[n] ?? 'th'}`
const nth = (n: number) => NTH[n] ?? (n < 0 ? `${ordinal(-n)} to last` : ordinal(n))
const MONTHS = 'January,February,March,April,May,June,July,August,September,October,November,December'.split(
  ',',
)

export const enSpeech: Speech = {
  weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  weekdaysShort: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  months: MONTHS,
  monthsShort: MONTHS.map((month) => month.slice(0, 3)),
  and: ' and ',
  date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${weekday} ${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  moment: (date, time, zone) => `${date}, ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `${name} time`),
  every: (interval, unit) => (interval === 1 ? `every ${unit}` : `every ${interval} ${unit}s`),
  everyWeekdays: (names) => `every ${names}`,
  everyWorkday: 'every weekday',
  onWeekdays: (names) => `on ${names}`,
  inMonths: (names) => `in ${names}`,
  monthDay: ordinal,
  onMonthDays: (days) => `on the ${days}`,
  nth,
  onNth: (nths, what) => `on the ${nths} ${what}`,
  day: 'day',
  workingDay: 'working day',
  yearly: (day, month) => `on ${day} ${month}`,
  at: (times) => `at ${times}`,
  between: (from, to) => `between ${from} and ${to}`,
  starting: (date, time) => `starting ${date}${time === undefined ? '' : ` at ${time}`}`,
  until: (date, time) => `until ${date}${time === undefined ? '' : ` at ${time}`}`,
  times: (count) => `for ${count} times`,
  except: (list) => `except ${list}`,
  range: (first, last) => `${first} to ${last}`,
  eachYear: (date) => `every ${date}`,
  exceptSeveral: true,
}
