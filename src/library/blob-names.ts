/**
 * Where bytes lie, in a folder and in a bucket alike: `<workspace>/<first two characters>/<SHA-256>`, so that a team's
 * media can be copied, counted and moved by themselves.
 *
 * @returns the name, and the one that was used before media were kept by workspace
 * @throws Error for what is no SHA-256 in hex, or no id: neither may lead elsewhere
 */
export function blobNames(workspaceId: string, sha256: string): { name: string; before: string } {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('A media key is 64 hex characters')
  if (!/^[\w-]+$/.test(workspaceId)) throw new Error('A workspace’s id is letters, digits and hyphens')
  const before = `${sha256.slice(0, 2)}/${sha256}`
  return { name: `${workspaceId}/${before}`, before }
}
