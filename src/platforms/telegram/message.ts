import { SECOND } from '../../kit/clock.ts'
import type { Body, Part } from '../contract/http-body.ts'
import { bytesOf } from '../contract/media.ts'
import type { Draft, MediaItem, Publication } from '../contract/platform.ts'
import { pollAnswers } from '../contract/poll.ts'
import { type MessageEntity, readMarks } from './marks.ts'

export function textOf({ text, options }: Pick<Draft, 'text' | 'options'>): {
  text: string
  entities: MessageEntity[]
} {
  return options.formatting === 'marks' ? readMarks(text) : { text, entities: [] }
}

/** The method and what is sent to it: a poll, a text, one file with a caption, or an album. */
export async function requestOf(
  { text: typed, options, media }: Publication,
  chatId: string,
): Promise<{ method: string; body: Body }> {
  const { text, entities } = textOf({ text: typed, options })
  const common = {
    chat_id: chatId,
    ...(options.notification === 'silent' ? { disable_notification: true } : {}),
  }
  const answers = pollAnswers(options.poll)
  if (answers.length > 0) {
    const json = { ...common, question: text, options: answers.map((answer) => ({ text: answer })) }
    return { method: 'sendPoll', body: { json } }
  }
  const [first] = media
  if (!first) {
    const json = {
      ...common,
      text,
      ...(entities.length > 0 ? { entities } : {}),
      ...(options.linkPreview === 'hidden' ? { link_preview_options: { is_disabled: true } } : {}),
    }
    return { method: 'sendMessage', body: { json } }
  }
  const caption = {
    ...(text === '' ? {} : { caption: text }),
    ...(entities.length > 0 ? { caption_entities: entities } : {}),
  }
  if (media.length === 1) {
    const { method, field } = kindOf(first)
    const facts = field === 'photo' ? {} : { ...shapeOf(first) }
    return {
      method,
      body: { multipart: [...valuesOf({ ...common, ...caption, ...facts }), await fileOf(field, first)] },
    }
  }
  const album = media.map((item, index) => ({
    type: kindOf(item).field,
    media: `attach://file${index}`,
    // An album's text is the caption of its first file.
    ...(index === 0 ? caption : {}),
    ...(kindOf(item).field === 'photo' ? {} : shapeOf(item)),
  }))
  const files = await Promise.all(media.map((item, index) => fileOf(`file${index}`, item)))
  return {
    method: 'sendMediaGroup',
    body: { multipart: [...valuesOf({ ...common, media: album }), ...files] },
  }
}

function kindOf({ type }: MediaItem): {
  method: string
  field: 'photo' | 'video' | 'animation' | 'document'
} {
  if (type === 'image/gif') return { method: 'sendAnimation', field: 'animation' }
  if (type.startsWith('video/')) return { method: 'sendVideo', field: 'video' }
  return type.startsWith('image/')
    ? { method: 'sendPhoto', field: 'photo' }
    : { method: 'sendDocument', field: 'document' }
}

/** Without these a video is shown as a square until it is played. */
const shapeOf = ({ type, width, height, duration }: MediaItem): Record<string, number | boolean> => ({
  ...(width && height ? { width, height } : {}),
  ...(duration ? { duration: Math.round(duration / SECOND) } : {}),
  ...(type.startsWith('video/') ? { supports_streaming: true } : {}),
})

/** https://core.telegram.org/bots/api#making-requests: in a form, what is no text is written as JSON. */
const valuesOf = (fields: Record<string, unknown>): Part[] =>
  Object.entries(fields).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))

const fileOf = async (name: string, item: MediaItem): Promise<Part> => ({
  name,
  bytes: await bytesOf('telegram', item),
  type: item.type,
  filename: item.filename,
})
