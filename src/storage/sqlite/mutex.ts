/** One at a time, in the order of asking. */
export interface Mutex {
  readonly taken: boolean
  /** Waits for one's turn; the returned function ends it. */
  take(): Promise<() => void>
}

export function createMutex(): Mutex {
  const waiting: (() => void)[] = []
  let taken = false
  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken = false
    else next()
  }
  return {
    get taken() {
      return taken
    },
    take: async () => {
      if (taken) await new Promise<void>((turn) => waiting.push(turn))
      taken = true
      return release
    },
  }
}
