import { createHash } from 'node:crypto'
import type { FrontDesk } from '../../app/surface.ts'
import { SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { ImageSource, Message } from '../../message/message.ts'
import { isSlacks } from './files.ts'
import { ALT_TEXT } from './limits.ts'
import { shorten } from './slack-text.ts'
import type { Team } from './teams.ts'

/** Which Slack file holds a picture; undefined for one that could not be uploaded. */
type PictureFiles = (image: ImageSource) => string | undefined

export interface Pictures {
  /** Uploads what a message shows, once for each picture and team. Never fails: what does not work is told by its words. */
  upload(team: Team, message: Message): Promise<PictureFiles>
}

const REMEMBERED = 500
const UPLOAD_WITHIN = 30 * SECOND

export function createPictures(options: {
  desk: Pick<FrontDesk, 'image'>
  apiUrl?: string | undefined
  fetch: typeof fetch
  log: Log
}): Pictures {
  const uploaded = new Map<string, Promise<string | undefined>>()

  async function put(team: Team, image: ImageSource, alt: string): Promise<string | undefined> {
    const picture =
      'png' in image
        ? { bytes: image.png, name: image.name }
        : {
            ...(await options.desk.image(
              { surface: 'slack', chat: { externalId: team.id, name: team.name } },
              image.mediaId,
            )),
            name: 'picture',
          }
    if (!picture.bytes) return undefined
    const place = await team.client.files.getUploadURLExternal({
      filename: picture.name,
      length: picture.bytes.byteLength,
      alt_text: shorten(alt, ALT_TEXT),
    })
    if (!place.upload_url || !place.file_id || !isSlacks(place.upload_url, options.apiUrl)) return undefined
    const answer = await options.fetch(place.upload_url, {
      method: 'POST',
      body: new Blob([Buffer.from(picture.bytes)]),
      signal: AbortSignal.timeout(UPLOAD_WITHIN),
    })
    if (!answer.ok) throw new Error(`Slack answered ${answer.status} to an upload`)
    await team.client.files.completeUploadExternal({ files: [{ id: place.file_id, title: picture.name }] })
    return place.file_id
  }

  function once(team: Team, image: ImageSource, alt: string): Promise<string | undefined> {
    const key = `${team.id}/${nameOf(image)}`
    const before = uploaded.get(key)
    if (before) return before
    const upload = put(team, image, alt).catch((error: unknown) => {
      options.log.warn(
        { err: error, team: team.id },
        'A picture was not uploaded to Slack; its words stand for it',
      )
      uploaded.delete(key)
      return undefined
    })
    uploaded.set(key, upload)
    if (uploaded.size > REMEMBERED) for (const oldest of uploaded.keys().take(1)) uploaded.delete(oldest)
    return upload
  }

  return {
    async upload(team, message) {
      const images = message.blocks.filter((block) => block.type === 'image')
      const ids = await Promise.all(
        images.map(async ({ image, alt }) => [nameOf(image), await once(team, image, alt)] as const),
      )
      const byName = new Map(ids)
      return (image) => byName.get(nameOf(image))
    },
  }
}

const nameOf = (image: ImageSource): string =>
  'mediaId' in image ? `media:${image.mediaId}` : createHash('sha256').update(image.png).digest('hex')
