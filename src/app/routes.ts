/** A part of the HTTP server that a room brings along: `start.ts` hangs it under its path. Fetch-style, so that any server can carry it. */
export interface Routes {
  /** Path prefix without a trailing slash: `/slack`, `/api`, '' for the page itself. */
  path: string
  /** The largest request body it takes, in bytes; the server's own limit (1 MB) where absent. */
  maxBody?: number
  handle(request: Request, connection: { remoteAddress: string | undefined }): Promise<Response | undefined>
}
