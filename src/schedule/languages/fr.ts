import { ampm, counted } from './common.ts'
import type { Language } from './language.ts'
import { frSpeech } from './speech/fr.ts'

const small =
  'zéro,un|une,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze,treize,quatorze,quinze,seize,dix-sept|dix sept,dix-huit|dix huit,dix-neuf|dix neuf'.split(
    ',',
  )
const numbers = [
  ...small,
  ...['vingt', 'trente', 'quarante', 'cinquante'].flatMap((ten) =>
    ['', ...small.slice(1, 10)].map((unit, i) => {
      if (unit === '') return ten
      if (i === 1) return `${ten} et un|${ten}-et-un|${ten} et une|${ten}-et-une`
      return `${ten}-${unit}|${ten} ${unit}`
    }),
  ),
  'soixante',
]
const ordinals: Record<string, string> = {
  '-1': 'dernier|dernière|derniers|dernières',
  '-2': 'avant-dernier|avant-dernière|avant dernier|avant dernière',
  1: 'premier|première|premiers',
  2: 'deuxième|second|seconde',
  3: 'troisième',
  4: 'quatrième',
  5: 'cinquième',
  6: 'sixième',
  7: 'septième',
  8: 'huitième',
  9: 'neuvième',
  10: 'dixième',
}
const DAYS = ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche']
const SHORT = ['lun', 'mar', 'mer', 'jeu', 'ven', 'sam', 'dim']
const weekday: Record<string, string> = {}
const weekdays: Record<string, string> = {}
const everyOther: Record<string, string> = {}
DAYS.forEach((day, i) => {
  const number = String(i + 1)
  weekday[number] = `${day}|${SHORT[i]}|${SHORT[i]}.`
  weekdays[number] = `${day}s|les ${day}s|le ${day}`
  everyOther[`every:week:2 weekday:${number}`] = `un ${day} sur deux|un ${day} sur 2`
})

export const fr: Language = {
  habits: { language: 'fr', clock12: 'never', dateOrder: 'dmy', ordinalDot: false },
  words: {
    ampm,
    number: counted(numbers),
    article: "un|une|l'",
    ordinal: ordinals,
    ordinalEnd: 'er|ère|ere|e|ème|eme|ième|nd|nde|ers',
    weekday,
    weekdays,
    days: {
      '1-5':
        'en semaine|jours ouvrés|jours ouvrables|jour ouvré|les jours ouvrés|les jours de semaine|jours de semaine|la semaine sauf le week-end|du lundi au vendredi',
      '6-7': 'les week-ends|les weekends|week-ends|weekends|les fins de semaine|le week-end|le weekend',
    },
    month: {
      1: 'janvier|janv|janv.|jan',
      2: 'février|févr|févr.|fév|fév.',
      3: 'mars|mar',
      4: 'avril|avr|avr.',
      5: 'mai',
      6: 'juin',
      7: 'juillet|juil|juil.|jul',
      8: 'août|aoû|aout',
      9: 'septembre|sept|sept.|sep',
      10: 'octobre|oct|oct.',
      11: 'novembre|nov|nov.',
      12: 'décembre|déc|déc.',
    },
    unit: {
      second: 'seconde|secondes|sec',
      minute: 'minute|minutes|min|mn',
      hour: 'heure|heures',
      day: 'jour|jours|journée|journées',
      workday: 'jour ouvré|jours ouvrés|jour ouvrable|jours ouvrables|jour de semaine|jour travaillé',
      week: 'semaine|semaines',
      month: 'mois',
      year: 'an|ans|année|années',
      weekend: 'week-end|weekend|week end|week-ends|weekends|fin de semaine|fins de semaine',
    },
    workday: 'jour ouvré|jour ouvrable|jour de semaine|jour travaillé',
    span: {
      15: "quart d'heure",
      30: 'demi-heure|demi heure|demie heure|demie-heure',
      45: "trois quarts d'heure|trois-quarts d'heure",
      90: 'heure et demie',
    },
    roundDays: { 7: 'huit jours|8 jours', 14: 'quinze jours|15 jours' },
    half: 'demi|demie',
    andHalf: 'et demie|et demi',
    few: 'quelques|plusieurs',
    part: {
      early: 'tôt le matin|au petit matin|de bonne heure|tôt',
      morning: 'matin|du matin|le matin|au matin|en matinée|dans la matinée|matinée|ce matin-là',
      noon: 'du midi|à midi pile|heure du déjeuner',
      afternoon:
        "après-midi|l'après-midi|de l'après-midi|dans l'après-midi|en après-midi|d'après-midi|aprem|cet aprem|après midi|l'après midi|de l'après midi|en fin d'après-midi|fin d'après-midi|en début d'après-midi|début d'après-midi|en milieu d'après-midi",
      evening: 'soir|du soir|le soir|au soir|en soirée|dans la soirée|soirée|en début de soirée',
      late: 'tard le soir|en fin de soirée|tard',
      night: 'nuit|de la nuit|la nuit|dans la nuit|pendant la nuit',
      endOfDay: 'fin de journée|en fin de journée|en fin de la journée|à la fin de la journée',
    },
    nightFrom: 'dans la nuit de|dans la nuit du|la nuit de|la nuit du|nuit de|nuit du',
    clock: { noon: 'midi|12 heures pile', midnight: 'minuit' },
    oclock: { h: 'h|heure|heures|hrs|h.' },
    minuteMark: 'minutes|min|mn',
    shiftAfter: {
      30: 'et demie|et demi|et demi.',
      15: 'et quart|un quart',
      '-15': 'moins le quart|moins quart|moins un quart',
    },
    minus: 'moins',
    plus: 'et',
    day: {
      0: "aujourd'hui|aujourd hui|aujourdhui|ce jour|auj",
      1: 'demain|dem|lendemain|le lendemain',
      2: 'après-demain|après demain|surlendemain',
    },
    gone: 'hier|avant-hier|avant hier|il y a|la veille|hier soir|passé|passée',
    lastMark: 'dernier|dernière|passé|passée',
    next: { 1: 'prochain|prochaine|le prochain|la prochaine|prochains' },
    nextAfter: 'prochain|prochaine|suivant|suivante|qui vient|à venir',
    this: 'ce|cet|cette|ces',
    every: {
      '': 'chaque|tous les|toutes les|tout les|à chaque|tous|toutes|par|de chaque',
      2: 'un sur deux',
    },
    other: 'autre|autres',
    seq: {
      ...everyOther,
      'day:0 part:evening': 'ce soir',
      'day:1 part:morning': 'demain matin',
      'every:day': 'quotidiennement|quotidien|chaque jour|au quotidien|journellement',
      'every:day:2': 'un jour sur deux|un jour sur 2',
      'every:day part:morning': 'tous les matins|chaque matin',
      'every:day part:evening': 'tous les soirs|chaque soir',
      'every:day part:night': 'toutes les nuits|chaque nuit',
      'every:week': 'hebdomadaire|hebdomadairement',
      'every:week:2': 'une semaine sur deux|une semaine sur 2|tous les quinze jours|tous les 15 jours',
      'every:month': 'mensuel|mensuellement',
      'every:month:2': 'un mois sur deux|un mois sur 2',
      quarter: 'trimestriel|trimestriellement|chaque trimestre|tous les trimestres',
      'every:month:6': 'semestriel|chaque semestre',
      'every:year': 'annuel|annuellement',
      'every:minute:30': 'toutes les demi-heures|chaque demi-heure',
      'every:minute:15': "tous les quarts d'heure|chaque quart d'heure",
      'weekdays:6,7': 'chaque week-end|tous les week-ends|chaque weekend|tous les weekends',
      'period:week:2': "la semaine d'après|dans la semaine d'après",
      'nth:-1:day': 'fin du mois|en fin de mois|à la fin du mois|fin de mois',
      'every:month nth:-1:day':
        'chaque fin de mois|tous les fins de mois|à chaque fin de mois|toutes les fins de mois',
    },
    holiday: {
      '12-25': 'noël|le jour de noël',
      '12-24': 'la veille de noël|réveillon de noël|veille de noël',
      '12-31': 'saint-sylvestre|la saint-sylvestre|réveillon du nouvel an',
      '1-1': "jour de l'an|le jour de l'an|nouvel an|le nouvel an",
      '7-14': 'fête nationale',
      '5-1': 'fête du travail',
      '2-14': 'saint-valentin|saint valentin|la saint-valentin',
      easter: 'Pâques|dimanche de pâques|le dimanche de pâques',
      'easter-2': 'vendredi saint',
      'easter+1': 'lundi de pâques|le lundi de pâques',
      'easter+39': "Ascension|l'ascension|jeudi de l'ascension",
      'easter+49': 'Pentecôte|la pentecôte',
      'easter+50': 'lundi de pentecôte|le lundi de pentecôte',
      'thanksgiving+1': 'Black Friday',
      'thanksgiving+4': 'Cyber Monday',
    },
    in: "dans|d'ici|au bout de|sous",
    hence: 'plus tard|à partir de maintenant|après maintenant',
    side: { before: 'avant', after: 'après' },
    weekAfter: { 1: 'en huit', 2: 'en quinze' },
    base: 'après|à partir de|à compter de|suivant',
    now: 'maintenant|tout de suite|immédiatement',
    at: 'à|a|@|vers|aux|pour|dès',
    on: 'le|au|en',
    the: "le|la|les|l'",
    of: "de|du|des|d'|en|au|dans|du mois de|au mois de|de la|de l'",
    dayMark: 'le|le jour|jour|au',
    until:
      "jusqu'à|jusqu'au|jusque|jusqu'en|jusqu'à la|jusqu'aux|jusqu’au|jusque fin|jusqu'à fin|jusqu'au mois de",
    from: "à partir de|à partir du|à partir d'|à compter du|à compter de|dès|dès le|depuis|depuis le|en commençant|commençant|commençant le|en commençant le|à dater du|débutant le|débutant|à partir de la",
    rangeFrom: 'de|du|des',
    for: 'pendant|durant|pour|pendant les|pendant les prochaines|pendant les prochains|sur',
    forAfter: 'durant',
    times: 'fois',
    onceA: { 1: 'une fois', 2: 'deux fois', 3: 'trois fois' },
    except:
      "sauf|sauf le|sauf les|hormis|excepté|à l'exception de|à l'exception du|mais pas|mais pas le|sauf en",
    between: 'entre',
    and: 'et|puis|&|ainsi que|et à|et le',
    to: "à|au|-|jusqu'à|et jusqu'à",
    or: 'ou|ou bien',
    glue: "environ|vers|exactement|pile|précises|précise|s'il vous plaît|svp|stp|juste|à peu près|aux alentours de|aux environs de|toujours",
    vague:
      'un jour|bientôt|peut-être|plus tard|parfois|de temps en temps|souvent|régulièrement|quelquefois|un de ces jours|jamais|prochainement',
    not: 'pas|ne|non',
    endOf: 'fin|la fin|fin de|la fin de|à la fin de|fin du',
    startOf: 'début|le début|début de|au début de|début du',
    zoneAfter: 'heure locale|time',
    zoneBefore: "heure de|heure d'|heure du|à l'heure de|à l'heure d'|heure des|heure en|heure",
    zoneOwn: 'heure locale|mon heure|notre heure|à mon heure|ici',
  },
  speech: frSpeech,
  starters: [
    'demain à 9:00',
    'dans 1 heure',
    'lundi à 9:00',
    'ce soir à 20:00',
    'chaque jour ouvré à 9:00',
    'chaque lundi à 9:00',
    'chaque jour à 9:00',
    'le premier lundi de chaque mois à 9:00',
    'le dernier jour ouvré de chaque mois à 17:00',
    'toutes les 2 semaines le vendredi à 9:00',
  ],
}
