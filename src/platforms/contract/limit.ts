/**
 * How long a call may last: until its caller's signal is aborted, or `patience` ms are over. A thing of its own and no
 * signal, since thousands of calls at once would each make one; and released by hand, because AbortSignal.any leaves some
 * 700 bytes at a signal that lives as long as the process, for each call.
 */
export class Limit {
  /** Why the call must end; undefined as long as it may go on. */
  reason: unknown
  /** Its time was over. */
  timedOut = false
  /** Called once where the call must end. */
  onEnd: ((reason: unknown) => void) | undefined
  readonly #outer: AbortSignal
  readonly #timer: NodeJS.Timeout
  readonly #follow = (): void => this.#end(this.#outer.reason)

  constructor(outer: AbortSignal, patience: number) {
    this.#outer = outer
    this.#timer = setTimeout(() => {
      this.timedOut = true
      this.#end(new DOMException('The call took too long', 'TimeoutError'))
    }, patience)
    if (outer.aborted) this.#follow()
    else outer.addEventListener('abort', this.#follow, { once: true })
  }

  get ended(): boolean {
    return this.reason !== undefined
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#outer.removeEventListener('abort', this.#follow)
    this.onEnd = undefined
  }

  #end(reason: unknown): void {
    if (this.ended) return
    this.reason = reason
    this.onEnd?.(reason)
  }
}
