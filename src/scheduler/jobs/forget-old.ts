import { DAY, HOUR } from '../../kit/clock.ts'
import { defineJob } from '../job.ts'

const FORMS_KEPT = 7 * DAY

/** Forgets refused forms that nobody came back to. */
export default defineJob({
  name: 'forget-old',
  every: HOUR,

  async run({ bench }) {
    const before = bench.clock.now() - FORMS_KEPT
    for (const { id } of await bench.stores.directory.all())
      await bench.stores.workspace(id).keptForms.forgetOlder(before)
  },
})
