/**
 * Takes out of a picture what tells of its maker (camera, place, names, editing history) without touching a pixel: EXIF,
 * XMP, IPTC, comments. The colour profile stays. Formats that are not known here come back as they are.
 *
 * @returns undefined where that can't be done without drawing the picture anew
 */
export function withoutMetadata(type: string, bytes: Uint8Array): Uint8Array | undefined {
  switch (type) {
    case 'image/jpeg':
      return cleanJpeg(bytes)
    case 'image/png':
    case 'image/apng':
      return cleanPng(bytes)
    case 'image/webp':
      return cleanWebp(bytes)
    default:
      return bytes
  }
}

const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length))

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Markers of ITU-T T.81, table B.1: APP1 holds EXIF and XMP, APP13 IPTC, COM a comment. */
const SCAN = 0xda
const MADE_OF_METADATA = new Set([0xe1, 0xed, 0xfe])
const APP2 = 0xe2

function cleanJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes)
  const kept: Uint8Array[] = [bytes.subarray(0, 2)]
  let at = 2
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff) return undefined
    if (marker === SCAN) {
      kept.push(bytes.subarray(at))
      return Buffer.concat(kept)
    }
    const end = at + 2 + view.getUint16(at + 2)
    // Multi-Picture Format: further pictures, with metadata of their own, stand behind the first.
    if (marker === APP2 && ascii(bytes, at + 4, 4) === 'MPF\0') return undefined
    if (!MADE_OF_METADATA.has(marker)) kept.push(bytes.subarray(at, end))
    at = end
  }
  return undefined
}

const PNG_METADATA = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME'])

function cleanPng(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes)
  const kept: Uint8Array[] = [bytes.subarray(0, 8)]
  let at = 8
  while (at + 12 <= bytes.length) {
    const end = at + 12 + view.getUint32(at)
    if (!PNG_METADATA.has(ascii(bytes, at + 4, 4))) kept.push(bytes.subarray(at, end))
    at = end
  }
  return Buffer.concat(kept)
}

/** https://developers.google.com/speed/webp/docs/riff_container: the flags in VP8X say which chunks are there. */
const WEBP_EXIF = 0x08
const WEBP_XMP = 0x04

function cleanWebp(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes)
  const kept: Uint8Array[] = [bytes.slice(0, 12)]
  let at = 12
  while (at + 8 <= bytes.length) {
    const name = ascii(bytes, at, 4)
    const size = view.getUint32(at + 4, true)
    const end = at + 8 + size + (size % 2)
    if (name !== 'EXIF' && name !== 'XMP ') {
      const chunk = bytes.slice(at, end)
      if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~(WEBP_EXIF | WEBP_XMP)
      kept.push(chunk)
    }
    at = end
  }
  const whole = Buffer.concat(kept)
  whole.writeUInt32LE(whole.length - 8, 4)
  return whole
}
