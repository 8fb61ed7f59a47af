import type { Answer } from '../../app/surface.ts'
import type { Message } from '../../message/message.ts'
import { type PlainTextOptions, plainText } from '../../message/plain-text.ts'

/**
 * An answer as JSON: a message with the same in words beside it, or a form. A picture's bytes become base64; kept
 * media stay ids.
 */
export function answerJson(answer: Answer, options: PlainTextOptions = {}): Record<string, unknown> {
  switch (answer.type) {
    case 'message':
      return {
        type: 'message',
        audience: answer.audience,
        text: plainText(answer.message, options),
        message: messageJson(answer.message),
      }
    case 'form':
      return { type: 'form', form: answer.form }
    default:
      throw new TypeError(`No such answer: ${JSON.stringify(answer satisfies never)}`)
  }
}

const messageJson = (message: Message): Record<string, unknown> => ({
  ...message,
  blocks: message.blocks.map((block) =>
    block.type === 'image' && 'png' in block.image
      ? { ...block, image: { name: block.image.name, png: Buffer.from(block.image.png).toString('base64') } }
      : block,
  ),
})
