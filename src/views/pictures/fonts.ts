import { createRequire } from 'node:module'
// fontkit: how wide a run of text is when it is shaped (ligatures, kerning, Arabic), and which characters a font has.
import { type Font, openSync } from 'fontkit'

const require = createRequire(import.meta.url)

/** The families that pictures are set in. All are TTF: resvg draws no text at all from woff, and does not say so. */
export const FAMILIES = {
  inter: {
    family: 'Inter',
    file: require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  },
  interBold: { family: 'Inter', file: require.resolve('@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf') },
  emoji: {
    family: 'Noto Emoji',
    file: require.resolve('@expo-google-fonts/noto-emoji/400Regular/NotoEmoji_400Regular.ttf'),
  },
  arabic: {
    family: 'Noto Sans Arabic',
    file: require.resolve('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
  },
  hebrew: {
    family: 'Noto Sans Hebrew',
    file: require.resolve('@expo-google-fonts/noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular.ttf'),
  },
  japanese: { family: 'Kosugi', file: require.resolve('@expo-google-fonts/kosugi/Kosugi_400Regular.ttf') },
  korean: {
    family: 'Gowun Dodum',
    file: require.resolve('@expo-google-fonts/gowun-dodum/400Regular/GowunDodum_400Regular.ttf'),
  },
} as const
export type FontName = keyof typeof FAMILIES

/** Tried in turn for what Inter lacks. */
const OTHERS: readonly FontName[] = ['arabic', 'hebrew', 'japanese', 'korean', 'emoji']

/** Emoji are drawn a little smaller than their square, so that they sit in a line of text. */
export const EMOJI_SCALE = 0.92

export const fontFile = (name: FontName): string => FAMILIES[name].file

const opened = new Map<FontName, Font>()

function fontOf(name: FontName): Font {
  const known = opened.get(name)
  if (known) return known
  const font = openSync(fontFile(name))
  if (!('layout' in font)) throw new Error(`${fontFile(name)} is a collection, not a font`)
  opened.set(name, font)
  return font
}

const EMOJI =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|^[\d#*]\uFE0F?\u20E3|\p{Regional_Indicator}/u
/** Characters that are felt and not seen: joiners, selectors, directions. */
const UNSEEN = /^(?:\p{Cf}|\p{Cc}|\p{Mn})$/u

/** The font that has this grapheme; undefined where none has. */
export function fontFor(grapheme: string): FontName | undefined {
  if (EMOJI.test(grapheme)) return 'emoji'
  const points = [...grapheme]
    .filter((point) => !UNSEEN.test(point))
    .map((point) => point.codePointAt(0) ?? 0)
  const has = (name: FontName): boolean => points.every((point) => fontOf(name).hasGlyphForCodePoint(point))
  if (has('inter')) return 'inter'
  return OTHERS.find(has)
}

const widths = new Map<string, number>()
const MOST_WIDTHS = 20_000

/** How wide a run is when it is shaped, in px at `size`. */
export function widthOf(words: string, font: FontName, size: number): number {
  const key = `${font} ${words}`
  let units = widths.get(key)
  if (units === undefined) {
    units = shapedWidth(fontOf(font), words)
    if (widths.size > MOST_WIDTHS) widths.clear()
    widths.set(key, units)
  }
  return units * size * (font === 'emoji' ? EMOJI_SCALE : 1)
}

/** In em. */
function shapedWidth(font: Font, words: string): number {
  try {
    return font.layout(words).advanceWidth / font.unitsPerEm
  } catch (error) {
    // fontkit stumbles over marks that stand where the font has no place for them; only nonsense has such, and its
    // width without shaping is near enough.
    if (!(error instanceof TypeError)) throw error
    const glyphs = font.glyphsForString(words)
    return glyphs.reduce((sum, { advanceWidth }) => sum + advanceWidth, 0) / font.unitsPerEm
  }
}
