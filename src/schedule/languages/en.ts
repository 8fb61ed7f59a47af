import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { enSpeech } from './speech/en.ts'

const UNITS =
  'zero|oh,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,sixteen,seventeen,eighteen,nineteen'
const small = UNITS.split(',')
const tens = ['twenty', 'thirty', 'forty|fourty', 'fifty']
const numbers = [
  ...small,
  ...tens.flatMap((ten) =>
    ['', ...small.slice(1, 10)].map((unit) =>
      ten
        .split('|')
        .flatMap((word) => (unit === '' ? [word] : [`${word} ${unit}`, `${word}-${unit}`, `${word}${unit}`]))
        .join('|'),
    ),
  ),
  'sixty',
]
const ordinals: Record<string, string> = {
  '-1': 'last|final',
  '-2': 'second last|second-last|penultimate|next to last|next-to-last|last but one',
  ...counted([
    '',
    'first',
    'second',
    'third',
    'fourth|forth',
    'fifth',
    'sixth',
    'seventh',
    'eighth',
    'ninth',
    'tenth',
    'eleventh',
    'twelfth',
    'thirteenth',
    'fourteenth',
    'fifteenth',
    'sixteenth',
    'seventeenth',
    'eighteenth',
    'nineteenth',
    'twentieth',
    ...small.slice(1, 10).map((_, i) => `twenty-${FIRST(i)}|twenty ${FIRST(i)}|twenty${FIRST(i)}`),
    'thirtieth',
    'thirty-first|thirty first|thirtyfirst',
  ]),
}
delete ordinals['0']

function FIRST(index: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'][index] ?? ''
}

export const en: Language = {
  habits: { language: 'en', clock12: 'always', dateOrder: 'ask', ordinalDot: false },
  words: {
    ampm,
    number: {
      ...counted(numbers),
      2: 'two|a couple of|a couple|couple of|couple|a pair of',
      12: 'twelve|a dozen|dozen',
      1.5: 'one and a half',
    },
    article: 'a|an|another',
    ordinal: ordinals,
    ordinalEnd: 'st|nd|rd|th',
    weekday: {
      1: 'monday|mon|mo|mon.|monay|munday',
      2: 'tuesday|tue|tues|tu|tue.|tues.|teusday|tuseday',
      3: 'wednesday|wed|weds|wed.|wednsday|wensday|wednesay|wendsday',
      4: 'thursday|thu|thur|thurs|thu.|thurs.|thrusday|thurday|thr',
      5: 'friday|fri|fr|fri.|firday',
      6: 'saturday|sat|sat.|saterday|satuday',
      7: 'sunday|sun|sun.|sunay',
    },
    weekdays: {
      1: "mondays|mondays'|monday's",
      2: "tuesdays|tuesday's",
      3: "wednesdays|wednesday's|wednsdays",
      4: "thursdays|thursday's",
      5: "fridays|friday's",
      6: "saturdays|saturday's",
      7: "sundays|sunday's",
    },
    days: {
      '1-5':
        'weekday|weekdays|workday|workdays|working day|working days|work day|work days|business day|business days|week day|week days|business weekday',
      '6-7': 'weekends|weekend day|weekend days',
    },
    month: {
      1: 'january|jan|jan.|janurary|januray',
      2: 'february|feb|feb.|febuary|febr',
      3: 'march|mar|mar.',
      4: 'april|apr|apr.',
      5: 'may',
      6: 'june|jun|jun.',
      7: 'july|jul|jul.',
      8: 'august|aug|aug.',
      9: 'september|sep|sept|sep.|sept.|septmber',
      10: 'october|oct|oct.',
      11: 'november|nov|nov.|novemeber',
      12: 'december|dec|dec.|decemeber',
    },
    unit: {
      second: 'second|seconds|sec|secs',
      minute: 'minute|minutes|min|mins|minuets|minuts',
      hour: 'hour|hours|hr|hrs|huors',
      day: 'day|days|calendar day|calendar days',
      workday:
        'working day|working days|business day|business days|workday|workdays|work day|work days|weekday|weekdays|week day|week days',
      week: 'week|weeks|wk|wks',
      month: 'month|months|mo|mos|mth|mths',
      year: 'year|years|yr|yrs',
      weekend: 'weekend|weekends',
    },
    span: {
      30: 'half-hour|half hour|half-an-hour',
      15: 'quarter-hour|quarter hour',
      45: 'three quarters of an hour|three-quarters of an hour|3/4 of an hour|3/4 hour',
      20160: 'fortnight|fortnights',
    },
    half: 'half',
    quarter: 'quarter of',
    andHalf: 'and a half|and half|and 1/2',
    few: 'few|a few|several|some|many',
    ampmGlued: { am: 'a', pm: 'p' },
    part: {
      early: 'early morning|in the early morning|early in the morning|early',
      morning:
        'morning|in the morning|of the morning|during the morning|late morning|mid-morning|midmorning|mid morning|tomorning',
      noon: 'lunchtime|lunch time|at lunch|at lunchtime|around lunchtime|midday hour',
      afternoon:
        'afternoon|in the afternoon|of the afternoon|late afternoon|early afternoon|mid-afternoon|arvo|during the afternoon|late in the afternoon|early in the afternoon|teatime',
      evening: 'evening|in the evening|of the evening|early evening|during the evening|early in the evening',
      late: 'late evening|late in the evening|late at night|late night',
      night: 'night|at night|in the night|nighttime|night time|during the night',
      endOfDay:
        'end of day|eod|end of the day|close of business|cob|end of business|end of the business day|the end of the day|at the end of the day',
    },
    clock: {
      noon: 'noon|midday|mid-day|mid day|12 noon|high noon|noontime',
      midnight: 'midnight|mid-night|12 midnight',
    },
    oclock: { '': "o'clock|oclock|o clock", h: 'h|hours|hrs|hr' },
    shift: {
      30: 'half past|half after',
      15: 'quarter past|a quarter past|quarter after|a quarter after',
      '-15':
        'quarter to|a quarter to|quarter till|a quarter till|quarter of|a quarter of|quarter before|a quarter before|quarter til',
    },
    past: 'past|after',
    till: 'to|till|before|til|of',
    day: {
      0: 'today|tod|tdy|2day|this day',
      1: "tomorrow|tmrw|tmr|tomorow|tommorow|tommorrow|tomorrw|2morrow|2moro|tom|tmw|tomo|tomorrow's|the next day|next day|the following day|tmrrw|tomorro",
      2: 'the day after tomorrow|day after tomorrow|overmorrow|the day after tmrw|day after tmrw',
    },
    gone: "yesterday|ago|last night|yday|the day before yesterday|day before yesterday|earlier|back|last week|last month|last year|last weekend|previous|past week|past month|past year|the other day|yesterday's|yester|before now",
    next: { 1: 'next|the next|following|the following|nxt' },
    coming: 'upcoming|the upcoming|coming|the coming|this coming|this upcoming',
    this: 'this|current|the current',
    every: {
      '': 'every|all|each|ev|evry|every single|each and every',
      2: 'every other|every alternate|each other|alternate|alternating|every alternating|each alternate',
    },
    other: 'other|alternate|alternating',
    seq: {
      'day:0 part:night': 'tonight|tonite|2nite|2night|tonight at night|this night|to-night',
      'day:1 part:night': 'tomorrow night',
      'every:day':
        'daily|everyday|day-to-day|every day of the week|each day of the week|each and every day|all days|every single day|nightly at|once daily|once every day|all week|seven days a week|7 days a week',
      'every:day part:night': 'nightly|every night|each night|nights',
      'every:day part:morning': 'mornings|every morning|each morning|in the mornings',
      'every:day part:afternoon': 'afternoons|in the afternoons',
      'every:day part:evening': 'evenings|in the evenings',
      'every:week': 'weekly|once weekly|every single week|each and every week|week after week',
      'every:week:2': 'fortnightly|every fortnight|each fortnight|once a fortnight',
      'every:month': 'monthly|once monthly',
      quarter: 'quarterly|every quarter|each quarter|once a quarter',
      'every:month:6': 'semi-annually|semiannually|half-yearly|half yearly',
      'every:year': 'yearly|annually|annual|once yearly|per year|per annum',
      'every:hour': 'hourly',
      'every:minute:30': 'half-hourly|half hourly',
      every: 'per',
      'weekdays:1,2,3,4,5 part:evening': 'weeknights|weeknight|week nights|every weeknight',
      'every:day part:noon': 'lunchtimes',
      'period:week:2': 'week after next|the week after next',
      'period:month:2': 'month after next|the month after next',
    },
    holiday: {
      '12-25': 'christmas|christmas day|xmas|xmas day',
      '12-24': 'christmas eve|xmas eve',
      '12-26': 'boxing day',
      '12-31': "new year's eve|new years eve|nye|new year eve",
      '1-1': "new year's day|new years day|new year's|new year|new years",
      '2-14': "valentine's day|valentines day|valentine's|valentines",
      '10-31': 'halloween',
      '7-4': 'independence day',
      '4-1': "april fools' day|april fools|april fool's day",
      '3-17': "st patrick's day|st. patrick's day|saint patrick's day",
    },
    in: 'in|within|after|in another',
    hence: {
      '': "from now|hence|later|time|' time|out|from today's date",
      exact: 'from right now|from this moment|from this very moment|from exactly now|from the present moment',
    },
    base: 'from|after|following|since',
    now: 'now|right now|this moment|immediately|straight away|right away|at once|this instant|asap|as soon as possible',
    at: 'at|@|at exactly|at about|at around',
    on: 'on|upon|come',
    the: 'the',
    of: 'of|in|in the|during|of the',
    dayMark: 'day',
    rangeFrom: 'from',
    until:
      'until|till|til|through|thru|up to|ending|ends|ending on|up until|ending by|to|through to|up through|and ending|and ends on|ends on',
    from: 'starting|starting from|starting on|starting in|from|beginning|beginning on|beginning from|as of|effective|since|starts on|commencing|start on|starting at|and starting|start from|beginning in|beginning at',
    for: 'for|for the next|over the next|for a total of|during the next|lasting|only for',
    times: 'times|time|occurrences|occurrence|runs|repetitions|repeats|x|instances',
    onceA: { 1: 'once', 2: 'twice', 3: 'thrice' },
    except:
      'except|except on|except for|but not|excluding|not on|skipping|other than|but not on|except in|apart from|without|save|except every',
    between: 'between',
    and: 'and|&|plus|as well as|and also|and on|then|n',
    to: 'to|through|thru|until|till|til|-|up to',
    or: 'or|either|or maybe|and/or',
    glue: 'around|about|approximately|approx|approx.|circa|ca|ca.|exactly|sharp|on the dot|please|pls|roughly|just|more|single|precisely|also|the time of|~|promptly|ish',
    vague:
      'biweekly|bi-weekly|bimonthly|bi-monthly|biannually|fortnightly or so|sometime|some time|someday|some day|soon|later today|later|maybe|perhaps|possibly|probably|eventually|whenever|now and then|every now and then|every so often|from time to time|sometimes|occasionally|often|regularly|never|in a bit|in a while|shortly|anytime|any time|when possible|asap maybe|tbd|tba|a while|a bit|next time',
    not: "not|don't|do not|no|never|cancel|unless",
    endOf: 'end of|the end of|end',
    startOf: 'start of|the start of|beginning of|the beginning of',
    zoneAfter: {
      '': 'time|local time|time zone|timezone|clock|hours',
      standard: 'standard time|winter time',
      summer: 'daylight time|summer time|daylight saving time|daylight savings time',
    },
    zoneBefore: 'time in|local time in|the time in',
    zoneOwn: 'my time|our time|local time|my local time|my time zone|my timezone|our local time|here',
  },
  speech: enSpeech,
  starters: [
    'tomorrow 9:00',
    'in 1 hour',
    'monday 9:00',
    'next week monday 9:00',
    'tonight at 20:00',
    'every weekday at 9:00',
    'every monday at 9:00',
    'every day at 9:00',
    'every other tuesday at 9:00',
    'first monday of every month at 9:00',
    'last working day of every month at 17:00',
    'every 2 weeks on friday at 9:00',
  ],
}
