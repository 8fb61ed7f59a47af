/** Days that the calendar gives another date each year, by the names that the tables of words use for them. */
const FEASTS: Record<string, (year: number) => Temporal.PlainDate> = {
  easter,
  /** The first Sunday of Advent. */
  advent: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 11, day: 27 }), 7),
  mothers: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 5, day: 8 }), 7),
  fathers: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 6, day: 15 }), 7),
  mlk: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 1, day: 15 }), 1),
  presidents: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 2, day: 15 }), 1),
  memorial: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 5, day: 25 }), 1),
  labor: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 9, day: 1 }), 1),
  thanksgiving: (year) => weekdayFrom(Temporal.PlainDate.from({ year, month: 11, day: 22 }), 4),
}

/** Not the same day in every country: which one is meant is said with the reading. */
const NOTES: Record<string, string> = {
  mothers: 'That is Mother’s Day as in Brazil, Germany and the United States: the second Sunday of May.',
  fathers: 'That is Father’s Day as in Britain and the United States: the third Sunday of June.',
  labor: 'Labor Day is that of the United States.',
  thanksgiving: 'Thanksgiving is that of the United States.',
}

/**
 * The day of a feast in a year.
 *
 * @param name as the tables write it: `easter`, `easter-2` for the second day before it, `thanksgiving+1`
 */
export function feastDay(name: string, year: number): Temporal.PlainDate {
  const { feast, days } = partsOf(name)
  const dayIn = FEASTS[feast]
  if (dayIn === undefined) throw new TypeError(`No such feast in a table: ${name}`)
  return dayIn(year).add({ days })
}

/** Whether a date is that day of its year, `MM-DD` or a feast. */
export const isDayOfYear = (day: string, date: Temporal.PlainDate): boolean =>
  /^\d/.test(day) ? date.toString().endsWith(`-${day}`) : feastDay(day, date.year).equals(date)

/** What is said with it, where countries differ. */
export const noteOfFeast = (name: string): string | undefined => NOTES[partsOf(name).feast]

function partsOf(name: string): { feast: string; days: number } {
  const [, feast = '', days = '0'] = /^([a-z]+)([+-]\d+)?$/.exec(name) ?? []
  return { feast, days: Number(days) }
}

/** That weekday (1 Monday to 7), on a day or after it. */
const weekdayFrom = (day: Temporal.PlainDate, weekday: number): Temporal.PlainDate =>
  day.add({ days: (weekday - day.dayOfWeek + 7) % 7 })

/** Easter Sunday of the Western churches: https://en.wikipedia.org/wiki/Date_of_Easter#Anonymous_Gregorian_algorithm */
function easter(year: number): Temporal.PlainDate {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const corrected = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - Math.floor(century / 4) - corrected + 15) % 30
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451)
  const day = epact + toSunday - 7 * late + 114
  return Temporal.PlainDate.from({ year, month: Math.floor(day / 31), day: (day % 31) + 1 })
}
