import { Report, reporterOf, takeReport } from '../app/hooks-report.ts'
import type { Routes } from '../app/routes.ts'
import type { Workbench } from '../app/workbench.ts'
import { refusal } from './refusal.ts'

/** A report is a few lines. */
const MAX_BODY = 64 * 1024

/**
 * `POST /hooks/<secret>`: an automation reports what became of a delivery.
 *
 *     { "delivery": "42.1", "state": "published", "url": "https://…", "metrics": { "likes": 3 } }
 *     { "delivery": "42.1", "state": "failed", "message": "The token is too old" }
 *
 * `delivery` is its number on the card, or its id; `state` and `metrics` may each be left out, not both. Answers
 * `{ "ok": true, "delivery": "42.1", "state": "published", "changed": true }`; the same report again changes nothing.
 * A refusal is `{ "error": "<one sentence>" }`: 400 can't be read, 404 no such address or delivery, 409 not as it stands.
 */
export function hookRoutes(bench: Workbench): Routes {
  return {
    path: '/hooks',
    maxBody: MAX_BODY,
    async handle(request) {
      const [, secret] = /^\/hooks\/([\w-]{16,128})$/.exec(new URL(request.url).pathname) ?? []
      const workspace = secret === undefined ? undefined : await reporterOf(bench, secret)
      // Before the body is read: a stranger is not listened to.
      if (!workspace) return refusal(404, 'Nobody listens at this address; `hooks incoming` makes one.')
      if (request.method !== 'POST')
        return refusal(405, 'Reports are posted to this address.', { allow: 'POST' })
      const read = readReport(await request.text())
      if ('sentence' in read) return refusal(400, read.sentence)
      const reported = await takeReport(bench, workspace, read.report)
      if (!reported.ok) return refusal(reported.status, reported.sentence)
      return Response.json(reported, { headers: { 'cache-control': 'no-store' } })
    },
  }
}

function readReport(body: string): { report: Report } | { sentence: string } {
  let said: unknown
  try {
    said = JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return { sentence: 'This is not JSON.' }
    throw error
  }
  const parsed = Report.safeParse(said)
  if (parsed.success) return { report: parsed.data }
  const [issue] = parsed.error.issues
  const at = issue?.path.join('.')
  return { sentence: `${at ? `"${at}" can't be taken` : "This can't be taken"}: ${issue?.message}.` }
}
