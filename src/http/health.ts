import { createHash, timingSafeEqual } from 'node:crypto'
import type { Registry } from 'prom-client'
import type { Routes } from '../app/routes.ts'

/** What `/readyz` says: `ok`, and whatever else tells the operator why. Holds no secret: anybody may ask. */
export interface Readiness {
  ok: boolean
  [fact: string]: unknown
}

/**
 * `/healthz` says that the process answers; `/readyz` whether it does its work, 503 where it does not. Where there is a
 * token, a balancer without it learns the status and nothing else.
 */
export function healthRoutes(readiness: () => Promise<Readiness>, token?: string): Routes[] {
  return [
    { path: '/healthz', handle: async () => fresh(Response.json({ ok: true })) },
    {
      path: '/readyz',
      handle: async (request) => {
        const found = await readiness()
        const said = bears(request, token) ? found : { ok: found.ok }
        return fresh(Response.json(said, { status: found.ok ? 200 : 503 }))
      },
    },
  ]
}

/** `/metrics` in Prometheus' text format; its `authorization` is sent by Prometheus' own `credentials` setting. */
export const metricsRoutes = (registry: Registry, token?: string): Routes => ({
  path: '/metrics',
  async handle(request) {
    if (!bears(request, token))
      return fresh(
        new Response('Send METRICS_TOKEN as a bearer token.\n', {
          status: 401,
          headers: { 'www-authenticate': 'Bearer' },
        }),
      )
    return fresh(
      new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } }),
    )
  },
})

/** Hashed first, so that the comparison tells nothing, not even a length. */
function bears(request: Request, token: string | undefined): boolean {
  if (token === undefined) return true
  const digest = (words: string) => createHash('sha256').update(words).digest()
  return timingSafeEqual(digest(request.headers.get('authorization') ?? ''), digest(`Bearer ${token}`))
}

function fresh(response: Response): Response {
  response.headers.set('cache-control', 'no-store')
  return response
}
