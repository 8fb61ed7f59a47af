import { z } from 'zod'
import { ID, PRIVATE_METADATA } from './limits.ts'

/** Where the answer to a form or a press belongs, by Slack's own ids. All of it is lost without harm but `channel`. */
export interface Place {
  channel?: string | undefined
  thread?: string | undefined
  /** Answers into the channel without being in it: five times within 30 minutes. */
  responseUrl?: string | undefined
  /** Files of the message that a form was made from: they go along with it. */
  files?: string[] | undefined
}

/** What a view carries through Slack and back: a restart in between changes nothing. */
export interface Metadata {
  command: string
  hidden: Record<string, string>
  place: Place
}

const schema = z.object({
  command: z.string(),
  hidden: z.record(z.string(), z.string()),
  place: z.object({
    channel: z.string().optional(),
    thread: z.string().optional(),
    responseUrl: z.string().optional(),
    files: z.array(z.string()).optional(),
  }),
})

/** @throws Error if the form's hidden values alone are longer than a view carries. */
export function writeMetadata(metadata: Metadata): string {
  const { responseUrl: _, ...place } = metadata.place
  const written = [metadata, { ...metadata, place }].map((one) => JSON.stringify(one))
  const fitting = written.find((one) => one.length <= PRIVATE_METADATA)
  if (fitting === undefined)
    throw new Error(`The form ${metadata.command} hides more than ${PRIVATE_METADATA} characters`)
  return fitting
}

/** @throws Error for what `writeMetadata` did not write. */
export const readMetadata = (written: string): Metadata => schema.parse(JSON.parse(written))

export const blockId = (field: string): string => checked(`field:${encodeURIComponent(field)}`)

/** `between` travels in the id, since Slack would trim it from the values. */
export const partId = (field: string, part: number, between: string): string =>
  checked(`field:${encodeURIComponent(field)}:${part}:${Buffer.from(between).toString('base64url')}`)

export const roomId = (field: string): string => checked(`room:${encodeURIComponent(field)}`)

/** The line that says what is wrong with a field, or with the form as a whole (''). */
export const mistakeId = (field: string): string => checked(`${MISTAKE}${encodeURIComponent(field)}`)

export const isMistake = (id: string | undefined): boolean => id?.startsWith(MISTAKE) === true

/** The line that says how a time was read. */
export const readingId = (field: string): string => checked(`reading:${encodeURIComponent(field)}`)

const MISTAKE = 'mistake:'

export interface FieldId {
  name: string
  /** 0 for a field, 1 and up for its continuations. */
  part: number
  between: string
}

/** The field that an input block belongs to; undefined for a block that is none. */
export function readBlockId(id: string): FieldId | undefined {
  const [kind, name, part = '0', between = ''] = id.split(':')
  if (kind !== 'field' || name === undefined) return undefined
  return {
    name: decodeURIComponent(name),
    part: Number(part),
    between: Buffer.from(between, 'base64url').toString(),
  }
}

function checked(id: string): string {
  if (id.length > ID) throw new Error(`The field name in ${id} is too long for Slack`)
  return id
}
