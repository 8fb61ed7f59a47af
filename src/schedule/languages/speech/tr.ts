import type { Speech } from '../../speech.ts'

const NTH: Record<number, string> = {
  1: 'ilk',
  2: 'ikinci',
  3: 'üçüncü',
  4: 'dördüncü',
  5: 'beşinci',
  [-1]: 'son',
  [-2]: 'sondan ikinci',
}
const ONE = { minute: 'dakika', hour: 'saat', day: 'gün', week: 'hafta', month: 'ay', year: 'yıl' }
const MANY = {
  minute: 'dakikada',
  hour: 'saatte',
  day: 'günde',
  week: 'haftada',
  month: 'ayda',
  year: 'yılda',
}

export const trSpeech: Speech = {
  weekdays: ['pazartesi', 'salı', 'çarşamba', 'perşembe', 'cuma', 'cumartesi', 'pazar'],
  weekdaysShort: ['Pzt', 'Sal', 'Çar', 'Per', 'Cum', 'Cmt', 'Paz'],
  months: 'Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık'.split(','),
  monthsShort: 'Oca,Şub,Mar,Nis,May,Haz,Tem,Ağu,Eyl,Eki,Kas,Ara'.split(','),
  and: ' ve ',
  date: (day, month, year) => `${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${day} ${month}${year === undefined ? '' : ` ${year}`} ${weekday}`,
  moment: (date, time, zone) => `${date}, ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `${name} saatiyle`),
  every: (interval, unit) => (interval === 1 ? `her ${ONE[unit]}` : `her ${interval} ${MANY[unit]} bir`),
  everyWeekdays: (names) => `her ${names}`,
  everyWorkday: 'her iş günü',
  onWeekdays: (names) => `${names} günü`,
  inMonths: (names) => `${names} ayında`,
  monthDay: (day) => `${day}.`,
  onMonthDays: (days) => `ayın ${days} günü`,
  nth: (nth) => NTH[nth],
  onNth: (nths, what) => `ayın ${nths} ${what}`,
  day: 'günü',
  workingDay: 'iş günü',
  yearly: (day, month) => `${day} ${month}`,
  at: (times) => `saat ${times}`,
  between: (from, to) => `${from} ile ${to} arası`,
  starting: (date, time) => `${date}${time === undefined ? '' : ` saat ${time}`} itibariyle`,
  until: (date, time) => `${date}${time === undefined ? '' : ` saat ${time}`} tarihine kadar`,
  times: (count) => `${count} kez`,
  except: (list) => `${list} hariç`,
  eachYear: (date) => `her ${date}`,
  exceptSeveral: false,
}
