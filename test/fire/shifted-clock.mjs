// Loaded before a process under test: its wall clock is off by as many milliseconds as the file in SHIFT_FILE says, and
// jumps when that changes, as a clock does that NTP sets or a machine that was resumed.
import { readFileSync } from 'node:fs'

const file = process.env.SHIFT_FILE
let shift = 0
const read = () => {
  try {
    shift = Number(readFileSync(file, 'utf8')) || 0
  } catch {
    shift = 0
  }
}
read()
setInterval(read, 50).unref()

const Real = Date
globalThis.Date = class Shifted extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + shift)
    else super(...args)
  }
  static now() {
    return Real.now() + shift
  }
}
const { instant } = Temporal.Now
Temporal.Now.instant = () => instant().add({ milliseconds: Math.round(shift) })
