import type { RawFile } from 'discord.js'
import type { ImageSource, Message } from '../../message/message.ts'
import { onOneLine, shortened } from './markdown.ts'
import { FILE_BYTES, FILES, PICTURE_DESCRIPTION, REQUEST_BYTES } from './message-limits.ts'

export interface Picture {
  bytes: Uint8Array
  /** MIME type. */
  type: string
}

/** The pictures of a message as the files that will be sent. */
export interface Album {
  files: { file: RawFile; description?: string }[]
  /** The file's name by its source, or why the picture is not there. */
  names: Map<ImageSource, { name: string } | { missing: string }>
  cut: boolean
}

export function collectPictures(message: Message, pictures: ReadonlyMap<string, Picture>): Album {
  const album: Album = { files: [], names: new Map(), cut: false }
  let bytesInAll = 0
  for (const block of message.blocks) {
    if (block.type !== 'image') continue
    const picture =
      'png' in block.image ? { bytes: block.image.png, type: 'image/png' } : pictures.get(block.image.mediaId)
    const missing = !picture
      ? 'is no longer kept'
      : picture.bytes.length > FILE_BYTES || bytesInAll + picture.bytes.length > REQUEST_BYTES
        ? 'is too large to be shown here'
        : album.files.length >= FILES - 1
          ? 'does not fit into this message'
          : undefined
    if (!picture || missing) {
      album.names.set(block.image, { missing: missing ?? '' })
      continue
    }
    bytesInAll += picture.bytes.length
    const name = fileName(block.image, picture.type, album.files.length)
    const alt = onOneLine(block.alt)
    if (alt.length > PICTURE_DESCRIPTION) album.cut = true
    album.names.set(block.image, { name })
    album.files.push({
      file: { name, data: Buffer.from(picture.bytes), contentType: picture.type },
      ...(alt !== '' && { description: shortened(alt, PICTURE_DESCRIPTION) }),
    })
  }
  return album
}

/** Discord rewrites other characters, and an attachment is found by its exact name. */
function fileName(image: ImageSource, type: string, index: number): string {
  const ending =
    type
      .split('/')[1]
      ?.replace(/[^a-z0-9]/g, '')
      .replace('jpeg', 'jpg') || 'bin'
  const given = 'png' in image ? image.name : image.mediaId
  const stem = given
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, 60)
  return `${index + 1}-${stem || 'picture'}.${ending}`
}
