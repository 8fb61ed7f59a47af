import type { Progress, Published } from './platform.ts'

/** Where a delivery's progress keeps what was published as part `part`; written by the delivery, read by later parts. */
export const partStep = (part: number): string => `#part:${part}`

/** What was published as part `part` of this delivery; undefined where it is not live. */
export const publishedPart = (progress: Progress, part: number): Published | undefined =>
  progress.get<Published>(partStep(part))
