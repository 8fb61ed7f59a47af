/** What a text says as JSON; undefined where it is none. Its shape is for a schema to judge. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
