import { z } from 'zod'
import { defineCommand } from '../src/app/command.ts'
import { connectByForm, platformByName } from '../src/app/connect-accounts.ts'
import { UserError } from '../src/kit/user-error.ts'
import type { Form, FormValues } from '../src/message/form.ts'
import type { Platform } from '../src/platforms/contract/platform.ts'
import { connectedView, connectView } from '../src/views/accounts.ts'

export default defineCommand({
  name: 'connect',
  summary: 'Connect an account of a platform, or make one work again',
  usage: '<platform>',
  examples: ['connect', 'connect bluesky'],
  who: 'approver',
  // What a platform asks for stands in its own file, so the rest of the values are passed on as they came.
  args: z.object({ platform: z.string().optional() }).loose(),
  fields: [
    {
      name: 'platform',
      kind: 'words',
      label: 'Platform',
      hint: 'its name, such as bluesky',
      required: false,
    },
  ],

  form: (values, { bench }) => connectForm(platformByName(bench, String(values.platform ?? '')), values),

  async run({ platform: name, ...rest }, context) {
    if (!name) return connectView([...context.bench.platforms.values()].filter(askable))
    const platform = platformByName(context.bench, name)
    const way = platform.connect.find((one) => one.by === 'form')
    if (!way)
      throw new UserError(`${platform.label} can't be connected by a form yet`, {
        wayOut: platform.setUp.operator,
      })
    const values = rest as FormValues
    const asked = way.fields ?? []
    if (asked.length > 0 && !asked.some((field) => field.name in values)) return connectForm(platform, {})
    const account = await connectByForm(context, platform, way, values)
    return connectedView(account, context.bench.platforms)
  },
})

const askable = (platform: Platform): boolean =>
  platform.connect.some((way) => way.by === 'form' && way.fields.length > 0)

function connectForm(platform: Platform, values: FormValues): Form {
  const way = platform.connect.find((one) => one.by === 'form')
  if (way?.by !== 'form')
    throw new UserError(`${platform.label} can't be connected by a form yet`, {
      wayOut: platform.setUp.operator,
    })
  return {
    type: 'form',
    title: `Connect ${platform.label}`,
    command: 'connect',
    hidden: { platform: platform.name },
    fields: way.fields.map((field) =>
      field.kind === 'text' && typeof values[field.name] === 'string'
        ? { ...field, value: String(values[field.name]) }
        : field,
    ),
    submit: 'Connect',
    intro: [{ type: 'plain', text: way.label }],
  }
}
