import type { Speech } from '../../speech.ts'

const NTH: Record<number, string> = {
  1: 'primeira',
  2: 'segunda',
  3: 'terceira',
  4: 'quarta',
  5: 'quinta',
  [-1]: 'última',
  [-2]: 'penúltima',
}
const ONE = {
  minute: 'todo minuto',
  hour: 'toda hora',
  day: 'todo dia',
  week: 'toda semana',
  month: 'todo mês',
  year: 'todo ano',
}
const MANY = { minute: 'minutos', hour: 'horas', day: 'dias', week: 'semanas', month: 'meses', year: 'anos' }

export const ptSpeech: Speech = {
  weekdays: [
    'segunda-feira',
    'terça-feira',
    'quarta-feira',
    'quinta-feira',
    'sexta-feira',
    'sábado',
    'domingo',
  ],
  weekdaysShort: ['seg', 'ter', 'qua', 'qui', 'sex', 'sáb', 'dom'],
  months: 'janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro'.split(
    ',',
  ),
  monthsShort: 'jan,fev,mar,abr,mai,jun,jul,ago,set,out,nov,dez'.split(','),
  and: ' e ',
  date: (day, month, year) => `${day} de ${month}${year === undefined ? '' : ` de ${year}`}`,
  shortDate: (weekday, day, month, year) =>
    `${weekday} ${day} ${month}${year === undefined ? '' : ` ${year}`}`,
  moment: (date, time, zone) => `${date}, ${time} (${zone})`,
  zone: (name) => (name.startsWith('UTC') ? name : `horário de ${name}`),
  every: (interval, unit) => (interval === 1 ? ONE[unit] : `a cada ${interval} ${MANY[unit]}`),
  everyWeekdays: (names) => `toda ${names}`,
  everyWorkday: 'todo dia útil',
  onWeekdays: (names) => `na ${names}`,
  inMonths: (names) => `em ${names}`,
  monthDay: String,
  onMonthDays: (days) => `no dia ${days}`,
  nth: (nth) => NTH[nth],
  onNth: (nths, what) => `na ${nths} ${what}`,
  day: 'dia',
  workingDay: 'dia útil',
  yearly: (day, month) => `no dia ${day} de ${month}`,
  at: (times) => `às ${times}`,
  between: (from, to) => `entre as ${from} e as ${to}`,
  starting: (date, time) => `a partir de ${date}${time === undefined ? '' : ` às ${time}`}`,
  until: (date, time) => `até ${date}${time === undefined ? '' : ` às ${time}`}`,
  times: (count) => `${count} vezes`,
  except: (list) => `exceto ${list}`,
  range: (first, last) => `${first} a ${last}`,
  eachYear: (date) => `cada ${date}`,
  exceptSeveral: true,
}
