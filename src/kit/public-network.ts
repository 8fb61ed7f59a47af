import { type LookupAddress, type LookupOptions, lookup as resolve } from 'node:dns'
import { isIP } from 'node:net'
// ipaddr.js: names the special-use range an address is in (IANA's registries, IPv4 and IPv6), which Node cannot say.
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector, fetch } from 'undici'

/** A connection was refused because its address is not on the public internet. */
export class PrivateAddressError extends Error {
  override name = 'PrivateAddressError'
  readonly code = 'ERR_PRIVATE_ADDRESS'
  readonly host: string

  constructor(host: string) {
    super(`${host} is not on the public internet`)
    this.host = host
  }
}

/** Addresses that are public by number and serve a cloud's own machinery all the same: Azure's host. */
const METADATA = new Set(['168.63.129.16'])

/** The part of IPv6 that is handed out (RFC 4291, IANA): all else is special, whatever its name. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** IPv4 seen through NAT64 (RFC 6052): judged by the IPv4 address inside. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** Is this IPv4 or IPv6 address on the public internet? Mapped and translated IPv4 is judged by the address inside. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (METADATA.has(parsed.toString())) return false
  if (parsed instanceof ipaddr.IPv6) {
    if (parsed.match(NAT64)) return isPublicAddress(parsed.toByteArray().slice(12).join('.'))
    return parsed.range() === 'unicast' && parsed.match(GLOBAL_UNICAST)
  }
  return parsed.range() === 'unicast'
}

/** Connections to one origin: what is more waits for one of them, instead of shaking hands with a platform a thousand times. */
const CONNECTIONS = 256

export interface PublicAgentOptions {
  /** Origins (`http://127.0.0.1:3000`) that the operator configured and that may be anywhere. */
  allowOrigins?: readonly string[]
  /** Milliseconds until a connection must stand. */
  connectTimeout?: number
}

/**
 * An agent that connects to public addresses only. It judges the very address each connection goes to, so neither a
 * redirect, nor a name that resolves to something else the second time, nor an IPv4 address in IPv6 clothes gets around it.
 *
 * A request fails with PrivateAddressError before anything is sent.
 */
export function publicAgent({ allowOrigins = [], connectTimeout = 10_000 }: PublicAgentOptions = {}): Agent {
  const allowed = new Set(allowOrigins.map((origin) => new URL(origin).origin))
  const anywhere = buildConnector({ timeout: connectTimeout })
  const guarded = buildConnector({ timeout: connectTimeout, lookup: lookUpPublic })
  return new Agent({
    // One request per connection at a time, in HTTP/1.1: only so is it certain whether a request was sent.
    allowH2: false,
    pipelining: 1,
    connections: CONNECTIONS,
    // An idle connection is dropped well before servers drop theirs (five seconds or more): a request that meets a
    // closing connection loses its answer, and a lost answer can cost a person's time.
    keepAliveTimeout: 2_000,
    keepAliveMaxTimeout: 4_000,
    connect(options, callback) {
      const host = unbracketed(options.hostname)
      if (allowed.has(originOf(options.protocol, host, options.port))) return anywhere(options, callback)
      // Node looks no name up for a literal address, so the guard in the look-up would never see it.
      if (isIP(host) && !isPublicAddress(host)) return callback(new PrivateAddressError(host), null)
      return guarded(options, callback)
    },
  })
}

/** A request whose answer is read whole. Redirects are not followed. */
export type PublicFetch = (
  url: string,
  request: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<Response>

/** The largest answer that `publicFetch` reads, in bytes. */
const LARGEST_ANSWER = 1_000_000

/**
 * `fetch` for libraries that bring their own protocol, through an agent that connects to public addresses only.
 *
 * It rejects with what undici's `fetch` rejects with; a PrivateAddressError is the `cause`.
 */
export function publicFetch(agent: Agent): PublicFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      redirect: 'manual',
      dispatcher: agent,
    })
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength
      if (size > LARGEST_ANSWER) throw new TypeError('The answer is too long to read')
      chunks.push(chunk)
    }
    const type = answer.headers.get('content-type')
    const empty = [204, 205, 304].includes(answer.status)
    return new Response(empty ? null : Buffer.concat(chunks), {
      status: answer.status,
      headers: type === null ? {} : { 'content-type': type },
    })
  }
}

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** As `dns.lookup`, but private addresses are not found. */
function lookUpPublic(host: string, options: LookupOptions, found: Found): void {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, [])
    const open = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = open
    if (!first) return found(new PrivateAddressError(host), [])
    return options.all ? found(null, open) : found(null, first.address, first.family)
  })
}

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

const originOf = (protocol: string, host: string, port: string): string =>
  new URL(`${protocol}//${host.includes(':') ? `[${host}]` : host}${port ? `:${port}` : ''}`).origin
