import dns, { type LookupAddress } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const lookUp = dns.lookup

/** From now on every name is at one of these addresses, and no name server is asked: tests run where there is none. */
export function everyNameIsAt(...addresses: string[]): void {
  const found: LookupAddress[] = addresses.map((address) => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }))
  const [first] = found
  type Done = (error: null, address: string | LookupAddress[] | undefined, family?: number) => void
  dns.lookup = ((_host: string, options: { all?: boolean }, done: Done) =>
    options.all
      ? done(null, found)
      : done(null, first?.address, first?.family)) as unknown as typeof dns.lookup
  syncBuiltinESMExports()
}

/** Names are looked up as always. */
export function namesAreAsked(): void {
  dns.lookup = lookUp
  syncBuiltinESMExports()
}
