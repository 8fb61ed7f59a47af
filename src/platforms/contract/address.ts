import { UserError } from '../../kit/user-error.ts'

/**
 * The origin of a server as a person types it: `mastodon.social`, `https://mastodon.social/`. A token is sent there, so
 * it must be https, except on the origin that the operator configured.
 *
 * @param configured the platform's base address, with the operator's override applied, or ''
 * @throws UserError on `field`
 */
export function originTyped(
  typed: string,
  { field, example, configured }: { field: string; example: string; configured: string },
): string {
  const said = typed.trim()
  const known = configured === '' ? undefined : new URL(configured)
  const scheme = /^[a-z]+:\/\//i.test(said) ? '' : said === known?.host ? `${known.protocol}//` : 'https://'
  const url = URL.canParse(scheme + said) ? new URL(scheme + said) : undefined
  const wayOut = `Write it like ${example}.`
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new UserError('The server is not a web address.', { field, wayOut })
  }
  if (url.protocol === 'http:' && url.origin !== known?.origin) {
    throw new UserError(
      'The server’s address begins with http:, so anybody on the way could read the token.',
      {
        field,
        wayOut,
      },
    )
  }
  return url.origin
}
