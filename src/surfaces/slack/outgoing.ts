import { createHash } from 'node:crypto'
import type { HomeView, ModalView } from '@slack/types'
import { SendError } from '../../app/surface.ts'
import { type EpochMs, MINUTE, SECOND } from '../../kit/clock.ts'
import type { Message } from '../../message/message.ts'
import { type Drawn, type DrawOptions, drawMessage } from './draw-message.ts'
import { BLOCKS_TEXT, VIEW_BLOCKS } from './limits.ts'
import type { Pictures } from './pictures.ts'
import { refusalOf } from './send-failure.ts'
import type { Team } from './teams.ts'

/** Everything that Crier says in Slack leaves here. */
export interface Outgoing {
  /** Where the message stands (`ts`). `key` marks it, so that a second try can be told from a second message. */
  post(
    team: Team,
    to: { channel: string; thread?: string | undefined },
    message: Message,
    options?: DrawOptions & { key?: string },
  ): Promise<string>
  /**
   * Where a message that was posted with this key since then (UTC ms) stands. Undefined where there is none, and where Slack
   * does not let Crier look.
   */
  find(
    team: Team,
    to: { channel: string; thread?: string | undefined },
    key: string,
    since: EpochMs,
  ): Promise<string | undefined>
  update(team: Team, at: { channel: string; ts: string }, message: Message): Promise<void>
  /** Seen by one person only. */
  whisper(
    team: Team,
    to: { channel: string; user: string; thread?: string | undefined },
    message: Message,
    options?: DrawOptions,
  ): Promise<void>
  /** By the address that came with a command or a press. */
  respond(team: Team, url: string, message: Message, how: Respond): Promise<void>
  open(team: Team, trigger: string, view: ModalView): Promise<string>
  updateView(team: Team, viewId: string, view: ModalView, hash?: string): Promise<void>
  publishHome(team: Team, user: string, message: Message): Promise<void>
  /** With its pictures uploaded. */
  draw(team: Team, message: Message, options?: DrawOptions): Promise<DrawOptions>
}

interface Respond extends DrawOptions {
  audience: 'person' | 'channel'
  /** Takes the place of the message that was pressed. */
  replace?: boolean
  thread?: string | undefined
}

/** What is looked through for a message that may have arrived: https://docs.slack.dev/reference/methods/conversations.history */
const PAGE = 200
const MOST_PAGES = 5
/** Slack's clock and ours. */
const MOST_SKEW = 2 * MINUTE
/** Refusals to show a channel: an older installation's scopes, or a channel that Crier posts to without being in it. */
const UNSEEN = new Set(['missing_scope', 'not_in_channel', 'channel_not_found', 'thread_not_found'])

/** What Slack answers, as far as it is needed here. */
interface Found {
  messages?: {
    ts?: string
    metadata?: { event_type?: string; event_payload?: Record<string, unknown> }
  }[]
  response_metadata?: { next_cursor?: string }
}

const RESPOND_WITHIN = 15 * SECOND
/** Slack refuses a picture that it is still looking at. */
const PICTURE_PAUSES = [0.7 * SECOND, 1.5 * SECOND]

export function createOutgoing(options: { pictures: Pictures; fetch: typeof fetch }): Outgoing {
  const drawing = async (team: Team, message: Message, more: DrawOptions = {}): Promise<DrawOptions> => ({
    ...more,
    picture: await options.pictures.upload(team, message),
  })

  /** Tries again with less where Slack finds it too long, later where a picture is not ready, at last without pictures. */
  async function fitting<Result>(
    team: Team,
    message: Message,
    more: DrawOptions,
    call: (drawn: Drawn) => Promise<Result>,
  ): Promise<Result> {
    let drawn = await drawing(team, message, more)
    const pauses = [...PICTURE_PAUSES]
    for (;;) {
      try {
        return await call(drawMessage(message, drawn))
      } catch (error) {
        const refusal = refusalOf(error)
        const budget = drawn.budget ?? BLOCKS_TEXT
        if (refusal === 'msg_blocks_too_long' && budget > BLOCKS_TEXT / 8) {
          drawn = { ...drawn, budget: budget / 2 }
        } else if (
          refusal === 'invalid_blocks' &&
          drawn.picture &&
          message.blocks.some(({ type }) => type === 'image')
        ) {
          const pause = pauses.shift()
          if (pause === undefined) {
            const { picture: _, ...without } = drawn
            drawn = without
          } else await new Promise((resolve) => setTimeout(resolve, pause))
        } else throw error
      }
    }
  }

  return {
    draw: drawing,

    async post(team, to, message, { key, ...more } = {}) {
      const result = await fitting(team, message, more, (drawn) =>
        team.client.chat.postMessage({
          channel: to.channel,
          ...drawn,
          ...quiet,
          ...(to.thread ? { thread_ts: to.thread } : {}),
          ...(key ? { metadata: keyMetadata(key) } : {}),
        }),
      )
      if (!result.ts)
        throw new SendError('Slack took the message and did not say where it stands.', { retry: false })
      return result.ts
    },

    async find(team, { channel, thread }, key, since) {
      const { client } = team
      const from = {
        channel,
        oldest: String((since - MOST_SKEW) / SECOND),
        include_all_metadata: true,
        limit: PAGE,
      }
      let cursor: string | undefined
      for (let page = 0; page < MOST_PAGES; page++) {
        const next = cursor === undefined ? from : { ...from, cursor }
        let found: Found
        try {
          found = await (thread === undefined
            ? client.conversations.history(next)
            : client.conversations.replies({ ...next, ts: thread }))
        } catch (error) {
          if (UNSEEN.has(refusalOf(error) ?? '')) return undefined
          throw error
        }
        const wanted = keyMetadata(key)
        const there = found.messages?.find(
          ({ metadata }) =>
            metadata?.event_type === wanted.event_type &&
            metadata.event_payload?.key === wanted.event_payload.key,
        )
        if (there?.ts) return there.ts
        cursor = found.response_metadata?.next_cursor
        if (!cursor) return undefined
      }
      return undefined
    },

    async update(team, { channel, ts }, message) {
      await fitting(team, message, {}, (drawn) =>
        team.client.chat.update({ channel, ts, ...drawn, link_names: false, parse: 'none' }),
      )
    },

    async whisper(team, to, message, more = {}) {
      await fitting(team, message, more, (drawn) =>
        team.client.chat.postEphemeral({
          channel: to.channel,
          user: to.user,
          ...drawn,
          link_names: false,
          parse: 'none',
          ...(to.thread ? { thread_ts: to.thread } : {}),
        }),
      )
    },

    async respond(team, url, message, { audience, replace, thread, ...more }) {
      const drawn = drawMessage(message, await drawing(team, message, more))
      const response = await options.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          response_type: audience === 'channel' ? 'in_channel' : 'ephemeral',
          replace_original: replace === true,
          ...drawn,
          ...(thread ? { thread_ts: thread } : {}),
        }),
        signal: AbortSignal.timeout(RESPOND_WITHIN),
      })
      if (!response.ok)
        throw new SendError(`Slack answered ${response.status} to an answer.`, { retry: false })
      await response.body?.cancel()
    },

    async open(team, trigger, view) {
      const opened = await team.client.views.open({ trigger_id: trigger, view })
      return opened.view?.id ?? ''
    },

    async updateView(team, viewId, view, hash) {
      await team.client.views.update({ view_id: viewId, view, ...(hash ? { hash } : {}) })
    },

    async publishHome(team, user, message) {
      const drawn = drawMessage(message, await drawing(team, message, { maxBlocks: VIEW_BLOCKS }))
      const view: HomeView = { type: 'home', blocks: drawn.blocks }
      await team.client.views.publish({ user_id: user, view })
    },
  }
}

/** Slack is to look for no names and no links of its own in what Crier says. */
const quiet = {
  link_names: false,
  parse: 'none' as const,
  mrkdwn: false,
  unfurl_links: false,
  unfurl_media: false,
}

/** The same in every try of one message, and visible to apps only. */
const keyMetadata = (key: string) => ({
  event_type: KEY_EVENT,
  event_payload: { key: createHash('sha256').update(key).digest('hex') },
})

const KEY_EVENT = 'crier_message'
