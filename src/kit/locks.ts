/** What one process at a time may hold, of all that share a database: named locks that end with whoever holds them. */
export interface Locks {
  /**
   * Takes the lock of that name, or answers undefined where somebody has it, this process included.
   * @throws where nobody could be asked
   */
  tryAcquire(name: string): Promise<Lock | undefined>
}

export interface Lock {
  /** Aborted as soon as it may be somebody else's: whoever holds it must stop at once what it stands for. */
  readonly lost: AbortSignal
  /** Gives it back. Does nothing where it was lost. */
  release(): Promise<void>
}

/** For the one process of an embedded database: nobody else can hold anything. */
export function locksInMemory(): Locks {
  const held = new Map<string, Lock>()
  return {
    async tryAcquire(name) {
      if (held.has(name)) return undefined
      const lock: Lock = {
        lost: new AbortController().signal,
        async release() {
          if (held.get(name) === lock) held.delete(name)
        },
      }
      held.set(name, lock)
      return lock
    },
  }
}
