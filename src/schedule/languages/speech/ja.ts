import type { Speech } from '../../speech.ts'

const ONE = { minute: '毎分', hour: '毎時間', day: '毎日', week: '毎週', month: '毎月', year: '毎年' }
const MANY = { minute: '分', hour: '時間', day: '日', week: '週間', month: 'か月', year: '年' }
const MONTHS = Array.from({ length: 12 }, (_, i) => `${i + 1}月`)
const nth = (n: number) => (n === -1 ? '最終' : n > 0 ? `第${n}` : undefined)

export const jaSpeech: Speech = {
  weekdays: ['月曜日', '火曜日', '水曜日', '木曜日', '金曜日', '土曜日', '日曜日'],
  weekdaysShort: ['月', '火', '水', '木', '金', '土', '日'],
  months: MONTHS,
  monthsShort: MONTHS,
  and: 'と',
  date: (day, month, year) => `${year === undefined ? '' : `${year}年`}${month}${day}日`,
  shortDate: (weekday, day, month, year) =>
    `${year === undefined ? '' : `${year}年`}${month}${day}日(${weekday})`,
  moment: (date, time, zone) => `${date} ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `${name}時間`),
  every: (interval, unit) => (interval === 1 ? ONE[unit] : `${interval}${MANY[unit]}ごと`),
  everyWeekdays: (names) => `毎週${names}`,
  everyWorkday: '毎平日',
  onWeekdays: (names) => `の${names}`,
  inMonths: (names) => `${names}の`,
  monthDay: (day) => `${day}日`,
  onMonthDays: (days) => days,
  nth,
  onNth: (nths, what) => `${nths}${what}`,
  day: '日',
  workingDay: '営業日',
  yearly: (day, month) => `${month}${day}日`,
  at: (times) => times,
  between: (from, to) => `${from}から${to}まで`,
  starting: (date, time) => `${date}${time === undefined ? '' : ` ${time}`}から`,
  until: (date, time) => `${date}${time === undefined ? '' : ` ${time}`}まで`,
  times: (count) => `${count}回`,
  except: (list) => `${list}を除く`,
  range: (first, last) => `${first}から${last}`,
  eachYear: (date) => `毎年${date}`,
  exceptSeveral: false,
}
