import type { Config } from '../kit/config.ts'
import { say } from '../kit/terminal.ts'
import { UserError } from '../kit/user-error.ts'

/** What printing a manifest needs, handed in because a surface is another room. */
export interface Invitations {
  config: Config
  slackManifest(): Promise<{
    manifest: Record<string, unknown>
    why: readonly { scope: string; why: string }[]
  }>
  discordInvite(
    applicationId: string,
  ): Promise<{ link: string; why: readonly { name: string; why: string }[] }>
}

/** `crier manifest slack`: the manifest on standard output, so that it can be copied or piped; the reasons beside it. */
export async function printManifest(
  words: readonly string[],
  { slackManifest }: Invitations,
  complain: (line: string) => void,
): Promise<void> {
  if (words[0] !== 'slack')
    throw new UserError('Only Slack has a manifest', { wayOut: 'Say `crier manifest slack`.' })
  const { manifest, why } = await slackManifest()
  say(JSON.stringify(manifest, null, 2))
  complain('')
  complain('Paste it at https://api.slack.com/apps → Create New App → From a manifest. Why each scope:')
  for (const { scope, why: reason } of why) complain(`  ${scope.padEnd(20)} ${reason}`)
}

/** Discord's ids count milliseconds since 2015 in their upper bits: none of today's has fewer digits. */
const SNOWFLAKE = /^\d{17,20}$/

/** `crier invite discord`: the link that adds the bot, and why it asks for each permission. */
export async function printInvite(
  words: readonly string[],
  { config, discordInvite }: Invitations,
): Promise<void> {
  if (words[0] !== 'discord')
    throw new UserError('Only Discord has an invitation', { wayOut: 'Say `crier invite discord`.' })
  const { applicationId } = config.discord
  if (!applicationId) {
    throw new UserError('DISCORD_APPLICATION_ID is not set', {
      wayOut: 'It stands at https://discord.com/developers/applications under General Information.',
    })
  }
  if (!SNOWFLAKE.test(applicationId)) {
    throw new UserError(`DISCORD_APPLICATION_ID is ${applicationId}, which is no application's id`, {
      wayOut:
        'It has 17 to 20 digits, and stands at https://discord.com/developers/applications under General Information.',
    })
  }
  const { link, why } = await discordInvite(applicationId)
  say(link, '', 'It asks for:', ...why.map((one) => `  ${one.name.padEnd(28)} ${one.why}`))
}
