import type { CommandFacts } from '../../app/surface.ts'
import { type SlackScope, slackScopes } from './scopes.ts'

/** Slack's names are shared by the whole team, so Crier takes few; every other command is said behind /crier. */
const SLASH_COMMANDS = ['draft', 'schedule', 'calendar'] as const

/** https://docs.slack.dev/reference/app-manifest: names, hints and descriptions. */
const SHORT_DESCRIPTION = 140
const COMMAND_DESCRIPTION = 2000
const USAGE_HINT = 1000

/** The `callback_id`s of the shortcuts. */
export const TURN_INTO_POST = 'turn_into_post'
export const NEW_POST = 'new_post'

/** Events that the surface listens to: https://docs.slack.dev/reference/events */
const BOT_EVENTS = ['app_home_opened', 'app_mention', 'app_uninstalled', 'message.im', 'tokens_revoked']

export interface ManifestOptions {
  /** Where Slack reaches Crier; needed for signed HTTP and for installing in many teams. */
  publicUrl?: string | undefined
  /** By Socket Mode Slack needs no address of Crier's. */
  socketMode: boolean
  commands: readonly CommandFacts[]
}

/** The app manifest that makes Crier's Slack app in one step, and why it asks for each scope. */
export function slackManifest(options: ManifestOptions): {
  manifest: Record<string, unknown>
  why: readonly SlackScope[]
} {
  const { publicUrl, socketMode } = options
  const at = (path: string): string | undefined => (publicUrl ? new URL(path, publicUrl).href : undefined)
  const events = socketMode ? undefined : (at('/slack/events') ?? 'https://your-crier.example/slack/events')
  const redirect = at('/slack/oauth')
  return {
    why: slackScopes,
    manifest: {
      display_information: {
        name: 'Crier',
        description: 'Draft, schedule, approve and publish social posts without leaving Slack'.slice(
          0,
          SHORT_DESCRIPTION,
        ),
        background_color: '#1f3a5f',
      },
      features: {
        app_home: {
          home_tab_enabled: true,
          messages_tab_enabled: true,
          messages_tab_read_only_enabled: false,
        },
        bot_user: { display_name: 'Crier', always_online: true },
        shortcuts: [
          {
            name: 'Turn into a post',
            type: 'message',
            callback_id: TURN_INTO_POST,
            description: 'Draft a post with the text of this message',
          },
          { name: 'New post', type: 'global', callback_id: NEW_POST, description: 'Draft a post' },
        ],
        slash_commands: slashCommands(options.commands).map((command) => ({
          ...command,
          // Channels and people come as ids, so that a name that looks like one is not taken for it.
          should_escape: true,
          ...(events ? { url: events } : {}),
        })),
      },
      oauth_config: {
        ...(redirect ? { redirect_urls: [redirect] } : {}),
        scopes: { bot: slackScopes.map(({ scope }) => scope) },
      },
      settings: {
        event_subscriptions: { ...(events ? { request_url: events } : {}), bot_events: BOT_EVENTS },
        interactivity: { is_enabled: true, ...(events ? { request_url: events } : {}) },
        org_deploy_enabled: false,
        socket_mode_enabled: socketMode,
        token_rotation_enabled: false,
      },
    },
  }
}

function slashCommands(commands: readonly CommandFacts[]) {
  const own = SLASH_COMMANDS.flatMap((name) => commands.filter((command) => command.name === name))
  const others = commands
    .map(({ name }) => name)
    .filter((name) => !SLASH_COMMANDS.some((one) => one === name))
  return [
    ...own.map(({ name, summary, usage }) => ({
      command: `/${name}`,
      description: summary.slice(0, COMMAND_DESCRIPTION),
      ...(usage ? { usage_hint: usage.slice(0, USAGE_HINT) } : {}),
    })),
    {
      command: '/crier',
      description: 'Everything Crier can do: /crier help',
      usage_hint: others.join(' | ').slice(0, USAGE_HINT) || 'help',
    },
  ]
}
