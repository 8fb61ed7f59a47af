import { z } from 'zod'
import type { Actor } from '../src/app/actor.ts'
import { defineCommand } from '../src/app/command.ts'
import { CONNECTS, connectByForm, platformByName } from '../src/app/connect-accounts.ts'
import { type OpenWay, pickWay, waysOf } from '../src/app/connect-ways.ts'
import { callbackWarning, signInLink } from '../src/app/sign-in-links.ts'
import { UserError } from '../src/kit/user-error.ts'
import type { Form, FormValues } from '../src/message/form.ts'
import type { Platform } from '../src/platforms/contract/platform.ts'
import { connectedView, connectView, signInView, waysView } from '../src/views/accounts.ts'

export default defineCommand({
  name: 'connect',
  summary: 'Connect an account of a platform, or make one work again',
  usage: '<platform> [<way>]',
  examples: ['connect', 'connect bluesky', 'connect mastodon 2'],
  who: CONNECTS,
  // What a platform asks for stands in its own file, so the rest of the values are passed on as they came.
  args: z.object({ platform: z.string().optional(), way: z.coerce.number().int().min(1).optional() }).loose(),
  fields: [
    {
      name: 'platform',
      kind: 'words',
      label: 'Platform',
      hint: 'its name, such as bluesky',
      required: false,
    },
    {
      name: 'way',
      kind: 'number',
      label: 'Way in',
      hint: 'its number, where a platform has several',
      required: false,
    },
  ],

  form(values, context) {
    const platform = platformByName(context.bench, String(values.platform ?? ''))
    const picked = pickWay(context, platform, values)
    if (!picked || (picked.way.fields ?? []).length === 0)
      throw new UserError(`There is nothing to fill in for ${platform.label}`, {
        offers: [{ label: 'Connect', line: `connect ${platform.name}` }],
      })
    return connectForm(platform, picked, values)
  },

  async run({ platform: name, ...rest }, context) {
    if (!name) return connectView([...context.bench.platforms.values()].filter(askable))
    const platform = platformByName(context.bench, name)
    const values = rest as FormValues
    const picked = pickWay(context, platform, values)
    if (!picked) {
      const ways = waysOf(context, platform).map(({ way, place }) => ({
        label: way.label,
        line: `connect ${platform.name} ${place + 1}`,
      }))
      return waysView(platform, ways)
    }
    const asked = picked.way.fields ?? []
    if (asked.length > 0 && !asked.some((field) => field.name in values))
      return connectForm(platform, picked, await knownOf(context, platform))
    return walk(context, platform, picked, values)
  },
})

async function walk(context: Actor, platform: Platform, { way, place }: OpenWay, values: FormValues) {
  switch (way.by) {
    case 'form': {
      const { account, showOnce } = await connectByForm(context, platform, way, values)
      return connectedView(account, context.bench.platforms, { showOnce })
    }
    case 'oauth':
      return signInView(platform, {
        label: way.label,
        href: signInLink(context, platform, place, values),
        scopes: way.scopes,
        warning: callbackWarning(context.bench, platform, way),
      })
    default:
      return way satisfies never
  }
}

/** What is known of the one account there that must be connected again: its name need not be typed a second time. */
async function knownOf({ stores }: Actor, platform: Platform): Promise<FormValues> {
  const [account, ...others] = await stores.accounts.list({ platform: platform.name, states: ['reconnect'] })
  if (!account || others.length > 0) return {}
  const facts = Object.entries(account.facts).filter(
    (fact): fact is [string, string] => typeof fact[1] === 'string',
  )
  return { ...Object.fromEntries(facts), ...Object.fromEntries(NAMES.map((name) => [name, account.handle])) }
}

/** How platforms call the field in which an account says who it is. */
const NAMES = ['handle', 'identifier']

const askable = (platform: Platform): boolean =>
  platform.connect.some((way) => way.by === 'oauth' || way.fields.length > 0)

const connectForm = (platform: Platform, { way, place }: OpenWay, values: FormValues): Form => ({
  type: 'form',
  title: `Connect ${platform.label}`,
  command: 'connect',
  hidden: { platform: platform.name, way: String(place + 1) },
  fields: (way.fields ?? []).map((field) =>
    field.kind === 'text' && typeof values[field.name] === 'string'
      ? { ...field, value: String(values[field.name]) }
      : field,
  ),
  submit: way.by === 'form' ? 'Connect' : 'Go on',
  intro: [{ type: 'plain', text: way.label }],
})
