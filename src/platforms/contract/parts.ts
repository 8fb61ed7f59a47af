import type { Finding, Progress, Published } from './platform.ts'

/** Where a delivery's progress keeps what was published as part `part`; written by the delivery, read by later parts. */
export const partStep = (part: number): string => `#part:${part}`

/** What was published as part `part` of this delivery; undefined where it is not live. */
export const publishedPart = (progress: Progress, part: number): Published | undefined =>
  progress.get<Published>(partStep(part))

/** Ids of what this delivery has published: a later part with the same words is none of these. */
export function publishedIds(progress: Progress): string[] {
  const ids: string[] = []
  for (let part = 0; ; part++) {
    const published = publishedPart(progress, part)
    if (!published) return ids
    ids.push(published.remoteId)
  }
}

/** Findings about one part of a thread say which; those about a post of one part stay as they are. */
export const inPart = (findings: readonly Finding[], part: number, parts: number): Finding[] =>
  findings.map(({ severity, message }) => ({
    severity,
    message:
      parts === 1 ? message : `Part ${part + 1}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
  }))
