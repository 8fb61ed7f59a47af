/** An answer that says no in one sentence, as JSON. */
export const refusal = (status: number, sentence: string, headers: Record<string, string> = {}): Response =>
  Response.json({ error: sentence }, { status, headers: { 'cache-control': 'no-store', ...headers } })
