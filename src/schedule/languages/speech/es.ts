import type { Speech } from '../../speech.ts'

const NTH: Record<number, string> = {
  1: 'primer',
  2: 'segundo',
  3: 'tercer',
  4: 'cuarto',
  5: 'quinto',
  [-1]: 'último',
  [-2]: 'penúltimo',
}
const ONE = { minute: 'minuto', hour: 'hora', day: 'día', week: 'semana', month: 'mes', year: 'año' }
const MANY = { minute: 'minutos', hour: 'horas', day: 'días', week: 'semanas', month: 'meses', year: 'años' }

export const esSpeech: Speech = {
  weekdays: ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'],
  weekdaysShort: ['lun', 'mar', 'mié', 'jue', 'vie', 'sáb', 'dom'],
  months: 'enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre'.split(
    ',',
  ),
  monthsShort: 'ene,feb,mar,abr,may,jun,jul,ago,sep,oct,nov,dic'.split(','),
  and: ' y ',
  date: (day, month, year) => `${day} de ${month}${year === undefined ? '' : ` de ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${weekday} ${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  moment: (date, time, zone) => `${date}, ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `hora de ${name}`),
  every: (interval, unit) => (interval === 1 ? `cada ${ONE[unit]}` : `cada ${interval} ${MANY[unit]}`),
  everyWeekdays: (names) => `cada ${names}`,
  everyWorkday: 'cada día laborable',
  onWeekdays: (names) => `los ${names}`,
  inMonths: (names) => `en ${names}`,
  monthDay: String,
  onMonthDays: (days) => `el día ${days}`,
  nth: (nth) => NTH[nth],
  onNth: (nths, what) => `el ${nths} ${what}`,
  day: 'día',
  workingDay: 'día laborable',
  yearly: (day, month) => `el ${day} de ${month}`,
  at: (times) => `a las ${times}`,
  between: (from, to) => `entre las ${from} y las ${to}`,
  starting: (date, time) => `a partir del ${date}${time === undefined ? '' : ` a las ${time}`}`,
  until: (date, time) => `hasta el ${date}${time === undefined ? '' : ` a las ${time}`}`,
  times: (count) => `${count} veces`,
  except: (list) => `excepto ${list}`,
  range: (first, last) => `${first} a ${last}`,
  eachYear: (date) => `cada ${date}`,
  exceptSeveral: true,
}
