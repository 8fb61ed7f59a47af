import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { esSpeech } from './speech/es.ts'

const small =
  'cero,un|uno|una,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez,once,doce,trece,catorce,quince,dieciséis|diez y seis,diecisiete|diez y siete,dieciocho|diez y ocho,diecinueve|diez y nueve,veinte,veintiuno|veintiuna|veintiún,veintidós,veintitrés,veinticuatro,veinticinco,veintiséis,veintisiete,veintiocho,veintinueve'.split(
    ',',
  )
const numbers = [
  ...small,
  ...['treinta', 'cuarenta', 'cincuenta'].flatMap((ten) =>
    ['', ...small.slice(1, 10)].map((unit) =>
      unit === ''
        ? ten
        : unit
            .split('|')
            .map((one) => `${ten} y ${one}`)
            .join('|'),
    ),
  ),
  'sesenta',
]
const ordinals: Record<string, string> = {
  '-1': 'último|última|últimos|últimas',
  '-2': 'penúltimo|penúltima',
  '-3': 'antepenúltimo|antepenúltima',
  1: 'primer|primero|primera|primeros|primeras',
  2: 'segundo|segunda|segundos|segundas',
  3: 'tercer|tercero|tercera|terceros|terceras',
  4: 'cuarto|cuarta',
  5: 'quinto|quinta',
  6: 'sexto|sexta',
  7: 'séptimo|séptima',
  8: 'octavo|octava',
  9: 'noveno|novena',
  10: 'décimo|décima',
}
const DAYS = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo']
const SHORT = ['lun', 'mar', 'mié|mier', 'jue', 'vie', 'sáb', 'dom']
const PLURAL = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábados', 'domingos']
const weekday: Record<string, string> = {}
const weekdays: Record<string, string> = {}
const everyOther: Record<string, string> = {}
DAYS.forEach((day, i) => {
  const number = String(i + 1)
  weekday[number] = `${day}|${SHORT[i]}|${SHORT[i]?.split('|')[0]}.`
  const plural = PLURAL[i] ?? day
  weekdays[number] = plural === day ? `los ${plural}` : `los ${plural}|${plural}`
  everyOther[`every:week:2 weekday:${number}`] =
    `un ${day} sí y otro no|un ${day} de cada dos|${day} alternos`
})

export const es: Language = {
  habits: { language: 'es', clock12: 'plain', dateOrder: 'dmy', ordinalDot: false },
  words: {
    ampm,
    number: { ...counted(numbers), 2: 'dos|un par de|par de', 1.5: 'uno y medio|una y media' },
    article: 'un|una|otro|otra',
    ordinal: ordinals,
    ordinalEnd: 'o|a|er|ro|do|to|ero|era|°',
    weekday,
    weekdays,
    days: {
      '1-5':
        'entre semana|días laborables|días hábiles|los días laborables|los días hábiles|los días de semana|días de semana|días laborales|los días laborales|los días de entre semana|días de entre semana',
      '6-7': 'fines de semana|los fines de semana|los findes',
    },
    month: {
      1: 'enero|ene|ene.',
      2: 'febrero|feb|feb.',
      3: 'marzo|mar|mar.',
      4: 'abril|abr|abr.',
      5: 'mayo|may',
      6: 'junio|jun|jun.',
      7: 'julio|jul|jul.',
      8: 'agosto|ago|ago.',
      9: 'septiembre|setiembre|sep|sept|set|sep.|sept.',
      10: 'octubre|oct|oct.',
      11: 'noviembre|nov|nov.',
      12: 'diciembre|dic|dic.',
    },
    unit: {
      second: 'segundo|segundos|seg',
      minute: 'minuto|minutos|min',
      hour: 'hora|horas',
      day: 'día|días',
      workday:
        'día laborable|días laborables|día hábil|días hábiles|día laboral|días laborales|día de semana',
      week: 'semana|semanas',
      month: 'mes|meses',
      year: 'año|años',
      weekend: 'fin de semana|fines de semana|finde|findes',
    },
    workday: 'día laborable|día hábil|día laboral|día de semana',
    span: {
      15: 'cuarto de hora',
      30: 'media hora',
      45: 'tres cuartos de hora',
      90: 'hora y media',
    },
    roundDays: { 7: 'ocho días', 14: 'quince días' },
    half: 'medio|media',
    andHalf: 'y media|y medio',
    few: 'unos|unas|unos pocos|unas pocas|algunos|algunas|varios|varias|unos cuantos|pocos|pocas',
    part: {
      early: 'madrugada|de la madrugada|de madrugada|por la madrugada|en la madrugada|temprano',
      morning:
        'de la mañana|por la mañana|en la mañana|a la mañana|por las mañanas|de mañana|am de la mañana|a primera hora|a primera hora de la mañana',
      noon: 'del mediodía|del medio día|a la hora de comer',
      afternoon: 'tarde|de la tarde|por la tarde|en la tarde|a la tarde|por las tardes|de tarde',
      night: 'noche|de la noche|por la noche|en la noche|a la noche|de noche|por las noches',
      endOfDay: 'fin del día|al final del día|al fin del día|final del día',
    },
    nightFrom: 'en la noche del|la noche del|noche del|en la madrugada del|la madrugada del|madrugada del',
    clock: {
      noon: 'mediodía|medio día|al mediodía|al medio día',
      midnight: 'medianoche|media noche|a medianoche',
    },
    oclock: { h: 'h|hs|hrs|horas|hora|h.|hs.|hrs.', '': 'en punto' },
    minuteMark: 'minutos|min',
    shiftAfter: { 30: 'y media|y treinta', 15: 'y cuarto', '-15': 'menos cuarto|menos un cuarto' },
    shift: { '-15': 'cuarto para las|cuarto para la|un cuarto para las|cuarto a las' },
    till: 'para las|para la',
    minus: 'menos',
    plus: 'y|con',
    day: { 0: 'hoy|hoy día|el día de hoy', 1: 'mañana', 2: 'pasado mañana|pasado-mañana|pasadomañana' },
    gone: 'ayer|anteayer|antier|antes de ayer|hace|anoche|atrás|pasado|pasada',
    lastMark: 'pasado|pasada|último|anterior',
    next: { 1: 'próximo|próxima|el próximo|la próxima|próximos|siguiente|el siguiente|la siguiente' },
    nextAfter: 'que viene|próximo|próxima|siguiente|entrante|que entra',
    this: 'este|esta|estos|estas|el presente',
    every: { '': 'cada|todos los|todas las|todo|toda|todos|todas|de cada|cada uno de los' },
    other: 'otro|otra',
    seq: {
      ...everyOther,
      'day:0 part:morning': 'esta mañana|hoy por la mañana|hoy en la mañana',
      'day:0 part:afternoon': 'esta tarde|hoy por la tarde|hoy en la tarde',
      'day:0 part:night': 'esta noche|hoy por la noche|hoy en la noche',
      'every:day': 'diario|diariamente|a diario|diaria|todo los días|todos los dias de la semana',
      'every:day:2':
        'un día sí y otro no|un día sí y un día no|día por medio|días alternos|en días alternos|un día de cada dos',
      'every:day part:morning': 'todas las mañanas|cada mañana|por las mañanas',
      'every:day part:afternoon': 'todas las tardes|cada tarde|por las tardes',
      'every:day part:night': 'todas las noches|cada noche|por las noches',
      'every:week': 'semanal|semanalmente',
      'every:week:2':
        'quincenal|quincenalmente|una semana sí y otra no|semana por medio|semanas alternas|en semanas alternas',
      'every:month': 'mensual|mensualmente|al mes',
      'every:month:2': 'bimestral|bimestralmente',
      quarter: 'trimestral|trimestralmente|cada trimestre',
      'every:month:6': 'semestral|semestralmente',
      'every:year': 'anual|anualmente|al año',
      'every:minute:30': 'cada media hora',
      'every:minute:15': 'cada cuarto de hora',
      'weekdays:6,7': 'cada fin de semana|todos los fines de semana',
      'period:weekend': 'el fin de semana|el finde',
      'period:week:2': 'la semana siguiente a la próxima|dentro de dos semanas la semana',
      'nth:-1:day':
        'fin de mes|a fin de mes|final de mes|a final de mes|a finales de mes|fin del mes|a fin del mes',
      'every:month nth:-1:day': 'cada fin de mes|todos los fines de mes|cada final de mes',
    },
    holiday: {
      '12-25': 'navidad|el día de navidad|día de navidad',
      '12-24': 'nochebuena|noche buena',
      '12-31': 'nochevieja|fin de año|noche vieja',
      '1-1': 'año nuevo|el día de año nuevo',
      '1-6': 'día de reyes|reyes',
      '2-14': 'san valentín',
      easter: 'domingo de pascua|domingo de resurrección|pascua',
      'easter-2': 'viernes santo',
      'easter-3': 'jueves santo',
      'easter-7': 'domingo de ramos',
      'easter+1': 'lunes de pascua',
      'thanksgiving+1': 'Black Friday|viernes negro',
      'thanksgiving+4': 'Cyber Monday',
    },
    in: 'en|dentro de|de aquí a|al cabo de|en el plazo de',
    hence: 'después|más tarde|desde ahora|a partir de ahora',
    side: { before: 'antes de|antes del', after: 'después de|después del' },
    base: 'después de|desde|a partir de|tras',
    now: 'ahora|ahora mismo|ya|inmediatamente|ahorita',
    at: 'a las|a la|a|@|sobre las|hacia las|a eso de las|a eso de la|alrededor de las|las|para las',
    on: 'el|en|los',
    the: 'el|la|los|las',
    of: 'por|de|del|al|en|en el mes de|del mes de|de la',
    dayMark: 'el|el día|día|los días',
    until: 'hasta|hasta el|hasta la|hasta el día|hasta finales de|hasta fines de|hasta el fin de',
    from: 'desde|desde el|a partir de|a partir del|empezando|empezando el|comenzando|comenzando el|a contar del|a partir del día|iniciando|iniciando el|empezando en|desde la|a partir de la',
    rangeFrom: 'de|del|desde|desde las|de las',
    for: 'durante|por|durante las próximas|durante los próximos|por las próximas|por los próximos',
    times: 'veces|vez',
    onceA: { 1: 'una vez', 2: 'dos veces', 3: 'tres veces' },
    except:
      'excepto|excepto los|excepto el|salvo|salvo los|menos|menos los|menos el|pero no|pero no los|a excepción de|excepto en',
    between: 'entre|entre las',
    and: 'y|e|&|y también|y a las',
    to: 'a|al|hasta|-|a las|hasta las',
    or: 'o|u|o bien',
    glue: 'aproximadamente|aprox|aprox.|más o menos|exactamente|por favor|cerca de|alrededor de|como|sobre|en punto|siempre|para',
    vague: {
      third: 'cada tercer día|cada tercer dia',
      '': 'algún día|pronto|quizás|quizá|tal vez|más tarde|a veces|de vez en cuando|a menudo|luego|nunca|regularmente|cuando sea|algún momento',
    },
    not: 'no|nunca',
    endOf:
      'fin de|fin del|a fin de|a fin del|final del|al final de|al final del|final de|fines de|finales de|a finales de|a fines de|el final de',
    startOf: 'principio de|principios del|inicio del|principios de|a principios de|inicio de|comienzo de',
    zoneAfter: 'time|hora local',
    zoneBefore: 'hora de|hora del|horario de|hora en|hora|horario del',
    zoneOwn: 'hora local|mi hora|nuestra hora|hora de aquí|aquí',
  },
  speech: esSpeech,
  starters: [
    'mañana a las 9:00',
    'en 1 hora',
    'lunes a las 9:00',
    'esta noche a las 20:00',
    'cada día laborable a las 9:00',
    'cada lunes a las 9:00',
    'cada día a las 9:00',
    'el primer lunes de cada mes a las 9:00',
    'el último día laborable de cada mes a las 17:00',
    'cada 2 semanas los viernes a las 9:00',
  ],
}
