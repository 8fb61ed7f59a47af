import { z } from 'zod'
import { UserError } from './user-error.ts'

/** Everything that is set from outside, read once. Secrets are in here: it is never logged. */
export interface Config {
  port: number
  host: string
  /** Without a trailing slash; undefined where Crier has no public address. */
  publicUrl: string | undefined
  /** What opens `/metrics` and the details of `/readyz`; undefined: they are open to whoever reaches them. */
  metricsToken: string | undefined
  databaseUrl: string
  dataDir: string
  secretKey: string | undefined
  logLevel: string
  logFile: string | undefined
  slack: {
    botToken: string | undefined
    appToken: string | undefined
    signingSecret: string | undefined
    clientId: string | undefined
    clientSecret: string | undefined
    apiUrl: string | undefined
  }
  discord: {
    token: string | undefined
    applicationId: string | undefined
    publicKey: string | undefined
    apiUrl: string | undefined
  }
  /** Where media are kept; undefined: in files under `dataDir`. */
  s3: S3Settings | undefined
  /** Days for which media stay that nothing refers to; 0: for ever. */
  mediaKeepDays: number
  /** Origins inside the private network that webhooks may reach. */
  hookOrigins: string[]
  /** What each workspace may have; undefined: as much as it likes. */
  plan: {
    postsPerDay: number | undefined
    accounts: number | undefined
    members: number | undefined
    mediaBytes: number | undefined
  }
  /** What the operator says of a platform: its client and base address. */
  platform(name: string): {
    clientId: string | undefined
    clientSecret: string | undefined
    apiUrl: string | undefined
    apiVersion: string | undefined
  }
}

/** A bucket of S3-compatible storage. */
export interface S3Settings {
  /** Without a trailing slash, and without the bucket. */
  endpoint: string
  region: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  /** Is the bucket in the path (true) or in the host's name? */
  pathStyle: boolean
  /** Before every key; '' or ending in a slash. */
  prefix: string
}

export type Environment = Readonly<Record<string, string | undefined>>

const said = z.string().trim().min(1)
const address = said.refine(
  (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
  'an address such as https://crier.example.com',
)

const origins = said
  .transform((value) => value.split(',').map((one) => one.trim()))
  .pipe(z.array(address.transform((value) => new URL(value).origin)))
const limit = said.regex(/^\d{1,9}$/).transform(Number)

const Variables = z.object({
  PORT: said
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port < 65_536)
    .optional(),
  HOST: said.optional(),
  PUBLIC_URL: address.optional(),
  METRICS_TOKEN: said.min(16).optional(),
  DATABASE_URL: said.regex(/^(file:|postgres(ql)?:\/\/)/).optional(),
  DATA_DIR: said.optional(),
  CRIER_SECRET_KEY: z.string().min(16).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).optional(),
  LOG_FILE: said.optional(),
  SLACK_BOT_TOKEN: said.regex(/^xoxb-/).optional(),
  SLACK_APP_TOKEN: said.regex(/^xapp-/).optional(),
  SLACK_SIGNING_SECRET: said.optional(),
  SLACK_CLIENT_ID: said.optional(),
  SLACK_CLIENT_SECRET: said.optional(),
  SLACK_API_URL: address.optional(),
  DISCORD_TOKEN: said.optional(),
  DISCORD_APPLICATION_ID: said.regex(/^\d{1,20}$/).optional(),
  DISCORD_PUBLIC_KEY: said.regex(/^[0-9a-f]{64}$/i).optional(),
  DISCORD_API_URL: address.optional(),
  S3_ENDPOINT: address.optional(),
  S3_REGION: said.regex(/^[\w-]+$/).optional(),
  S3_BUCKET: said.regex(/^[\w.-]+$/).optional(),
  S3_ACCESS_KEY_ID: said.optional(),
  S3_SECRET_ACCESS_KEY: said.optional(),
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
  S3_PREFIX: said.regex(/^[\w./-]+$/).optional(),
  MEDIA_KEEP_DAYS: said
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .optional(),
  HOOK_ORIGINS: origins.optional(),
  LIMIT_POSTS_PER_DAY: limit.optional(),
  LIMIT_ACCOUNTS: limit.optional(),
  LIMIT_MEMBERS: limit.optional(),
  LIMIT_MEDIA_MB: limit.optional(),
})

/** What each variable is, for the sentence that refuses a bad one, for `crier doctor` and for the environment sample. */
export const VARIABLES: Record<keyof z.infer<typeof Variables>, string> = {
  PORT: 'a port from 0 to 65535',
  HOST: 'an address to listen on, such as 127.0.0.1',
  PUBLIC_URL: 'the address under which the internet reaches Crier, such as https://crier.example.com',
  METRICS_TOKEN:
    'a word of at least 16 characters that Prometheus sends as its bearer token; without it /metrics is open to whoever reaches it',
  DATABASE_URL: 'file:<path> for SQLite, or postgres://user:password@host/database',
  DATA_DIR: 'a folder for the database, media and the key',
  CRIER_SECRET_KEY: '32 random bytes in base64 or hex, or a passphrase of at least 16 characters',
  LOG_LEVEL: 'one of fatal, error, warn, info, debug, trace, silent',
  LOG_FILE: 'a file for the log, rotated at 10 MB',
  SLACK_BOT_TOKEN: 'the bot token of your Slack app, which begins with xoxb-',
  SLACK_APP_TOKEN: 'the app-level token for Socket Mode, which begins with xapp-',
  SLACK_SIGNING_SECRET: 'the signing secret of your Slack app',
  SLACK_CLIENT_ID: 'the client id of your Slack app, to install it in several workspaces',
  SLACK_CLIENT_SECRET: 'the client secret of your Slack app',
  SLACK_API_URL: "another address of Slack's API, for tests",
  DISCORD_TOKEN: 'the bot token of your Discord application',
  DISCORD_APPLICATION_ID: 'the id of your Discord application',
  DISCORD_PUBLIC_KEY: 'the public key of your Discord application: 64 hex digits',
  DISCORD_API_URL: "another address of Discord's API, for tests",
  S3_ENDPOINT:
    'the address of S3-compatible storage for media, without the bucket, such as https://<account>.r2.cloudflarestorage.com; for AWS set S3_REGION instead',
  S3_REGION: 'the region of the bucket, such as eu-central-1; without it, us-east-1',
  S3_BUCKET:
    'the bucket for media: lets several machines share them; without it they are files in DATA_DIR/media',
  S3_ACCESS_KEY_ID: 'the id of the key that may read, write, delete and list in the bucket',
  S3_SECRET_ACCESS_KEY: 'the secret of that key',
  S3_FORCE_PATH_STYLE:
    'true for the bucket in the path, false for the bucket in the host; without it, true where S3_ENDPOINT is set',
  S3_PREFIX: 'what comes before every key, such as crier/, for a bucket that others use too',
  MEDIA_KEEP_DAYS:
    'how many days media stay that no post, series or edit refers to any more; 0 for ever; without it, 30',
  HOOK_ORIGINS:
    'addresses inside your own network that webhooks may reach, separated by commas, such as http://10.0.0.5:5678; all others must be public',
  LIMIT_POSTS_PER_DAY: 'how many posts a workspace may have on one day; without it, any number',
  LIMIT_ACCOUNTS: 'how many accounts a workspace may connect; without it, any number',
  LIMIT_MEMBERS: 'how many people of its chats may use a workspace; without it, any number',
  LIMIT_MEDIA_MB: 'how many megabytes of media a workspace may keep; without it, any number',
}

/** Variables whose values are never repeated, not even to say that they are wrong. */
const SECRET = /TOKEN|SECRET|KEY|DATABASE_URL/

/**
 * Reads the environment once. An empty variable counts as none, since that is how compose files leave them out.
 *
 * @throws UserError with the variable's name, what was found and what is expected
 */
export function readConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = Variables.safeParse(given)
  if (!parsed.success) throw badVariable(parsed.error, given)
  const value = parsed.data
  const own = (name: string) => given[name]?.trim()
  const platforms = new Map<string, ReturnType<Config['platform']>>()
  return {
    port: value.PORT ?? 3000,
    host: value.HOST ?? '127.0.0.1',
    publicUrl: value.PUBLIC_URL?.replace(/\/+$/, ''),
    metricsToken: value.METRICS_TOKEN,
    databaseUrl: value.DATABASE_URL ?? 'file:crier.sqlite',
    dataDir: value.DATA_DIR ?? './data',
    secretKey: value.CRIER_SECRET_KEY,
    logLevel: value.LOG_LEVEL ?? 'info',
    logFile: value.LOG_FILE,
    slack: {
      botToken: value.SLACK_BOT_TOKEN,
      appToken: value.SLACK_APP_TOKEN,
      signingSecret: value.SLACK_SIGNING_SECRET,
      clientId: value.SLACK_CLIENT_ID,
      clientSecret: value.SLACK_CLIENT_SECRET,
      apiUrl: value.SLACK_API_URL,
    },
    discord: {
      token: value.DISCORD_TOKEN,
      applicationId: value.DISCORD_APPLICATION_ID,
      publicKey: value.DISCORD_PUBLIC_KEY,
      apiUrl: value.DISCORD_API_URL,
    },
    s3: s3From(value),
    mediaKeepDays: value.MEDIA_KEEP_DAYS ?? 30,
    hookOrigins: value.HOOK_ORIGINS ?? [],
    plan: {
      postsPerDay: value.LIMIT_POSTS_PER_DAY,
      accounts: value.LIMIT_ACCOUNTS,
      members: value.LIMIT_MEMBERS,
      mediaBytes: value.LIMIT_MEDIA_MB === undefined ? undefined : value.LIMIT_MEDIA_MB * 1_000_000,
    },
    platform(name) {
      const known = platforms.get(name)
      if (known) return known
      const prefix = name.toUpperCase().replaceAll('-', '_')
      const apiUrl = own(`${prefix}_API_URL`)
      if (apiUrl !== undefined && !address.safeParse(apiUrl).success) {
        throw new UserError(`${prefix}_API_URL is "${apiUrl}"`, {
          wayOut: 'Expected an address such as https://api.example.com.',
        })
      }
      const read = {
        clientId: own(`${prefix}_CLIENT_ID`),
        clientSecret: own(`${prefix}_CLIENT_SECRET`),
        apiUrl: apiUrl?.replace(/\/+$/, ''),
        apiVersion: own(`${prefix}_API_VERSION`),
      }
      platforms.set(name, read)
      return read
    },
  }
}

/** @throws UserError where it is set in part: media would be kept where the other machines don't look */
function s3From(value: z.infer<typeof Variables>): S3Settings | undefined {
  const { S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = value
  const begun = (Object.keys(value) as (keyof typeof value)[]).find(
    (name) => name.startsWith('S3_') && value[name] !== undefined,
  )
  if (begun === undefined) return undefined
  const lacks = (name: keyof typeof VARIABLES): UserError =>
    new UserError(`${name} is not set, though ${begun} is`, {
      wayOut: `Expected ${VARIABLES[name]}. To keep media in files, leave every S3_ variable out.`,
    })
  if (S3_BUCKET === undefined) throw lacks('S3_BUCKET')
  if (S3_ACCESS_KEY_ID === undefined) throw lacks('S3_ACCESS_KEY_ID')
  if (S3_SECRET_ACCESS_KEY === undefined) throw lacks('S3_SECRET_ACCESS_KEY')
  if (S3_ENDPOINT === undefined && S3_REGION === undefined) throw lacks('S3_ENDPOINT')
  const region = S3_REGION ?? 'us-east-1'
  const prefix = value.S3_PREFIX?.replace(/^\/+|\/+$/g, '')
  return {
    endpoint: S3_ENDPOINT?.replace(/\/+$/, '') ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket: S3_BUCKET,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    pathStyle: value.S3_FORCE_PATH_STYLE ?? S3_ENDPOINT !== undefined,
    prefix: prefix ? `${prefix}/` : '',
  }
}

/** Are people reaching Slack or Discord through this install? */
export const hasChats = ({ slack, discord }: Pick<Config, 'slack' | 'discord'>): boolean =>
  Boolean(slack.botToken || slack.clientId || discord.token)

function badVariable(error: z.ZodError, given: Environment): UserError {
  const name = String(error.issues[0]?.path[0] ?? '')
  const found = SECRET.test(name) ? 'a value that does not fit' : `"${given[name] ?? ''}"`
  return new UserError(`${name} is ${found}`, {
    wayOut: `Expected ${VARIABLES[name as keyof typeof VARIABLES] ?? 'something else'}.`,
  })
}
