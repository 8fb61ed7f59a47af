import type { HomeView, KnownBlock, ModalView } from '@slack/types'

/** What Crier may send to each method, after https://docs.slack.dev/reference/methods; a schema is generated from it. */
export interface Payloads {
  'chat.postMessage': Said & {
    channel: string
    thread_ts?: string
    metadata?: { event_type: string; event_payload: { key: string } }
    mrkdwn?: boolean
    unfurl_links?: boolean
    unfurl_media?: boolean
  } & Plain
  'chat.postEphemeral': Said & Plain & { channel: string; user: string; thread_ts?: string }
  'chat.update': Said & Plain & { channel: string; ts: string }
  'conversations.history': Look
  'conversations.replies': Look & { ts: string }
  'views.open': { trigger_id: string; view: Modal }
  'views.update': { view_id: string; view: Modal; hash?: string }
  'views.publish': { user_id: string; view: Home }
  'users.info': { user: string; include_locale?: boolean }
  'files.info': { file: string }
  'files.getUploadURLExternal': { filename: string; length: number; alt_text?: string }
  'files.completeUploadExternal': { files: { id: string; title?: string }[] }
  'auth.test': Record<string, never>
  'oauth.v2.access': { client_id: string; client_secret: string; code: string; redirect_uri: string }
  'apps.connections.open': Record<string, never>
  /** What is posted to a response_url. */
  respond: Said & { response_type: 'ephemeral' | 'in_channel'; replace_original: boolean; thread_ts?: string }
  /** What a view submission is acknowledged with. */
  ack:
    | { response_action: 'errors'; errors: Record<string, string> }
    | { response_action: 'update'; view: Modal }
  blocks: KnownBlock[]
  modal: Modal
}

interface Look {
  channel: string
  oldest: string
  include_all_metadata: true
  limit: number
  cursor?: string
}

interface Said {
  text: string
  blocks: KnownBlock[]
}

interface Plain {
  /** Slack's default would look for names in what people wrote. */
  link_names: false
  parse: 'none'
}

type Modal = Omit<ModalView, 'blocks'> & { blocks: KnownBlock[] }
type Home = Omit<HomeView, 'blocks'> & { blocks: KnownBlock[] }
