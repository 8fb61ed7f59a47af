import type { Registry } from 'prom-client'
import type { Routes } from '../app/routes.ts'

/** What `/readyz` says: `ok`, and whatever else tells the operator why. Holds no secret: anybody may ask. */
export interface Readiness {
  ok: boolean
  [fact: string]: unknown
}

/** `/healthz` says that the process answers; `/readyz` whether it does its work, 503 where it does not. */
export function healthRoutes(readiness: () => Promise<Readiness>): Routes[] {
  return [
    { path: '/healthz', handle: async () => fresh(Response.json({ ok: true })) },
    {
      path: '/readyz',
      handle: async () => {
        const found = await readiness()
        return fresh(Response.json(found, { status: found.ok ? 200 : 503 }))
      },
    },
  ]
}

/** `/metrics` in Prometheus' text format. */
export const metricsRoutes = (registry: Registry): Routes => ({
  path: '/metrics',
  handle: async () =>
    fresh(new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })),
})

function fresh(response: Response): Response {
  response.headers.set('cache-control', 'no-store')
  return response
}
