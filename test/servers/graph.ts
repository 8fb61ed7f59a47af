import type { Received, Reply } from '../platforms/fault-server.ts'

/** A refusal as the Graph API gives it. https://developers.facebook.com/docs/graph-api/guides/error-handling */
export const graphRefusal = (
  code: number,
  message: string,
  subcode?: number,
  status = 400,
): { status: number; json: unknown } => ({
  status,
  json: {
    error: {
      message,
      type: 'OAuthException',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      fbtrace_id: 'AbCdEf',
    },
  },
})

/** The fields of a call, wherever they stand. */
export function fieldsOf({ query, text, headers }: Received): URLSearchParams {
  const fields = new URLSearchParams(query)
  if (String(headers['content-type']).startsWith('application/x-www-form-urlencoded')) {
    for (const [name, value] of new URLSearchParams(text)) fields.append(name, value)
  }
  return fields
}

/** Answers that a test has planned for the next call to a path, before the server's own. */
export function plannedFaults() {
  const planned: { path: RegExp; reply: Reply; after: boolean }[] = []
  return {
    /** The next call to `path` gets `reply`; with `after` the server does what was asked first. */
    fail(path: RegExp, reply: Reply, { after = false } = {}): void {
      planned.push({ path, reply, after })
    },
    through(request: Received, well: (request: Received) => Reply): Reply {
      const index = planned.findIndex(({ path }) => path.test(`${request.method} ${request.path}`))
      const [fault] = index < 0 ? [] : planned.splice(index, 1)
      if (!fault) return well(request)
      if (fault.after) well(request)
      return fault.reply
    },
  }
}

/** Time as Meta writes it: `2026-11-20T12:00:00+0000`. */
export const graphTime = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' }).replace('Z', '+0000')
