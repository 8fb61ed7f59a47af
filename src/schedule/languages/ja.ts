import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { jaSpeech } from './speech/ja.ts'

const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']
const numbers = ['零|〇|ゼロ', ...digits.slice(1)]
for (let n = 10; n < 60; n += 1) {
  const ten = Math.floor(n / 10)
  numbers.push(`${ten === 1 ? '' : digits[ten]}十${digits[n % 10]}`)
}

const KANJI = ['月', '火', '水', '木', '金', '土', '日']
const KANA = ['げつようび', 'かようび', 'すいようび', 'もくようび', 'きんようび', 'どようび', 'にちようび']
const weekday: Record<string, string> = {}
KANJI.forEach((day, i) => {
  weekday[String(i + 1)] = `${day}曜日|${day}曜|${day}|(${day})|${KANA[i]}`
})

export const ja: Language = {
  habits: { language: 'ja', clock12: 'never', dateOrder: 'ymd', ordinalDot: false },
  words: {
    ampm,
    ampmBefore: { am: '午前|am|AM|ごぜん', pm: '午後|pm|PM|ごご' },
    number: counted(numbers),
    ordinal: { '-1': '最終|最後の|最後', 1: '最初の|最初', '-2': '最後から二番目の|最後から2番目の' },
    ordinalMark: '第',
    weekday,
    days: { '1-5': '平日|ウィークデー|平日の', '6-7': '土日|週末ごと|土日祝' },
    month: {},
    unit: {
      second: '秒|秒間',
      minute: '分|分間',
      hour: '時間',
      day: '日|日間',
      workday: '営業日|平日|稼働日',
      week: '週間|週',
      month: 'か月|ヶ月|カ月|ケ月|ヵ月|箇月|個月|か月間|ヶ月間',
      year: '年|年間',
      weekend: '週末',
    },
    span: { 30: '半時間' },
    andHalf: '半',
    few: '数|何|いくつか',
    part: {
      early: '早朝|朝早く',
      morning: '朝|午前中|午前|あさ|午前に|朝方',
      noon: '昼|お昼|昼間|ひる|正午頃|昼休み',
      afternoon: '午後|昼過ぎ|午後に',
      evening: '夕方|夕|夕刻|ゆうがた|夕べ',
      night: '夜|晩|夜中|深夜|よる|夜間',
      endOfDay: '終業時|一日の終わり|業務終了時',
    },
    clock: { noon: '正午', midnight: '真夜中|午前0時|深夜0時|深夜零時|午前零時' },
    oclock: { h: '時' },
    minuteMark: '分',
    shiftAfter: { 30: '半' },
    tillAfter: '前',
    day: { 0: '今日|本日|きょう|当日', 1: '明日|あした|あす', 2: '明後日|あさって', 3: '明々後日|しあさって|明明後日' },
    gone: '昨日|きのう|一昨日|おととい|先週|先月|昨年|去年|昨夜|昨晩|前|さっき|先日',
    next: { 1: '翌' },
    coming: '次|次の|つぎの|今度の|今度|こんどの',
    this: '今|この|今の',
    every: { '': '毎|各|毎回' },
    everyAfter: 'ごと|ごとに|毎|毎に|おきに|ごとの|に一度|に1度|に一回|に1回',
    yearMark: '年',
    monthMark: '月',
    dayMarkAfter: '日',
    seq: {
      'day:0 part:night': '今夜|今晩|こんや|こんばん',
      'day:0 part:morning': '今朝|けさ',
      'day:0 part:evening': '今夕|今日の夕方',
      'day:1 part:morning': '明朝|翌朝',
      'day:1 part:night': '明晩',
      'every:day': '毎日|日々|まいにち|デイリー',
      'every:day:2': '隔日|一日おき|1日おき',
      'every:day part:morning': '毎朝|まいあさ',
      'every:day part:evening': '毎夕',
      'every:day part:night': '毎晩|毎夜|まいばん',
      'every:week': '毎週|まいしゅう|週に一回|週1回|週一|週次',
      'every:week:2': '隔週|一週間おき|1週間おき',
      'every:month': '毎月|まいつき|月に一回|月1回|月次',
      'every:month:2': '隔月',
      'every:year': '毎年|まいとし|毎年の|年に一回',
      'every:hour': '毎時|一時間ごと|毎時間',
      'every:minute:30': '半時間ごと|半時間ごとに',
      'weekdays:6,7': '毎週末|毎週土日',
      'weekdays:1,2,3,4,5': '毎平日',
      'period:week:0': '今週',
      'period:week:1': '来週|らいしゅう|次週|翌週',
      'period:week:2': '再来週|さらいしゅう',
      'period:month:0': '今月|当月',
      'period:month:1': '来月|らいげつ|翌月',
      'period:month:2': '再来月',
      'period:year:0': '今年|本年',
      'period:year:1': '来年|翌年',
      'period:weekend:0': '週末|今週末|この週末',
      'period:weekend:1': '来週末|次の週末',
      'nth:-1:day': '月末|末日|月の最終日|最終日',
      'nth:1:day': '月初|月初め|月のはじめ',
      'every:month nth:-1:day': '毎月末|毎月月末|毎月末日|毎月の末日|毎月の月末',
      'every:month nth:1:day': '毎月初|毎月月初',
    },
    holiday: { '1-1': '元日|元旦', '12-31': '大晦日|大みそか', '12-24': 'クリスマスイブ|クリスマスイヴ', '12-25': 'クリスマス', '2-14': 'バレンタインデー' },
    hence: '後|後に|あと|あとに|経ったら|たったら|のち|後の',
    now: '今すぐ|すぐに|いま|直ちに',
    on: 'に|は|で|の|を|が|も',
    of: 'の',
    untilAfter: 'まで|迄|までに',
    fromAfter: 'から|以降|より|開始|スタート',
    forAfter: 'にわたって|続けて|の間',
    times: '回',
    exceptAfter: 'を除く|を除いて|以外|を除き|は除く',
    between: '',
    and: 'と|および|及び|そして',
    to: 'から|-|~|ー',
    or: 'または|もしくは|か|あるいは',
    glue: '頃|ごろ|ころ|ちょうど|だいたい|約|およそ|今から|いまから|の間|間|お願いします|きっかり|時点|です|ぐらい|くらい|ぴったり',
    vague: 'いつか|そのうち|たぶん|多分|後で|あとで|時々|ときどき|たまに|近いうち|よく',
    not: 'ない|しない',
    zoneAfter: '時間|時刻|標準時|時間で|現地時間|時間の',
    zoneOwn: '現地時間|こちらの時間|私の時間|自分の時間',
  },
  speech: jaSpeech,
}
