import type { Account } from '../accounts/account.ts'
import type { Sealer } from '../accounts/seal.ts'
import type { Config, Environment } from '../kit/config.ts'
import { say } from '../kit/terminal.ts'
import type { Blobs } from '../library/media.ts'
import type { Platform } from '../platforms/contract/platform.ts'
import { andList, counted } from '../views/words.ts'

/** What the doctor looks at, handed in because surfaces and storage are other rooms. */
export interface Patient {
  config: Config
  environment: Environment
  database(): Promise<{ ok: boolean; sentence: string; advice?: { words: string; wayOut: string } }>
  blobs: Pick<Blobs, 'place' | 'check'>
  accounts(): Promise<{ account: Account; sealed: string | undefined }[]>
  sealer: Sealer
  platforms: ReadonlyMap<string, Platform>
  /** Asks Slack what the bot token may do: the scopes it lacks, each with what for. */
  slackScopes(): Promise<{ team: string; missing: readonly { scope: string; why: string }[] }>
  /** Asks Discord who the bot is. */
  discordBot(): Promise<{ name: string }>
  /** The date here. */
  today(): Temporal.PlainDate
  /** The machine's time in its zone, in words. */
  now(): string
  /** How many deliveries are due and not under way. */
  overdue(): Promise<number>
  /** Media that posts which are still to go out need and that can't be read, in words. */
  missingMedia(): Promise<string[]>
}

interface Finding {
  sign: '✅' | '⚠️ ' | '❌' | '➖'
  words: string
  wayOut?: string
}

/** `crier doctor`: a line per thing, with the way out where there is one. Exit code 1 where something is broken. */
export async function doctor(patient: Patient): Promise<number> {
  const findings = [
    ...(await basics(patient)),
    ...(await slack(patient)),
    ...(await discord(patient)),
    ...(await accounts(patient)),
    ...platforms(patient),
  ]
  for (const { sign, words, wayOut } of findings)
    say(`${sign} ${words}`, ...(wayOut ? [`     ${wayOut}`] : []))
  return findings.some((one) => one.sign === '❌') ? 1 : 0
}

/** What `crier doctor --repair` has done, in a line. */
export function repairedWords({
  takenOver,
  doubted,
  dropped,
  given,
  finished,
}: Record<'takenOver' | 'doubted' | 'dropped' | 'given' | 'finished', number>): string {
  const done = [
    takenOver > 0 && `${counted(takenOver, 'delivery', 'deliveries')} taken over from a process that died`,
    doubted > 0 &&
      `${counted(doubted, 'delivery', 'deliveries')} that may be live kept from being sent again, and looked into`,
    dropped > 0 && `${counted(dropped, 'delivery', 'deliveries')} of unwanted posts dropped`,
    given > 0 && `${counted(given, 'post')} without deliveries given some`,
    finished > 0 && `${counted(finished, 'post')} given an end or a question`,
  ].filter((words) => words !== false)
  return done.length === 0 ? '✅ Nothing had to be repaired' : `✅ Repaired: ${andList(done)}`
}

async function basics(patient: Patient): Promise<Finding[]> {
  const { config, database, blobs, overdue, now } = patient
  const { ok, sentence, advice } = await database()
  const media = await blobs.check()
  const late = await overdue()
  const lost = await patient.missingMedia()
  return [
    { sign: ok ? '✅' : '❌', words: `Database: ${sentence}` },
    ...(advice ? [{ sign: '⚠️ ' as const, ...advice }] : []),
    {
      sign: media.ok ? '✅' : '❌',
      words: `Media are in ${blobs.place}: ${media.sentence}`,
      ...(media.wayOut ? { wayOut: media.wayOut } : {}),
    },
    ...(lost.length === 0
      ? []
      : [
          {
            sign: '❌' as const,
            words: `${counted(lost.length, 'media file')} of posts to come can't be read: ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ' …' : ''}`,
            wayOut: 'Bring them back from a backup (crier-media beside it), or attach them again.',
          },
        ]),
    {
      sign: '✅',
      words: `Clock: ${now()}`,
      wayOut: 'Compare it with a clock you trust: posts go out by it.',
    },
    late === 0
      ? { sign: '✅', words: 'Nothing is overdue' }
      : {
          sign: '⚠️ ',
          words: `${counted(late, 'delivery is', 'deliveries are')} overdue`,
          wayOut: 'Is Crier running? `npm start`',
        },
    config.secretKey
      ? { sign: '✅', words: 'CRIER_SECRET_KEY seals the logins' }
      : {
          sign: '✅',
          words: `The key that seals the logins is ${config.dataDir}/secret-key`,
          wayOut: "Back it up apart from the database: without it the logins can't be opened.",
        },
    config.publicUrl
      ? { sign: '✅', words: `PUBLIC_URL is ${config.publicUrl}` }
      : {
          sign: '➖',
          words: 'PUBLIC_URL is not set',
          wayOut:
            'Needed for platforms that fetch media themselves, for sign-in by browser, and for Slack and Discord over HTTP.',
        },
  ]
}

async function slack({ config, slackScopes }: Patient): Promise<Finding[]> {
  const { botToken, appToken, signingSecret, clientId, clientSecret } = config.slack
  const where = 'https://api.slack.com/apps → your app'
  if (!botToken && !clientId)
    return [
      {
        sign: '➖',
        words: 'Slack is not set up',
        wayOut: 'Run `crier manifest slack`, then set SLACK_BOT_TOKEN and SLACK_APP_TOKEN.',
      },
    ]
  const findings: Finding[] = []
  if (botToken && !appToken && !signingSecret) {
    findings.push({
      sign: '❌',
      words: "Slack can't reach Crier",
      wayOut: `Set SLACK_APP_TOKEN (${where} → Basic Information → App-Level Tokens, scope connections:write) or SLACK_SIGNING_SECRET.`,
    })
  }
  if (clientId && !clientSecret)
    findings.push({
      sign: '❌',
      words: 'SLACK_CLIENT_SECRET is not set',
      wayOut: `It stands at ${where} → Basic Information.`,
    })
  if (clientId && !config.publicUrl)
    findings.push({ sign: '❌', words: 'Installing Crier in several Slack workspaces needs PUBLIC_URL' })
  if (!botToken) return findings
  try {
    const { team, missing } = await slackScopes()
    findings.push({ sign: '✅', words: `Slack takes the bot token: ${team}` })
    for (const { scope, why } of missing) {
      findings.push({
        sign: '❌',
        words: `Slack scope ${scope} is missing: it lets Crier ${why}`,
        wayOut: `Add it at ${where} → OAuth & Permissions, and install the app again.`,
      })
    }
  } catch (error) {
    findings.push({
      sign: '❌',
      words: `Slack does not take the bot token: ${wordsOf(error)}`,
      wayOut: `Copy it again from ${where} → OAuth & Permissions.`,
    })
  }
  return findings
}

async function discord({ config, discordBot }: Patient): Promise<Finding[]> {
  const { token, applicationId } = config.discord
  const where = 'https://discord.com/developers/applications → your application'
  if (!token)
    return [
      {
        sign: '➖',
        words: 'Discord is not set up',
        wayOut: `Set DISCORD_TOKEN (${where} → Bot) and DISCORD_APPLICATION_ID, then run \`crier invite discord\`.`,
      },
    ]
  const findings: Finding[] = []
  if (!applicationId)
    findings.push({
      sign: '⚠️ ',
      words: 'DISCORD_APPLICATION_ID is not set',
      wayOut: `It stands at ${where} → General Information.`,
    })
  try {
    findings.push({ sign: '✅', words: `Discord takes the bot token: ${(await discordBot()).name}` })
  } catch (error) {
    findings.push({
      sign: '❌',
      words: `Discord does not take the bot token: ${wordsOf(error)}`,
      wayOut: `Make a new one at ${where} → Bot.`,
    })
  }
  return findings
}

async function accounts({ accounts: all, sealer, platforms: known }: Patient): Promise<Finding[]> {
  return (await all()).map(({ account, sealed }): Finding => {
    const name = `${account.handle} on ${known.get(account.platform)?.label ?? account.platform}`
    if (account.state === 'reconnect')
      return {
        sign: '❌',
        words: `${name} must be connected again`,
        wayOut: `Say \`connect ${account.platform}\`.`,
      }
    try {
      if (sealed) sealer.open(sealed, account.id)
      return { sign: '✅', words: `${name} is connected` }
    } catch (error) {
      return { sign: '❌', words: `${name}: ${wordsOf(error)}` }
    }
  })
}

/** Platforms that ask the operator for something first: what is missing, and the truth about reviews. */
const platforms = ({ environment, platforms: known, today }: Patient): Finding[] =>
  [...known.values()].flatMap((platform): Finding[] => [
    ...versions(platform, today()),
    ...setUps(platform, environment),
  ])

/** A month before a platform ends the version of its API that we speak, somebody should know. */
const VERSION_WARNING = { days: 30 }

function versions({ label, name, apiVersion }: Platform, today: Temporal.PlainDate): Finding[] {
  if (!apiVersion || Temporal.PlainDate.compare(today.add(VERSION_WARNING), apiVersion.lastDay) < 0) return []
  const words = `${label} ends version ${apiVersion.name} of its API on ${apiVersion.lastDay}`
  return [
    { sign: '⚠️ ', words, wayOut: `Update Crier, or set ${name.toUpperCase()}_API_VERSION to a newer one.` },
  ]
}

function setUps(platform: Platform, environment: Environment): Finding[] {
  // Another address or version is a choice; a client is what nobody can connect without.
  const needed = (platform.setUp.environment ?? []).filter((name) => /_CLIENT_(ID|SECRET)$/.test(name))
  const missing = needed.filter((name) => !environment[name])
  if (needed.length === 0) return []
  if (missing.length === 0) return [{ sign: '✅', words: `${platform.label} is set up` }]
  return [
    {
      sign: missing.length < needed.length ? '❌' : '➖',
      words: `${platform.label} needs ${missing.join(' and ')}`,
      wayOut: platform.setUp.operator,
    },
  ]
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
