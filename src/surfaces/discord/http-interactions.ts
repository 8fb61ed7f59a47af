import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { APIInteraction, APIInteractionResponse } from 'discord.js'
import type { Routes } from '../../app/routes.ts'
import type { Clock } from '../../kit/clock.ts'
import { MINUTE, SECOND } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { UserError } from '../../kit/user-error.ts'
import type { Interactions } from './interactions.ts'

const INTERACTIONS_PATH = '/discord/interactions'
/** Discord signs the moment of sending; what is older is somebody else's copy. */
const LATEST = 5 * MINUTE
/** Nothing that Discord sends comes near: a command's options hold 25 times 6,000 characters at most. */
const MOST_BYTES = 1024 * 1024
/** Discord gives up after three seconds; an answer that comes later is not waited for. */
const ANSWER_WITHIN = 2900

/**
 * Discord's interactions by HTTP: each is signed with ed25519 over timestamp and body, and its answer is the first
 * response. https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint
 *
 * @param publicKey the application's, 64 hexadecimal digits
 * @throws UserError where it is no such key
 */
export function interactionRoutes({
  publicKey,
  applicationId,
  interactions,
  clock,
  log,
}: {
  publicKey: string
  /** Whose interactions these are; where it is known, no other's are taken. */
  applicationId?: string | undefined
  interactions: Interactions
  clock: Clock
  log: Log
}): Routes {
  const key = keyOf(publicKey)

  return {
    path: '/discord',
    maxBody: MOST_BYTES,
    async handle(request) {
      if (new URL(request.url).pathname !== INTERACTIONS_PATH) return undefined
      if (request.method !== 'POST') return refused(405, 'Discord posts its interactions here.')
      const timestamp = request.headers.get('x-signature-timestamp') ?? ''
      const signature = request.headers.get('x-signature-ed25519') ?? ''
      const body = new Uint8Array(await request.arrayBuffer())
      if (body.length > MOST_BYTES) return refused(413, 'That is too long for an interaction.')
      if (!isSigned(key, { timestamp, signature, body })) return refused(401, 'The signature does not fit.')
      if (Math.abs(clock.now() - Number(timestamp) * SECOND) > LATEST) return refused(401, 'That is too old.')

      const interaction = parsed(body)
      if (!interaction) return refused(400, 'That is no interaction.')
      const { application_id: meant } = interaction
      if (applicationId !== undefined && meant !== undefined && meant !== applicationId)
        return refused(401, 'That is meant for another application.')
      return answerTo(interaction)
    },
  }

  async function answerTo(interaction: APIInteraction): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<Response>()
    const timeout = setTimeout(() => {
      log.warn({ interaction: interaction.id }, 'an interaction was not answered in time')
      resolve(refused(504, 'No answer in time.'))
    }, ANSWER_WITHIN)
    const answered = interactions.answer(interaction, (response: APIInteractionResponse) => {
      resolve(Response.json(response))
      return Promise.resolve()
    })
    // What nothing answers (a repetition, a kind that Crier offers nowhere) must not keep Discord waiting.
    void answered.then(() => resolve(refused(409, 'That was answered already.')))
    try {
      return await promise
    } finally {
      clearTimeout(timeout)
    }
  }
}

interface Signed {
  timestamp: string
  signature: string
  body: Uint8Array
}

function isSigned(key: KeyObject, { timestamp, signature, body }: Signed): boolean {
  if (!/^\d{1,12}$/.test(timestamp) || !/^[0-9a-f]{128}$/i.test(signature)) return false
  return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'hex'))
}

function keyOf(publicKey: string): KeyObject {
  if (!/^[0-9a-f]{64}$/i.test(publicKey)) {
    throw new UserError('DISCORD_PUBLIC_KEY is not 64 hexadecimal digits.', {
      wayOut:
        'Copy it from the General Information of your application: https://discord.com/developers/applications',
    })
  }
  const x = Buffer.from(publicKey, 'hex').toString('base64url')
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
}

function parsed(body: Uint8Array): APIInteraction | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    // Its signature says that it is Discord's; its own types say the rest.
    return typeof value === 'object' && value !== null && 'type' in value
      ? (value as APIInteraction)
      : undefined
  } catch {
    return undefined
  }
}

const refused = (status: number, why: string): Response => Response.json({ error: why }, { status })
