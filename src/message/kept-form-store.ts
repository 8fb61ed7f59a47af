import type { EpochMs } from '../kit/clock.ts'
import type { FormValues } from './form.ts'

/** What somebody typed and Crier refused, kept so that the form opens again as it was left: nothing typed is lost. */
export interface KeptForm {
  /** Short, because a button's line carries it: `form k3m9px`. */
  code: string
  memberId: string
  command: string
  values: FormValues
  errors: Record<string, string>
  createdAt: EpochMs
}

/** Bound to one workspace. */
export interface KeptFormStore {
  keep(form: KeptForm): Promise<void>
  get(code: string): Promise<KeptForm | undefined>
  /** Forgets what was kept before `createdBefore` (UTC ms). */
  forgetOlder(createdBefore: EpochMs): Promise<void>
}
