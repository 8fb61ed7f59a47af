/**
 * What people call zones beyond the last part of an IANA name. Data: one line per zone, the words folded or not.
 * A place with several zones stands under all of them, joined by "|".
 */
export const PLACES: Record<string, string> = {
  'America/New_York':
    'nyc|new york city|ny|boston|washington|washington dc|miami|atlanta|philadelphia|orlando|us east coast|us eastern|' +
    'east coast|eastern|eastern time|nueva york|nova york|nova iorque|new yorker|ニューヨーク|米国東部|东部|東部',
  'America/Chicago':
    'central|us central time|dallas|houston|austin|minneapolis|new orleans|nashville|us central|central time|シカゴ|米国中部',
  'America/Denver': 'colorado|salt lake city|us mountain|mountain time|mountain',
  'America/Los_Angeles':
    'la|san francisco|sf|seattle|san diego|silicon valley|las vegas|portland|west coast|us west coast|us pacific|' +
    'pacific|pacific time|california|kalifornien|californie|ロサンゼルス|サンフランシスコ|シアトル|カリフォルニア|米国太平洋|太平洋',
  'America/St_Johns': 'newfoundland|neufundland',
  'America/Halifax': 'atlantic time|atlantic standard time|nova scotia',
  'America/Anchorage': 'alaska|alaskan|alaska time',
  'Pacific/Honolulu': 'hawaii|havai|hawai|ハワイ|ホノルル',
  'America/Phoenix': 'arizona',
  'America/Toronto': 'ottawa|montreal|quebec|トロント',
  'America/Vancouver': 'バンクーバー',
  'America/Sao_Paulo': 'brasilia|rio|rio de janeiro|sampa|サンパウロ',
  'America/Argentina/Buenos_Aires':
    'buenos aires|argentina|argentinien|argentine|arjantin|アルゼンチン|ブエノスアイレス',
  'America/Mexico_City': 'ciudad de mexico|cdmx|mexico df|cidade do mexico|メキシコシティ',
  'America/Bogota': 'colombia|kolumbien|colombie|kolombiya|コロンビア',
  'America/Lima': 'peru|perou|ペルー',
  'America/Caracas': 'venezuela|ベネズエラ',
  'America/Santiago': 'santiago de chile',
  UTC: 'universal|coordinated universal|greenwich|greenwich mean|greenwich mean time|universal time|weltzeit|zulu',
  'Europe/London':
    'uk|britain|great britain|england|scotland|wales|edinburgh|manchester|united kingdom|british|uk time|londres|londra|' +
    'londoner|grossbritannien|royaume-uni|reino unido|ingiltere|inglaterra|angleterre|birlesik krallik|ロンドン|イギリス|英国',
  'Europe/Dublin': 'ireland|irland|irlande|irlanda|ダブリン|アイルランド',
  'Europe/Lisbon':
    'western european|portugal|portekiz|lisboa|lisbonne|lissabon|lizbon|lissaboner|porto|リスボン|ポルトガル',
  'Europe/Madrid':
    'spain|espana|spanien|espagne|ispanya|espanha|barcelona|madrider|マドリード|スペイン|バルセロナ',
  'Atlantic/Canary': 'canarias|kanaren|canary islands',
  'Europe/Paris': 'french|france|frankreich|fransa|francia|franca|pariser|lyon|marseille|パリ|フランス',
  'Europe/Berlin':
    'central european|central europe|mitteleuropäische|mitteleuropäischer|german|germany|deutschland|allemagne|alemania|almanya|alemanha|germania|berliner|berlim|munich|munchen|muenchen|münchen|' +
    'hamburg|frankfurt|cologne|koln|köln|koeln|dusseldorf|düsseldorf|stuttgart|leipzig|ベルリン|ドイツ|ミュンヘン',
  'Europe/Vienna':
    'austria|osterreich|österreich|autriche|avusturya|wien|vienne|viena|viyana|wiener|ウィーン|オーストリア',
  'Europe/Zurich':
    'switzerland|schweiz|suisse|suiza|svizzera|isvicre|suica|zürich|zurich|zuerich|geneva|genf|geneve|bern|basel|zuricher|スイス|チューリッヒ',
  'Europe/Rome': 'italy|italien|italie|italia|italya|roma|rom|milan|milano|mailand|ローマ|イタリア',
  'Europe/Amsterdam':
    'netherlands|holland|niederlande|pays-bas|paises bajos|hollanda|holanda|アムステルダム|オランダ',
  'Europe/Brussels':
    'belgium|belgien|belgique|belgica|belcika|bruxelles|brussel|brüssel|bruselas|bruxelas|ベルギー',
  'Europe/Copenhagen': 'denmark|danemark|dänemark|dinamarca|danimarka|kopenhagen|copenhague|kobenhavn',
  'Europe/Stockholm': 'sweden|schweden|suede|suecia|isvec|ストックホルム',
  'Europe/Oslo': 'norway|norwegen|norvege|noruega|norvec',
  'Europe/Helsinki': 'finland|finnland|finlande|finlandia|finlandiya',
  'Europe/Warsaw':
    'poland|polen|pologne|polonia|polonya|warschau|varsovie|varsovia|warszawa|krakow|ワルシャワ',
  'Europe/Prague': 'czechia|czech republic|tschechien|prag|praha|praga',
  'Europe/Athens':
    'greece|griechenland|grece|grecia|yunanistan|athen|athenes|atenas|atina|eastern european|eastern europe',
  'Europe/Kyiv': 'kiev|kyiv|kiew|ukraine|ukrayna|ucrania',
  'Europe/Moscow': 'moskau|moscou|moscu|moskova|moskva|モスクワ',
  'Europe/Istanbul':
    'turkey|turkiye|türkiye|türkei|turkei|tuerkei|turquie|turquia|ankara|izmir|turkish|estambul|istambul|istanbuler|イスタンブール|トルコ',
  'Asia/Jerusalem': 'israel|tel aviv|tel-aviv|イスラエル',
  'Asia/Dubai': 'uae|abu dhabi|emirates|dubai|dubaï|gulf|ドバイ',
  'Asia/Riyadh': 'saudi arabia|ksa|saudi',
  'Asia/Karachi': 'pakistan|islamabad|lahore',
  'Asia/Kolkata':
    'india standard|indian standard|india|indien|inde|hindistan|indian|mumbai|bombay|delhi|new delhi|bangalore|bengaluru|chennai|calcutta|kolkata|hyderabad|インド',
  'Asia/Kathmandu': 'nepal|kathmandu|katmandu',
  'Asia/Dhaka': 'bangladesh',
  'Asia/Bangkok': 'thailand|thaïlande|tailandia|バンコク|タイ',
  'Asia/Ho_Chi_Minh': 'vietnam|saigon|hanoi|ho chi minh city|ベトナム',
  'Asia/Jakarta': 'ジャカルタ',
  'Asia/Singapore': 'singapur|singapour|singapura|シンガポール',
  'Asia/Kuala_Lumpur': 'malaysia',
  'Asia/Manila': 'philippines|philippinen|フィリピン',
  'Asia/Hong_Kong': 'hongkong|hong kong|香港',
  'Asia/Shanghai': 'china|beijing|peking|pekin|shenzhen|chine|cin|中国|北京|上海',
  'Asia/Taipei': 'taiwan|台北|台湾',
  'Asia/Seoul': 'korea|south korea|südkorea|coree|corea|korean|ソウル|韓国',
  'Asia/Tokyo': 'japan|japon|japonya|japao|giappone|tokio|osaka|kyoto|japanese|日本|東京|大阪',
  'Australia/Sydney': 'canberra|australian eastern|シドニー',
  'Australia/Melbourne': 'メルボルン',
  'Australia/Perth': 'western australia|australian western',
  'Pacific/Auckland': 'new zealand|nz|neuseeland|wellington|オークランド|ニュージーランド',
  'Africa/Johannesburg': 'south africa|südafrika|cape town',
  'Africa/Lagos': 'nigeria|west africa',
  'Africa/Nairobi': 'kenya|east africa',
  'Africa/Cairo': 'egypt|ägypten|kairo|misir|le caire|カイロ',
  'America/New_York|America/Chicago|America/Denver|America/Los_Angeles':
    'us|usa|united states|amerika|アメリカ|estados unidos|etats-unis',
  'America/Toronto|America/Winnipeg|America/Edmonton|America/Vancouver': 'canada|kanada|カナダ',
  'Australia/Sydney|Australia/Adelaide|Australia/Perth':
    'australia|australien|australie|avustralya|オーストラリア',
  'America/Sao_Paulo|America/Manaus': 'brazil|brasil|brasilien|bresil|brezilya|ブラジル',
  'America/Mexico_City|America/Tijuana': 'mexico|mexiko|mexique|meksika|メキシコ',
  'Europe/Moscow|Asia/Yekaterinburg|Asia/Vladivostok': 'russia|russland|russie|rusya|rusia',
  'Asia/Jakarta|Asia/Makassar|Asia/Jayapura': 'indonesia|indonesien',
}

/** Abbreviations that follow the clock changes of a place. Sources: CLDR's generic names, and what people mean by them. */
export const CLOCK_NAMES: Record<string, string> = {
  PT: 'America/Los_Angeles',
  MT: 'America/Denver',
  CT: 'America/Chicago',
  ET: 'America/New_York',
  CET: 'Europe/Berlin',
  MEZ: 'Europe/Berlin',
  MET: 'Europe/Berlin',
  EET: 'Europe/Athens',
  WET: 'Europe/Lisbon',
  MSK: 'Europe/Moscow',
  TRT: 'Europe/Istanbul',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  SGT: 'Asia/Singapore',
  HKT: 'Asia/Hong_Kong',
  PHT: 'Asia/Manila',
  MYT: 'Asia/Kuala_Lumpur',
  WIB: 'Asia/Jakarta',
  ICT: 'Asia/Bangkok',
  PKT: 'Asia/Karachi',
  NPT: 'Asia/Kathmandu',
  GST: 'Asia/Dubai',
  AWST: 'Australia/Perth',
  // Queensland and the Northern Territory keep these all year.
  AEST: 'Australia/Brisbane',
  ACST: 'Australia/Darwin',
  IRST: 'Asia/Tehran',
  UZT: 'Asia/Tashkent',
  CLT: 'America/Santiago',
  VET: 'America/Caracas',
  WITA: 'Asia/Makassar',
  NT: 'America/St_Johns',
  UK: 'Europe/London',
  AET: 'Australia/Sydney',
  ACT: 'Australia/Adelaide',
  NZT: 'Pacific/Auckland',
  SAST: 'Africa/Johannesburg',
  EAT: 'Africa/Nairobi',
  WAT: 'Africa/Lagos',
  CAT: 'Africa/Maputo',
  BRT: 'America/Sao_Paulo',
  ART: 'America/Argentina/Buenos_Aires',
  COT: 'America/Bogota',
  PET: 'America/Lima',
  HST: 'Pacific/Honolulu',
  UTC: 'UTC',
  GMT: 'UTC',
  Z: 'UTC',
  ZULU: 'UTC',
  AOE: '-12:00',
}

/** Abbreviations of one half of the year: the offset they name, and the place that has them. */
export const SEASON_NAMES: Record<string, readonly [offset: string, place: string]> = {
  EST: ['-05:00', 'America/New_York'],
  EDT: ['-04:00', 'America/New_York'],
  CDT: ['-05:00', 'America/Chicago'],
  MST: ['-07:00', 'America/Denver'],
  MDT: ['-06:00', 'America/Denver'],
  PST: ['-08:00', 'America/Los_Angeles'],
  PDT: ['-07:00', 'America/Los_Angeles'],
  AKST: ['-09:00', 'America/Anchorage'],
  AKDT: ['-08:00', 'America/Anchorage'],
  ADT: ['-03:00', 'America/Halifax'],
  NST: ['-03:30', 'America/St_Johns'],
  NDT: ['-02:30', 'America/St_Johns'],
  BRST: ['-02:00', 'America/Sao_Paulo'],
  CEST: ['+02:00', 'Europe/Berlin'],
  MESZ: ['+02:00', 'Europe/Berlin'],
  EEST: ['+03:00', 'Europe/Athens'],
  WEST: ['+01:00', 'Europe/Lisbon'],
  BST: ['+01:00', 'Europe/London'],
  IDT: ['+03:00', 'Asia/Jerusalem'],
  AEDT: ['+11:00', 'Australia/Sydney'],
  ACDT: ['+10:30', 'Australia/Adelaide'],
  NZST: ['+12:00', 'Pacific/Auckland'],
  NZDT: ['+13:00', 'Pacific/Auckland'],
}

/** Abbreviations that mean different things to different people. */
export const SEVERAL_NAMES: Record<string, readonly string[]> = {
  IST: ['Asia/Kolkata', 'Asia/Jerusalem', 'Europe/Dublin'],
  CST: ['America/Chicago', 'Asia/Shanghai'],
  AST: ['America/Halifax', 'Asia/Riyadh'],
  SST: ['Asia/Singapore', 'Pacific/Pago_Pago'],
  AMT: ['America/Manaus', 'Asia/Yerevan'],
}

/** English words and words of other languages: as abbreviations they count in capitals only. */
export const ALSO_WORDS = new Set(['ART', 'CAT', 'EAT', 'PET', 'WEST', 'ACT', 'MET', 'COT', 'Z', 'AET'])
