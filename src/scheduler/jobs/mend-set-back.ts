import type { Workbench } from '../../app/workbench.ts'
import { defineJob } from '../job.ts'
import { createSetBack, LOOK_EVERY, type SetBack } from '../set-back.ts'

/** Per process: what it has seen standing still. */
const looks = new WeakMap<Workbench, SetBack>()

/** Looks for what a clock that was set back has left in a time to come. */
export default defineJob({
  name: 'mend-set-back',
  every: LOOK_EVERY,

  async run({ bench }) {
    const setBack = looks.get(bench) ?? createSetBack(bench)
    looks.set(bench, setBack)
    await setBack.look()
  },
})
