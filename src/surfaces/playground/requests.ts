import { z } from 'zod'
import type { IncomingFile } from '../../app/surface.ts'
import { parseJson } from '../../kit/parse-json.ts'
import { isLocale, isZone } from './readers.ts'

/** 64 MB: an image, or a short film, for a post. */
export const MAX_UPLOAD = 64 * 1024 * 1024

const reader = {
  /** Who speaks: a member's id. */
  as: z.string().min(1).max(100),
  zone: z.string().refine(isZone).optional().catch(undefined),
  locale: z.string().refine(isLocale).optional().catch(undefined),
}

const Values = z.record(z.string(), z.union([z.string(), z.array(z.string()), z.boolean()]))

const Say = z.object({
  ...reader,
  channel: z.string().min(1).max(100),
  /** The entry in whose thread it is said. */
  thread: z.string().max(100).optional(),
  line: z.string().max(200_000).optional(),
  command: z.string().max(100).optional(),
  values: Values.optional(),
  press: z.boolean().optional(),
  /** The entry whose button was pressed. */
  entry: z.string().max(100).optional(),
  /** Descriptions of the files, in their order. */
  alts: z.array(z.string().max(5_000)).max(20).default([]),
})
export type Say = z.infer<typeof Say>

const Complete = z.object({ ...reader, line: z.string().max(2_000) })
const Suggest = z.object({
  ...reader,
  command: z.string().max(100),
  arg: z.string().max(100),
  partial: z.string().max(1_000),
})

/** What somebody says, with the files that came along; undefined where it can't be read. */
export async function readSay(request: Request): Promise<{ say: Say; files: IncomingFile[] } | undefined> {
  if (!request.headers.get('content-type')?.startsWith('multipart/form-data')) {
    const say = Say.safeParse(await readJson(request))
    return say.success ? { say: say.data, files: [] } : undefined
  }
  const form = await request.formData().catch((error: unknown) => {
    // What is cut short or broken is no form; the platform says so with a TypeError.
    if (error instanceof TypeError) return undefined
    throw error
  })
  if (!form) return undefined
  const said = form.get('say')
  const say = Say.safeParse(typeof said === 'string' ? parseJson(said) : undefined)
  if (!say.success) return undefined
  const sent = form.getAll('file').filter((part) => part instanceof File)
  const files = sent.map((file, index): IncomingFile => {
    const alt = say.data.alts[index]?.trim()
    return {
      name: file.name,
      bytes: async () => new Uint8Array(await file.arrayBuffer()),
      open: async () => file.stream(),
      ...(alt ? { alt } : {}),
    }
  })
  return { say: say.data, files }
}

export const readComplete = async (request: Request) => Complete.safeParse(await readJson(request)).data
export const readSuggest = async (request: Request) => Suggest.safeParse(await readJson(request)).data

const readJson = async (request: Request): Promise<unknown> => parseJson(await request.text())
