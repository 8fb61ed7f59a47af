import { counted, joined } from './common.ts'
import type { Language } from './language.ts'
import { deSpeech } from './speech/de.ts'

const small =
  'null,ein|eins|eine|einem|einer|einen,zwei|zwo,drei,vier,fünf,sechs,sieben,acht,neun,zehn,elf,zwölf,dreizehn,vierzehn,fünfzehn,sechzehn,siebzehn,achtzehn,neunzehn'.split(
    ',',
  )
const units = ['', 'ein', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun']
const numbers = [
  ...small,
  ...['zwanzig', 'dreißig|dreissig', 'vierzig', 'fünfzig'].flatMap((ten) =>
    units.map((unit) => (unit === '' ? ten : joined(`${unit}und`, ten, ''))),
  ),
  'sechzig',
]

const STEMS =
  'erst,zweit,dritt,viert,fünft,sechst,siebt|siebent,acht,neunt,zehnt,elft,zwölft,dreizehnt,vierzehnt,fünfzehnt,sechzehnt,siebzehnt,achtzehnt,neunzehnt,zwanzigst'
const ENDINGS = 'e|en|er|es|em'
const declined = (stem: string) => joined(stem, ENDINGS, '')
const ordinals: Record<string, string> = {
  '-1': declined('letzt'),
  '-2': declined('vorletzt'),
  '-3': declined('drittletzt'),
}
STEMS.split(',').forEach((stem, i) => {
  ordinals[String(i + 1)] = declined(stem)
})
for (let day = 21; day <= 31; day += 1) ordinals[String(day)] = declined(joined(numbers[day] ?? '', 'st', ''))

const DAYS = ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag|sonnabend', 'sonntag']
const SHORT = ['mo|mo.', 'di|di.', 'mi|mi.', 'do|do.', 'fr|fr.', 'sa|sa.', 'so|so.']
const weekday: Record<string, string> = {}
const weekdays: Record<string, string> = {}
const seq: Record<string, string> = {}
const PARTS: Record<string, string> = {
  morning: 'morgen|früh|vormittag',
  noon: 'mittag',
  afternoon: 'nachmittag',
  evening: 'abend',
  night: 'nacht',
}
DAYS.forEach((day, i) => {
  const number = String(i + 1)
  weekday[number] = `${day}|${SHORT[i]}`
  weekdays[number] =
    `${joined(day, 's', '')}|${joined(day, 'en', '')}|${joined('an', joined(day, 'en', ''), ' ')}`
  for (const [part, words] of Object.entries(PARTS)) {
    seq[`weekday:${number} part:${part}`] = `${joined(day, words, '')}|${joined(day, words, ' ')}`
    seq[`weekdays:${number} part:${part}`] = joined(joined(day, words, ''), 's', '')
  }
})

export const de: Language = {
  habits: { language: 'de', clock12: 'spoken', dateOrder: 'dmy', ordinalDot: true },
  umlauts: true,
  words: {
    number: {
      ...counted(numbers),
      1.5: 'anderthalb|eineinhalb',
      2.5: 'zweieinhalb|zweiundeinhalb',
      3.5: 'dreieinhalb',
    },
    article: 'ein|eine|einen|einem|einer|eines',
    ordinal: ordinals,
    ordinalEnd: 'te|ten|ter|tes|ste|sten',
    weekday,
    weekdays,
    days: {
      '1-5':
        'werktags|wochentags|werktage|werktagen|an werktagen|an wochentagen|unter der woche|arbeitstags|an arbeitstagen|unter der woche',
      '6-7': 'wochenends|an wochenenden|am wochenende immer|an den wochenenden',
    },
    month: {
      1: 'januar|jan|jan.|jänner|jän|januars',
      2: 'februar|feb|feb.|feber|februars',
      3: 'märz|mär|mär.|mrz|mrz.',
      4: 'april|apr|apr.|aprils',
      5: 'mai',
      6: 'juni|jun|jun.|juno',
      7: 'juli|jul|jul.',
      8: 'august|aug|aug.',
      9: 'september|sep|sept|sep.|sept.',
      10: 'oktober|okt|okt.',
      11: 'november|nov|nov.',
      12: 'dezember|dez|dez.',
    },
    unit: {
      second: 'sekunde|sekunden|sek',
      minute: 'minute|minuten|min|min.',
      hour: 'stunde|stunden|std|std.',
      day: 'tag|tage|tagen|tages|tags',
      workday:
        'werktag|werktage|werktagen|werktags|arbeitstag|arbeitstage|arbeitstagen|arbeitstages|werktages|wochentag|geschäftstag',
      week: 'woche|wochen',
      month: 'monat|monate|monaten|monats|monates',
      year: 'jahr|jahre|jahren|jahres|jahrs',
      weekend: 'wochenende|wochenenden|wochenendes',
    },
    workday: 'werktag|werktags|werktages|arbeitstag|arbeitstages|wochentag|geschäftstag',
    span: {
      15: 'viertelstunde',
      30: 'halbe stunde|halben stunde|halbstunde|halb stunde',
      45: 'dreiviertelstunde|dreiviertel stunde',
      90: 'anderthalbe stunde',
    },
    roundDays: { 7: 'acht tagen|acht tage' },
    half: 'halbe|halben|halber|halbes',
    andHalf: 'einhalb|und eine halbe|und einen halben|und ein halbes',
    few: 'paar|ein paar|einige|einigen|mehrere|mehreren|viele',
    ampm: { am: 'a.m.|a.m', pm: 'pm|p.m.|p.m' },
    part: {
      early: 'frühmorgens|am frühen morgen|in aller frühe',
      morning:
        'morgens|früh|vormittag|vormittags|am morgen|am vormittag|in der früh|in der frühe|des morgens|früh am morgen',
      noon: 'mittag|mittags|am mittag|zu mittag|zur mittagszeit|mittagspause|in der mittagspause',
      afternoon:
        'nachmittag|nachmittags|am nachmittag|am späten nachmittag|am frühen nachmittag|spätnachmittag',
      evening: 'abend|abends|am abend|des abends|am frühen abend',
      late: 'spätabends|am späten abend|spät abends|spätabend',
      night: 'nacht|nachts|in der nacht|des nachts',
      endOfDay: 'feierabend|zum feierabend|am ende des tages|ende des tages|dienstschluss',
    },
    nightTo:
      'in der nacht auf|in der nacht auf den|in der nacht zum|in der nacht zu|nacht auf|nacht auf den|nacht zum',
    nightFrom: 'in der nacht von|in der nacht vom|nacht von|nacht vom',
    clock: {
      noon: '12 uhr mittags|high noon|punkt mittag',
      midnight: 'mitternacht|um mitternacht|12 uhr nachts',
    },
    oclock: { h: 'uhr|h|uhrzeit' },
    shift: { '-30': 'halb', 15: 'viertel nach', '-15': 'viertel vor|dreiviertel|drei viertel' },
    past: 'nach',
    till: 'vor',
    day: { 0: 'heute', 1: 'morgen', 2: 'übermorgen', 3: 'überübermorgen' },
    gone: 'gestern|vorgestern|vor|vorher|vergangenen|vergangene|vergangenes|letzte nacht|früher|vorige|vorigen|voriges',
    lastMark: 'letzter|vergangener',
    next: { 1: declined('nächst'), 2: declined('übernächst') },
    coming: declined('kommend'),
    this: 'dieser|diese|dieses|diesen|diesem|heutigen',
    every: {
      '': 'jeden|jede|jedes|jeder|jedem|alle|allen|an jedem|am jeden|pro|jeweils am|jeweils jeden',
      2: 'jeden anderen|jede andere',
    },
    everyAfter: 'weise',
    seq: {
      ...seq,
      'day:0 part:morning': 'heute morgen|heute früh|heute vormittag|heute morgens',
      'day:1 part:morning': 'morgen früh|morgen vormittag|morgen morgens',
      'day:0 part:evening': 'heut abend',
      'every:day': 'täglich|tagtäglich|jeden einzelnen tag|immer|tgl|tgl.',
      'every:day part:morning': 'jeden morgen|jeden vormittag|allmorgendlich|jeden tag morgens',
      'every:day part:evening': 'jeden abend|allabendlich',
      'every:day part:night': 'jede nacht|allnächtlich|nächtlich',
      'every:week': 'wöchentlich',
      'every:week:2':
        'zweiwöchentlich|14-täglich|14-tägig|vierzehntägig|vierzehntäglich|zweiwöchig|14tägig|alle 14 tage|alle vierzehn tage',
      'every:month': 'monatlich|eines jeden monats',
      quarter: 'vierteljährlich|quartalsweise|jedes quartal|pro quartal',
      'every:month:6': 'halbjährlich',
      'every:year': 'jährlich|alljährlich|eines jeden jahres',
      'every:hour': 'stündlich',
      'every:hour:2': 'zweistündlich',
      'every:minute:30': 'halbstündlich',
      'every:minute:15': 'viertelstündlich',
      'weekdays:1,2,3,4,5': 'montags bis freitags',
      'nth:-1:day': 'monatsende|am monatsende|zum monatsende|monatsletzten|am monatsletzten|ultimo',
      'nth:1:day':
        'monatsanfang|am monatsanfang|zum monatsanfang|monatsersten|am monatsersten|zum monatsersten',
      'every:month nth:-1:day': 'jedes monatsende|an jedem monatsende|immer am monatsende',
      'every:month nth:1:day':
        'jeden monatsanfang|immer am monatsanfang|an jedem monatsanfang|jeden monatsersten',
      'period:weekend:0': 'am wochenende|dieses wochenende',
      'day:0 part:night': 'heute nacht',
    },
    holiday: {
      '12-24': 'heiligabend|heilig abend|heiliger abend|weihnachten',
      '12-25': 'erster weihnachtstag|ersten weihnachtstag|1. weihnachtstag',
      '12-26': 'zweiter weihnachtstag|zweiten weihnachtstag|2. weihnachtstag',
      '12-31': 'silvester|sylvester',
      '1-1': 'neujahr|neujahrstag',
      '12-6': 'nikolaus|nikolaustag',
      '10-3': 'tag der deutschen einheit',
      '2-14': 'valentinstag',
      easter: 'Ostern|ostersonntag',
      'easter-2': 'Karfreitag',
      'easter-3': 'Gründonnerstag',
      'easter-7': 'Palmsonntag',
      'easter-46': 'Aschermittwoch',
      'easter-48': 'Rosenmontag',
      'easter+1': 'Ostermontag',
      'easter+39': 'Himmelfahrt|christi himmelfahrt|vatertag',
      'easter+49': 'Pfingsten|pfingstsonntag',
      'easter+50': 'Pfingstmontag',
      'easter+60': 'Fronleichnam',
      'thanksgiving+1': 'Black Friday',
      'thanksgiving+4': 'Cyber Monday',
      mothers: 'Muttertag',
      advent: 'Erster Advent|ersten advent|1. advent',
      'advent+7': 'Zweiter Advent|zweiten advent|2. advent',
      'advent+14': 'Dritter Advent|dritten advent|3. advent',
      'advent+21': 'Vierter Advent|vierten advent|4. advent',
    },
    in: 'in|binnen|nach|innerhalb von',
    hence: 'später|ab jetzt|von jetzt an|von nun an|ab sofort',
    base: 'nach|ab|von',
    side: { before: 'vor|vor dem|vor der', after: 'nach|nach dem|nach der' },
    now: 'jetzt|sofort|gleich|nun',
    at: 'um|@|gegen|ab etwa',
    on: 'am|an|den|auf',
    the: 'der|die|das|den|dem|des',
    of: 'im|in|von|vom|des|der|zum|zur',
    until:
      'bis|bis zum|bis zur|bis einschließlich|bis inklusive|endet am|bis inkl.|bis einschließlich zum|bis incl.',
    from: 'ab|ab dem|beginnend|beginnend am|beginnend mit|startend|startend am|von|vom|seit|beginn|beginn am|angefangen am|start am|ab sofort ab',
    fromAfter: 'an beginnend',
    rangeFrom: 'von|vom|montags von',
    for: 'für|für die nächsten|für die kommenden|in den nächsten|über',
    forAfter: 'lang|hindurch|über',
    times: 'mal|x|male',
    onceA: { 1: 'einmal', 2: 'zweimal', 3: 'dreimal', 4: 'viermal' },
    except:
      'außer|außer am|außer an|ausser|ausgenommen|ohne|mit ausnahme von|nur nicht|aber nicht|nicht am|außer im',
    between: 'zwischen',
    and: 'und|u.|sowie|&|und am|und um|dann',
    to: 'bis|-|bis zum|und bis',
    or: 'oder|bzw|beziehungsweise',
    glue: 'ca|ca.|circa|zirka|etwa|ungefähr|genau|pünktlich|punkt|bitte|so|jeweils|immer|schon|rund|exakt|die uhrzeit|mal',
    vague:
      'irgendwann|bald|demnächst|vielleicht|eventuell|evtl|manchmal|ab und zu|hin und wieder|gelegentlich|öfter|oft|regelmäßig|nie|niemals|irgendwie|nächstens|später',
    not: 'nicht|kein|keine|keinen',
    endOf: 'ende|am ende|ende des|zum ende',
    startOf: 'anfang|am anfang|anfang des|beginn des',
    zoneAfter: 'zeit|ortszeit|uhrzeit|normalzeit|sommerzeit|winterzeit|zeitzone',
    zoneBefore: 'zeit in|ortszeit in|zeitzone|zeit von',
    zoneOwn: 'ortszeit|meine zeit|meiner zeit|unserer zeit|hiesiger zeit|hier',
  },
  speech: deSpeech,
  starters: [
    'morgen um 9:00',
    'in 1 Stunde',
    'Montag um 9:00',
    'heute Abend um 20:00',
    'jeden Werktag um 9:00',
    'jeden Montag um 9:00',
    'jeden Tag um 9:00',
    'jeden zweiten Dienstag um 9:00',
    'am ersten Montag jedes Monats um 9:00',
    'am letzten Werktag jedes Monats um 17:00',
    'alle 2 Wochen am Freitag um 9:00',
  ],
}
