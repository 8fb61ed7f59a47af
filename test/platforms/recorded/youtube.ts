import { image, NOW } from '../stage.ts'
import type { Recorded } from './recorded.ts'

const VIDEO = {
  ...image('film', ''),
  type: 'video/mp4',
  filename: 'film.mp4',
  width: 1280,
  height: 720,
  duration: 9_000,
}

export default {
  credentials: () => ({
    accessToken: 'secret-google-access-token',
    refreshToken: 'secret-google-refresh-token',
    expiresAt: NOW + 3_600_000,
    channelId: 'UCacme',
  }),
  account: { externalId: 'UCacme', handle: '@acme' },
  media: [VIDEO],
  options: { title: 'The blue kettle' },
  uploads: true,
  // The last piece of the file is what makes the video.
  isPublish: ({ method, headers }) =>
    method === 'PUT' && !String(headers['content-range']).startsWith('bytes */'),
  well() {
    let videos = 0
    return {
      posts: () => videos,
      reply({ method, headers }) {
        if (method === 'POST') {
          return {
            status: 200,
            headers: { location: `http://${headers.host}/upload/youtube/v3/videos?upload_id=1` },
          }
        }
        if (!String(headers['content-range']).startsWith('bytes */')) videos += 1
        return videos > 0 ? { status: 201, json: { id: 'video-1' } } : { status: 308 }
      },
    }
  },
  refusals: {
    refused: {
      status: 400,
      json: { error: { code: 400, message: 'Invalid title', errors: [{ reason: 'invalidTitle' }] } },
    },
    signedOut: {
      status: 401,
      json: { error: { code: 401, message: 'Invalid Credentials', errors: [{ reason: 'authError' }] } },
    },
    busy: {
      status: 503,
      json: { error: { code: 503, message: 'Backend Error', errors: [{ reason: 'backendError' }] } },
    },
    limited: {
      status: 429,
      json: { error: { code: 429, message: 'Slow down', errors: [] } },
    },
  },
} satisfies Recorded
