import type { Arg } from '../../app/arg.ts'
import type { CommandFacts, FrontDesk } from '../../app/surface.ts'

/** The API as OpenAPI 3.1, derived from the commands: one operation, one shape of body and one example per command. */
export function openApi(desk: Pick<FrontDesk, 'commands'>, version: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Crier',
      version,
      description:
        'What people type to Crier in a chat, for programs. Answers are messages, with the same in words.',
    },
    paths: { '/api/commands': { post: commands(desk.commands) } },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...SCHEMAS,
        ...Object.fromEntries(desk.commands.map((one) => [schemaName(one), callSchema(one)])),
      },
    },
  }
}

const commands = (all: readonly CommandFacts[]) => ({
  operationId: 'runCommand',
  summary: 'Runs a command, as if it had been typed',
  description: all
    .map(({ name, usage, summary, who }) => `- \`${`${name} ${usage}`.trim()}\`: ${summary} (${who})`)
    .join('\n'),
  security: [{ token: [] }],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { oneOf: [{ $ref: '#/components/schemas/Line' }, ...all.map((one) => ref(schemaName(one)))] },
        examples: Object.fromEntries(
          all.flatMap(({ name, summary, examples }) =>
            examples.map((line, index) => [
              index === 0 ? name : `${name}-${index + 1}`,
              { summary, value: { line } },
            ]),
          ),
        ),
      },
    },
  },
  responses: {
    200: { description: 'What Crier says', ...json(ref('Answer')) },
    400: { description: 'The request could not be read', ...json(ref('Refusal')) },
    401: { description: 'The token is missing or opens nothing', ...json(ref('Refusal')) },
    404: { description: 'There is no such command', ...json(ref('Refusal')) },
    413: { description: 'The request is too large', ...json(ref('Refusal')) },
    422: {
      description:
        'It was not done: `error` says why; where values are missing or wrong, the form says which',
      ...json(ref('NeedsMore')),
    },
    500: { description: 'An error of Crier’s own; it says its id', ...json(ref('Refusal')) },
  },
})

const callSchema = ({ name, summary, args }: CommandFacts) => ({
  type: 'object',
  description: summary,
  required: ['command'],
  additionalProperties: false,
  properties: {
    command: { const: name },
    args: {
      type: 'object',
      properties: Object.fromEntries(args.map((arg) => [arg.name, argSchema(arg)])),
      required: args.filter(({ required }) => required).map((arg) => arg.name),
    },
  },
})

function argSchema({ kind, label, hint, choices }: Arg): Record<string, unknown> {
  const description = hint ? `${label}. ${hint}` : label
  switch (kind) {
    case 'flag':
      return { type: 'boolean', description }
    case 'number':
    case 'post':
      return { type: ['integer', 'string'], description }
    case 'choice':
      return { type: 'string', description, ...(choices ? { enum: choices.map(({ value }) => value) } : {}) }
    case 'accounts':
      return { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], description }
    case 'secret':
      return { type: 'string', format: 'password', description }
    case 'delivery':
    case 'when':
    case 'text':
    case 'words':
    case 'member':
    case 'channel':
      return { type: 'string', description }
    default:
      throw new TypeError(`No such kind of argument: ${kind satisfies never}`)
  }
}

const schemaName = ({ name }: CommandFacts): string => `Call_${name.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}`
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: object) => ({ content: { 'application/json': { schema } } })

const SCHEMAS = {
  Line: {
    type: 'object',
    required: ['line'],
    additionalProperties: false,
    properties: { line: { type: 'string', minLength: 1, description: 'A line as one would type it' } },
  },
  Answer: {
    type: 'object',
    required: ['type', 'audience', 'text', 'message'],
    properties: {
      type: { const: 'message' },
      audience: { enum: ['person', 'channel'], description: 'Who would see it in a chat' },
      text: { type: 'string', description: 'The message in words' },
      message: {
        type: 'object',
        required: ['type', 'blocks'],
        properties: {
          type: { const: 'message' },
          blocks: {
            type: 'array',
            items: {
              type: 'object',
              required: ['type'],
              properties: {
                type: {
                  enum: [
                    'heading',
                    'text',
                    'quote',
                    'facts',
                    'list',
                    'image',
                    'divider',
                    'note',
                    'buttons',
                    'select',
                  ],
                },
              },
            },
          },
        },
      },
    },
  },
  NeedsMore: {
    type: 'object',
    required: ['error', 'type', 'form'],
    properties: {
      error: { type: 'string' },
      type: { const: 'form' },
      form: {
        type: 'object',
        required: ['command', 'fields'],
        properties: {
          command: { type: 'string' },
          fields: { type: 'array', items: { type: 'object' } },
          errors: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    },
  },
  Refusal: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
}
