import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { trSpeech } from './speech/tr.ts'

/** Every number up to twelve with the endings a time takes: "dokuz", "dokuza", "dokuzu", "dokuzda". */
const CASED = [
  'sıfır',
  'bir|biri|bire|birde|birden',
  'iki|ikiyi|ikiye|ikide|ikiden',
  'üç|üçü|üçe|üçte|üçten',
  'dört|dördü|dörde|dörtte|dörtten',
  'beş|beşi|beşe|beşte|beşten',
  'altı|altıyı|altıya|altıda|altıdan',
  'yedi|yediyi|yediye|yedide|yediden',
  'sekiz|sekizi|sekize|sekizde|sekizden',
  'dokuz|dokuzu|dokuza|dokuzda|dokuzdan',
  'on|onu|ona|onda|ondan',
  'on bir|on biri|on bire|on birde|onbir|onbiri|onbire|onbirde',
  'on iki|on ikiyi|on ikiye|on ikide|oniki|onikiyi|onikiye|onikide',
]
const units = ['', 'bir', 'iki', 'üç', 'dört', 'beş', 'altı', 'yedi', 'sekiz', 'dokuz']
const tens = ['on', 'yirmi', 'otuz', 'kırk', 'elli']
const numbers: string[] = [...CASED]
for (let n = 13; n < 60; n += 1) {
  const ten = tens[Math.floor(n / 10) - 1] ?? ''
  const unit = units[n % 10] ?? ''
  const cased = (CASED[n % 10] ?? '').split('|').map((one) => `${ten} ${one}`)
  numbers.push(unit === '' ? `${ten}|${ten}de|${ten}da` : `${cased.join('|')}|${ten}${unit}`)
}
const ordinals: Record<string, string> = {
  '-1': 'son|sonuncu',
  '-2': 'sondan ikinci|sondan bir önceki',
  1: 'ilk|birinci',
  2: 'ikinci',
  3: 'üçüncü',
  4: 'dördüncü',
  5: 'beşinci',
  6: 'altıncı',
  7: 'yedinci',
  8: 'sekizinci',
  9: 'dokuzuncu',
  10: 'onuncu',
}

const DAYS = ['pazartesi', 'salı', 'çarşamba', 'perşembe', 'cuma', 'cumartesi', 'pazar']
const SHORT = ['pzt|pts', 'sal', 'çar|çrş', 'per|prş', 'cum', 'cmt|cts', 'paz']
/** Endings: on, to, from, its, of. The dative after the possessive is for "ilk pazartesisine". */
const ENDED = [
  'pazartesiye|pazartesiden|pazartesisi|pazartesinin|pazartesisinde|pazartesiyi|pazartesini',
  'salıya|salıdan|salısı|salının|salısında|salıyı',
  'çarşambaya|çarşambadan|çarşambası|çarşambanın|çarşambasında|çarşambayı',
  'perşembeye|perşembeden|perşembesi|perşembenin|perşembesinde|perşembeyi',
  'cumaya|cumadan|cuması|cumanın|cumasında|cumayı',
  'cumartesiye|cumartesiden|cumartesisi|cumartesinin|cumartesisinde|cumartesiyi',
  'pazara|pazardan|pazarı|pazarın|pazarında',
]
const PLURALS = [
  'pazartesileri',
  'salıları',
  'çarşambaları',
  'perşembeleri',
  'cumaları',
  'cumartesileri',
  'pazarları',
]
const weekday: Record<string, string> = {}
const weekdays: Record<string, string> = {}
const days: Record<string, string> = {
  '1-5': 'hafta içi|haftaiçi|hafta içleri|hafta içinde|iş günleri|iş günlerinde|iş günü',
  '6-7': 'hafta sonları|haftasonları|hafta sonlarında',
}
const everyOther: Record<string, string> = {}
DAYS.forEach((day, i) => {
  const number = String(i + 1)
  const onDay = `${day} günü|${day} gününe|${day} gününden|${day} gününde|${day} günün`
  weekday[number] = `${day}|${SHORT[i]}|${ENDED[i]}|${onDay}`
  weekdays[number] = `${PLURALS[i]}|${day} günleri|${day} akşamları`
  everyOther[`every:week:2 weekday:${number}`] = `iki haftada bir ${day}|iki haftada bir ${day} günü`
  DAYS.forEach((last, j) => {
    if (i === j) return
    const to = ENDED[j]?.split('|')[0]
    const from = ENDED[i]?.split('|')[1]
    days[`${i + 1}-${j + 1}`] = [
      days[`${i + 1}-${j + 1}`],
      `${from} ${to}`,
      `${from} ${to} kadar`,
      `${day} ile ${last} arası`,
    ]
      .filter(Boolean)
      .join('|')
  })
})

const MONTHS = [
  'ocak',
  'şubat',
  'mart',
  'nisan',
  'mayıs',
  'haziran',
  'temmuz',
  'ağustos',
  'eylül',
  'ekim',
  'kasım',
  'aralık',
]
const MONTH_SHORT = ['oca', 'şub', 'mar', 'nis', 'may', 'haz', 'tem', 'ağu', 'eyl', 'eki', 'kas', 'ara']
const MONTH_ENDED = [
  'ocakta|ocağa|ocağın|ocaktan',
  'şubatta|şubata|şubatın|şubattan',
  'martta|marta|martın|marttan',
  'nisanda|nisana|nisanın|nisandan',
  'mayısta|mayısa|mayısın|mayıstan',
  'haziranda|hazirana|haziranın|hazirandan',
  'temmuzda|temmuza|temmuzun|temmuzdan',
  'ağustosta|ağustosa|ağustosun|ağustostan',
  'eylülde|eylüle|eylülün|eylülden',
  'ekimde|ekime|ekimin|ekimden',
  'kasımda|kasıma|kasımın|kasımdan',
  'aralıkta|aralığa|aralığın|aralıktan',
]
const month: Record<string, string> = {}
MONTHS.forEach((name, i) => {
  const ofMonth = `${name} ayı|${name} ayında|${name} ayının|${name} ayına|${name} ayından`
  month[String(i + 1)] = `${name}|${MONTH_SHORT[i]}|${MONTH_ENDED[i]}|${ofMonth}`
})

const locative = "'de|'da|'te|'ta|'nde|'nda"
const possessive =
  "'i|'ı|'u|'ü|'si|'sı|'inde|'ında|'unda|'ünde|'sinde|'sında|'ine|'ına|'una|'üne|'inden|'ından|'undan|'ünden"
const dative = "'e|'a|'ye|'ya|'yi|'yı|'yu|'yü"

export const tr: Language = {
  habits: { language: 'tr', clock12: 'plain', dateOrder: 'dmy', ordinalDot: true },
  words: {
    ampm,
    number: counted(numbers),
    article: 'bir',
    ordinal: ordinals,
    ordinalEnd: "'inci|'ıncı|'uncu|'üncü|'nci|'ncı|'ncu|'ncü|inci|ıncı|uncu|üncü|nci|ncı",
    weekday,
    weekdays,
    days,
    month,
    unit: {
      second: 'saniye|saniyede',
      minute: 'dakika|dakikada|dk|dakikalık|dakikaya',
      hour: 'saat|saatte|saatlik|sa',
      day: 'gün|günde|günü|günün|günlük|günler',
      workday: 'iş günü|iş gününde|iş gününün|işgünü|iş gününe',
      week: 'hafta|haftada|haftanın|haftaya',
      month: 'ay|ayda|ayın|ayının|aya|aylık',
      year: 'yıl|yılda|yılın|sene|senede|yıla',
      weekend: 'hafta sonu|haftasonu|hafta sonunda|hafta sonuna',
    },
    workday: 'iş günü|iş gününde|iş gününe|işgünü',
    span: { 15: 'çeyrek saat', 30: 'yarım saat|yarım saatte', 45: 'üç çeyrek saat' },
    half: 'yarım',
    andHalf: 'buçuk',
    few: 'birkaç|bir kaç|birçok|bazı|bir iki',
    part: {
      early: 'sabah erken|erken|sabaha karşı|erkenden|sabahın köründe',
      morning: 'sabah|sabahı|sabahleyin|sabahları|sabahtan|öğleden önce|sabahında|sabahın',
      noon: 'öğlen|öğle|öğleyin|öğle vakti|öğlende|öğle arası',
      afternoon: 'öğleden sonra|öğleden sonrası|ikindi|öğleden sonraları|ikindi vakti',
      evening: 'akşam|akşamı|akşamleyin|akşamüstü|akşamları|akşamında|akşama|akşamın',
      late: 'gece geç|geç saatte',
      night: 'gece|geceleyin|gecesi|geceleri|geceye|gecenin',
      endOfDay: 'gün sonu|gün sonunda|mesai bitimi|mesai bitiminde|günün sonunda|mesai sonu',
    },
    clock: { noon: 'tam öğle', midnight: 'gece yarısı|geceyarısı|gece yarısında' },
    oclock: { '': `${locative}|${dative}|'i|'ı|'u|'ü|sularında|suları|civarı|civarında`, h: 'h' },
    shiftAfter: {
      30: "buçuk|buçukta|buçuğa|buçuğu|'buçuk",
      15: 'çeyrek geçe|çeyrek geçiyor|çeyrek geçerken',
      '-15': 'çeyrek kala|çeyrek var',
    },
    pastAfter: 'geçe|geçiyor|dakika geçe',
    tillAfter: 'kala|var|dakika kala',
    minuteMark: 'dakika|dk',
    dayMarkAfter: possessive,
    day: {
      0: 'bugün|bu gün|bügün',
      1: 'yarın|yarin|yarına',
      2: 'öbür gün|yarından sonraki gün|ertesi günün ertesi|yarından sonra',
    },
    gone: 'dün|evvelsi gün|önceki gün|önce|evvel|geçen|geçtiğimiz|dünkü',
    next: { 1: 'gelecek|bir sonraki|sonraki', 2: 'öbür|ondan sonraki' },
    coming: 'önümüzdeki|bu gelecek',
    this: 'bu',
    every: { '': 'her|her bir' },
    everyAfter: 'bir|bir kez|bir kere|bir defa|arayla|arayla bir',
    other: 'öteki',
    seq: {
      ...everyOther,
      'day:0 part:evening': 'bu akşam|bugün akşam|akşama',
      'day:0 part:morning': 'bu sabah|bugün sabah',
      'day:0 part:night': 'bu gece|bugün gece',
      'every:day':
        'günlük|hergün|haftanın her günü|haftanın her gününde|her allahın günü|günde bir|günde bir kez',
      'every:day:2': 'gün aşırı|günaşırı|iki günde bir',
      'every:day part:morning': 'her sabah|sabahları',
      'every:day part:evening': 'her akşam|akşamları',
      'every:day part:night': 'her gece|geceleri',
      'every:week': 'haftalık|haftada bir|haftada bir kez',
      'every:week:2': 'iki haftada bir|on beş günde bir|15 günde bir',
      'every:month': 'ayda bir|aylık olarak|ayda bir kez',
      'every:month:3': 'üç ayda bir|her çeyrekte',
      'every:month:6': 'altı ayda bir',
      'every:year': 'yıllık|yılda bir|yılda bir kez|her sene',
      'every:hour': 'saat başı|her saat başı|saatlik|saatte bir',
      'every:minute:30': 'yarım saatte bir|her yarım saatte|her yarım saatte bir',
      'weekdays:6,7': 'her hafta sonu|her haftasonu',
      'period:week:1': 'haftaya|gelecek hafta',
      'day:7': 'haftaya bugün',
      'day:8': 'haftaya yarın',
      'period:weekend': 'hafta sonu|haftasonu|hafta sonunda',
      'period:weekend:0': 'bu hafta sonu',
      ofMonth: 'ayın|bu ayın',
      'nth:1:day': 'ay başı|ay başında',
      'nth:-1:day': 'ay sonu|ay sonunda|ay sonuna|ayın sonunda|ayın sonu',
      'every:month nth:-1:day': 'her ay sonu|her ay sonunda|her ayın sonunda|her ayın sonu',
    },
    holiday: {
      '1-1': 'yılbaşı günü',
      '12-31': 'yılbaşı gecesi|yılbaşı akşamı',
      '2-14': 'sevgililer günü',
      '10-29': 'cumhuriyet bayramı|cumhuriyet bayramında',
    },
    hence: 'sonra|içinde|içerisinde|sonraya|sonrasında|sonrası|sonrasına',
    now: 'şimdi|hemen|şu an|derhal',
    endAfter: 'sonu|sonuna|sonunda|sonundan|ayı sonu|ayı sonuna|ayının sonuna|ayının sonunda',
    at: 'saat|@|saatte|saati|saatinde',
    on: 'günü|tarihinde|tarihi',
    the: '',
    of: 'ayın|ayının',
    dayMark: 'ayın',
    untilAfter: 'tarihine kadar|kadar|dek|değin|e kadar',
    fromAfter:
      "itibaren|başlayarak|'den itibaren|'dan itibaren|'ten itibaren|'tan itibaren|başlayan|itibariyle|başlamak üzere",
    forAfter: 'boyunca|süreyle|süresince',
    times: 'kez|kere|defa',
    onceA: { 1: 'bir kez|bir kere|bir defa', 2: 'iki kez|iki kere|iki defa', 3: 'üç kez|üç kere' },
    exceptAfter: 'hariç|dışında|haricinde',
    and: 've|&|ile',
    to: 'ile|-|ila',
    or: 'veya|ya da|yahut',
    glue: `yaklaşık|tam|tam olarak|lütfen|gibi|sularında|civarında|arası|arasında|olmak üzere|${locative}|${dative}|'den|'dan|'ten|'tan|'nin|'nın|'nun|'nün|'in|'ın|'un|'ün|günü`,
    vague:
      'bir gün|yakında|belki|daha sonra|bazen|ara sıra|arada sırada|arada bir|sık sık|asla|hiç|düzenli|bir ara|sonra görüşürüz',
    not: 'değil|hiçbir',
    zoneAfter: 'saati|saatiyle|saati ile|saatine göre|saatinde|zamanı',
    zoneOwn:
      'yerel saat|yerel saatle|yerel saatiyle|benim saatim|benim saatimle|bizim saatimizle|kendi saatimle',
  },
  speech: trSpeech,
  starters: [
    'yarın saat 9:00',
    '1 saat sonra',
    'pazartesi saat 9:00',
    'bu akşam saat 20:00',
    'her iş günü saat 9:00',
    'her pazartesi saat 9:00',
    'her gün saat 9:00',
    'her ayın ilk pazartesi günü saat 9:00',
    'her ayın son iş günü saat 17:00',
    'iki haftada bir cuma saat 9:00',
  ],
}
