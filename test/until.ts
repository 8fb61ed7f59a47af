/**
 * Waits for something to become true, and says what it waited for.
 *
 * @param within ms after which it will not come any more, also on a machine that is busy or slow
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  within = 30_000,
): Promise<NonNullable<Value>> {
  const end = performance.now() + within
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > end) throw new Error(`Waited ${within} ms in vain for ${what}`)
    await new Promise((again) => setTimeout(again, 20))
  }
}
