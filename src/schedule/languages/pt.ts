import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { ptSpeech } from './speech/pt.ts'

const small =
  'zero,um|uma,dois|duas,três,quatro,cinco,seis|meia dúzia,sete,oito,nove,dez,onze,doze,treze,quatorze|catorze,quinze,dezesseis|dezasseis,dezessete|dezassete,dezoito,dezenove|dezanove'.split(
    ',',
  )
const numbers = [
  ...small,
  ...['vinte', 'trinta', 'quarenta', 'cinquenta'].flatMap((ten) =>
    ['', ...small.slice(1, 10)].map((unit) =>
      unit === ''
        ? ten
        : unit
            .split('|')
            .map((one) => `${ten} e ${one}`)
            .join('|'),
    ),
  ),
  'sessenta',
]
const ordinals: Record<string, string> = {
  '-1': 'último|última|últimos|últimas',
  '-2': 'penúltimo|penúltima',
  '-3': 'antepenúltimo|antepenúltima',
  1: 'primeiro|primeira|primeiros|primeiras',
  2: 'segundo|segunda|segundos',
  3: 'terceiro|terceira|terceiros|terceiras',
  4: 'quarto|quarta',
  5: 'quinto|quinta',
  6: 'sexto|sexta',
  7: 'sétimo|sétima',
  8: 'oitavo|oitava',
  9: 'nono|nona',
  10: 'décimo|décima',
}
const weekday: Record<string, string> = {
  1: 'segunda|segunda-feira|segunda feira|seg|seg.|2ª feira|2ª-feira|2a-feira',
  2: 'terça|terça-feira|terça feira|ter|ter.|3ª feira|3ª-feira|3a-feira',
  3: 'quarta|quarta-feira|quarta feira|qua|qua.|4ª feira|4ª-feira|4a-feira',
  4: 'quinta|quinta-feira|quinta feira|qui|qui.|5ª feira|5ª-feira|5a-feira',
  5: 'sexta|sexta-feira|sexta feira|sex|sex.|6ª feira|6ª-feira|6a-feira',
  6: 'sábado|sáb|sáb.',
  7: 'domingo|dom|dom.',
}
const STEMS = ['segunda', 'terça', 'quarta', 'quinta', 'sexta']
const weekdays: Record<string, string> = { 6: 'sábados|aos sábados', 7: 'domingos|aos domingos' }
const everyOther: Record<string, string> = {}
STEMS.forEach((stem, i) => {
  const plural = `${stem}s|${stem}s-feiras|${stem}s feiras`
  weekdays[String(i + 1)] = `${plural}|às ${stem}s|às ${stem}s-feiras|nas ${stem}s`
  everyOther[`every:week:2 weekday:${i + 1}`] =
    `${stem} sim ${stem} não|${stem} sim, ${stem} não|${stem}-feira sim ${stem}-feira não|uma ${stem} sim outra não|${stem}-feira sim, ${stem}-feira não`
})

export const pt: Language = {
  habits: { language: 'pt', clock12: 'plain', dateOrder: 'dmy', ordinalDot: false },
  words: {
    ampm,
    number: { ...counted(numbers), 2: 'dois|duas|um par de|par de' },
    article: 'um|uma|outro|outra',
    ordinal: ordinals,
    ordinalEnd: 'o|a|º|ª|°',
    weekday,
    weekdays,
    days: {
      '1-5':
        'dias úteis|os dias úteis|nos dias úteis|durante a semana|dias de semana|nos dias de semana|em dias úteis|dia de semana|em dias de semana',
      '6-7':
        'fins de semana|finais de semana|aos fins de semana|nos fins de semana|nos finais de semana|aos finais de semana',
    },
    month: {
      1: 'janeiro|jan|jan.',
      2: 'fevereiro|fev|fev.',
      3: 'março|mar|mar.',
      4: 'abril|abr|abr.',
      5: 'maio|mai',
      6: 'junho|jun|jun.',
      7: 'julho|jul|jul.',
      8: 'agosto|ago|ago.',
      9: 'setembro|set|set.',
      10: 'outubro|out|out.',
      11: 'novembro|nov|nov.',
      12: 'dezembro|dez|dez.',
    },
    unit: {
      second: 'segundo|segundos|seg',
      minute: 'minuto|minutos|min',
      hour: 'hora|horas',
      day: 'dia|dias',
      workday: 'dia útil|dias úteis|dia de semana|dia de trabalho',
      week: 'semana|semanas',
      month: 'mês|meses',
      year: 'ano|anos',
      weekend: 'fim de semana|final de semana|fins de semana|finais de semana|fim-de-semana',
    },
    workday: 'dia útil|dia de semana|dia de trabalho',
    span: { 15: 'quarto de hora', 30: 'meia hora|meia-hora', 45: 'três quartos de hora', 90: 'hora e meia' },
    roundDays: { 7: 'oito dias', 14: 'quinze dias' },
    half: 'meio|meia',
    andHalf: 'e meia|e meio',
    few: 'alguns|algumas|poucos|poucas|vários|várias|uns|umas',
    part: {
      early: 'madrugada|da madrugada|de madrugada|na madrugada|cedo|bem cedo',
      morning:
        'manhã|da manhã|de manhã|pela manhã|na parte da manhã|à manhã|nas manhãs|na manhã|de manhãzinha|logo de manhã',
      noon: 'do meio-dia|na hora do almoço',
      afternoon:
        'tarde|da tarde|à tarde|de tarde|na parte da tarde|pela tarde|no fim da tarde|no final da tarde',
      night: 'noite|da noite|à noite|de noite|na parte da noite|pela noite',
      endOfDay: 'fim do dia|no fim do dia|final do dia|no final do dia|ao fim do dia|fim do expediente',
    },
    nightFrom: 'na noite de|noite de|na madrugada de|madrugada de',
    clock: {
      noon: 'meio-dia|meio dia|ao meio-dia|ao meio dia|meiodia',
      midnight: 'meia-noite|meia noite|à meia-noite|à meia noite|meianoite',
    },
    oclock: { h: 'h|hs|hrs|horas|hora|h.', '': 'em ponto' },
    minuteMark: 'minutos|min|m',
    shiftAfter: {
      30: 'e meia|e trinta',
      15: 'e um quarto|e quarto|e quinze',
      '-15': 'menos um quarto|menos quarto',
    },
    shift: { '-15': 'um quarto para as|quarto para as|um quarto para a' },
    till: 'para as|para a|para o|pras|pra|pro',
    minus: 'menos',
    plus: 'e',
    day: { 0: 'hoje|no dia de hoje', 1: 'amanhã|amanha', 2: 'depois de amanhã|depois-de-amanhã' },
    gone: 'ontem|anteontem|há|atrás|antes de ontem|passado|passada|na semana passada|trasanteontem',
    lastMark: 'passado|passada|anterior|retrasada',
    next: { 1: 'próximo|próxima|o próximo|a próxima|próximos|próximas|no próximo|na próxima' },
    nextAfter: 'que vem|próximo|próxima|seguinte|que vem aí',
    this: 'este|esta|neste|nesta|deste|desta|esse|essa|nesse|nessa',
    every: { '': 'todo|toda|todos os|todas as|cada|a cada|todo o|toda a|de cada|de todo|de todo o|em todo' },
    other: 'outro|outra',
    seq: {
      ...everyOther,
      'day:0 part:night': 'esta noite|hoje à noite|hoje a noite|essa noite|logo à noite',
      'day:0 part:afternoon': 'esta tarde|hoje à tarde|hoje a tarde',
      'day:0 part:morning': 'esta manhã|hoje de manhã|hoje cedo',
      'every:day': 'diariamente|diário|diária|todo santo dia',
      'every:day:2': 'dia sim, dia não|dia sim dia não|em dias alternados|dias alternados',
      'every:day part:morning': 'toda manhã|todas as manhãs|todo dia de manhã',
      'every:day part:afternoon': 'toda tarde|todas as tardes',
      'every:day part:night': 'toda noite|todas as noites|todo dia à noite',
      'every:week': 'semanal|semanalmente',
      'every:week:2':
        'quinzenal|quinzenalmente|semana sim, semana não|semana sim semana não|em semanas alternadas',
      'every:month': 'mensal|mensalmente|ao mês',
      'every:month:2': 'bimestral|bimestralmente',
      quarter: 'trimestral|trimestralmente|todo trimestre',
      'every:month:6': 'semestral|semestralmente',
      'every:year': 'anual|anualmente|ao ano',
      'every:hour': 'de hora em hora|por hora',
      'every:minute:30': 'a cada meia hora|de meia em meia hora|cada meia hora',
      'weekdays:6,7': 'todo fim de semana|todos os fins de semana|todo final de semana',
      'period:weekend':
        'fim de semana|no fim de semana|o fim de semana|final de semana|no final de semana|ao fim de semana',
      'nth:-1:day': 'fim do mês|no fim do mês|final do mês|no final do mês|ao fim do mês',
      'every:month nth:-1:day': 'todo fim de mês|todo final de mês|no fim de cada mês|ao final de cada mês',
    },
    holiday: {
      '12-25': 'natal|dia de natal|o natal|no natal',
      '12-24': 'véspera de natal|na véspera de natal',
      '12-31': 'véspera de ano novo|réveillon|réveillon de ano novo',
      '1-1': 'ano novo|dia de ano novo|ano-novo',
      '2-14': 'dia de são valentim',
      '6-12': 'dia dos namorados',
      easter: 'Páscoa|domingo de páscoa',
      'easter-2': 'sexta-feira santa|sexta feira santa|sexta santa',
      'easter-47': 'carnaval|terça-feira de carnaval',
      'easter-46': 'quarta-feira de cinzas',
      'easter+60': 'Corpus Christi',
      'thanksgiving+1': 'Black Friday',
      'thanksgiving+4': 'Cyber Monday',
      mothers: 'dia das mães',
    },
    in: 'em|dentro de|daqui a|daqui|de aqui a|ao fim de|no prazo de',
    hence: 'depois|mais tarde|a partir de agora|a contar de agora',
    side: {
      before: 'antes de|antes do|antes da',
      after: 'depois de|depois do|depois da|após|após o|após a',
    },
    base: 'depois de|a partir de|após|depois do|a contar de',
    now: 'agora|agora mesmo|já|imediatamente',
    at: 'às|as|à|a|ao|@|pelas|lá pelas|por volta das|para as|perto das|aos',
    on: 'em|no|na|nos|nas|aos',
    the: 'o|a|os|as',
    of: 'por|de|do|da|em|no|na|dos|das|do mês de|no mês de|deste mês de',
    dayMark: 'dia|no dia|o dia|ao dia|dias|nos dias',
    until:
      'até|até o|até a|até ao|até o dia|até dia|até o fim de|até fim de|até o final de|até às|até final de',
    from: 'a partir de|a partir do|a partir da|a partir do dia|a partir de dia|desde|começando|começando em|começando no|começando na|iniciando|iniciando em|com início em|começando no dia|começando dia|desde o dia',
    rangeFrom: 'de|da|das|do|desde|desde as',
    for: 'durante|por|durante as próximas|durante os próximos|pelas próximas|pelos próximos',
    times: 'vezes|vez',
    onceA: { 1: 'uma vez', 2: 'duas vezes', 3: 'três vezes' },
    except:
      'exceto|excepto|exceto aos|exceto às|exceto no|exceto na|menos|menos aos|menos às|salvo|fora|mas não|mas não aos|com exceção de|exceto em|exceto nas|exceto nos',
    between: 'entre|entre as',
    and: 'e|&|e às|e também|e as',
    to: 'a|à|às|as|ao|até|-|até às|até as',
    or: 'ou',
    glue: 'aproximadamente|aprox|aprox.|cerca|cerca de|mais ou menos|exatamente|exactamente|por favor|em torno de|por volta|em ponto|sempre|lá para|sendo|para|para a|para o',
    vague:
      'algum dia|logo|em breve|talvez|mais tarde|às vezes|de vez em quando|frequentemente|nunca|regularmente|qualquer dia|um dia desses',
    not: 'não|nunca',
    endOf:
      'fim do|fim da|no fim do|no fim da|final do|final da|fim de|final de|fins de|finais de|o fim de|no fim de|no final de',
    startOf:
      'início do|início da|no início do|no início da|começo da|início de|começo de|no início de|princípio de',
    zoneAfter: 'time|hora local',
    zoneBefore:
      'hora de|hora do|hora da|horário de|horário do|horário da|fuso de|fuso horário de|no horário de|hora em|hora',
    zoneOwn: 'hora local|horário local|minha hora|meu horário|nosso horário|aqui',
  },
  speech: ptSpeech,
  starters: [
    'amanhã às 9:00',
    'em 1 hora',
    'segunda-feira às 9:00',
    'hoje à noite às 20:00',
    'todo dia útil às 9:00',
    'toda segunda-feira às 9:00',
    'todo dia às 9:00',
    'na primeira segunda-feira de cada mês às 9:00',
    'no último dia útil de cada mês às 17:00',
    'a cada 2 semanas na sexta-feira às 9:00',
  ],
}
