import type { Progress } from '../platforms/contract/platform.ts'
import { LeaseLost } from './leases.ts'

/** A delivery's finished steps, as the database has them and as this attempt adds to them. */
export class KeptProgress implements Progress {
  readonly #steps: Record<string, unknown>
  readonly #write: (steps: Record<string, unknown>) => Promise<boolean>

  /** @param write writes all steps down; false where the lease is lost */
  constructor(steps: Record<string, unknown>, write: (steps: Record<string, unknown>) => Promise<boolean>) {
    this.#steps = { ...steps }
    this.#write = write
  }

  get<Value>(step: string): Value | undefined {
    return this.#steps[step] as Value | undefined
  }

  /** Not written before the attempt's end is. */
  set(step: string, value: unknown): void {
    this.#steps[step] = value
  }

  all(): Record<string, unknown> {
    return { ...this.#steps }
  }

  /** @throws LeaseLost */
  async keep(step: string, value: unknown): Promise<void> {
    this.#steps[step] = value
    if (!(await this.#write(this.#steps))) throw new LeaseLost()
  }
}
