import { z } from 'zod'
import type { Http } from '../contract/http.ts'
import type { Phase } from '../contract/refusal.ts'

interface Asking {
  http: Http
  phase: Phase
  signal: AbortSignal
}

const Resolved = z.object({ did: z.string().startsWith('did:') })

/** A server's description of an identity: all that is needed of it is where the data is kept. */
export const DidDocument = z.object({
  service: z.array(z.object({ id: z.string(), serviceEndpoint: z.unknown() })).optional(),
})

/** The address of the server that keeps an identity's data, by its document. */
export function dataServerOf(document: z.infer<typeof DidDocument>): string | undefined {
  const endpoint = document.service?.find(({ id }) => id.endsWith('#atproto_pds'))?.serviceEndpoint
  return typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint).origin : undefined
}

/** The DID behind a handle (or the DID itself), asked of `server`; undefined where there is no such handle. */
export async function resolveHandle(
  handle: string,
  server: string,
  { http, phase, signal }: Asking,
): Promise<string | undefined> {
  if (handle.startsWith('did:')) return handle
  const found = await http.find({
    phase,
    name: 'resolveHandle',
    url: `${server}/xrpc/com.atproto.identity.resolveHandle`,
    query: { handle },
    answer: Resolved,
    signal,
    absent: ({ status }) => status === 400,
  })
  return found?.data.did
}

const PLC_DIRECTORY = 'https://plc.directory'

/** The server that keeps the data of `did`, by its document in the directory (did:plc) or on its own domain (did:web). */
export async function findDataServer(
  did: string,
  { http, phase, signal }: Asking,
  directory: string = PLC_DIRECTORY,
): Promise<string | undefined> {
  const url = did.startsWith('did:web:')
    ? `https://${did.slice('did:web:'.length)}/.well-known/did.json`
    : `${directory}/${did}`
  const found = await http.find({ phase, name: 'find data server', url, answer: DidDocument, signal })
  return found && dataServerOf(found.data)
}
