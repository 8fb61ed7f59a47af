import type { Field } from '../../message/form.ts'
import { error } from './media.ts'
import type { Finding } from './platform.ts'
import { graphemes } from './text.ts'

/** A poll's answers, one a line; none where no poll is asked for. The post's text is the question. */
export const pollAnswers = (typed: string | undefined): string[] =>
  (typed ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const POLL_FIELD: Field = {
  kind: 'text',
  name: 'poll',
  label: 'Poll',
  hint: 'The answers, one on each line; the text is the question',
  multiline: true,
  required: false,
}

/** What is wrong with a poll, in words. */
export function checkPoll(
  platform: string,
  answers: readonly string[],
  { min, max, characters }: { min: number; max: number; characters: number },
): Finding[] {
  if (answers.length === 0) return []
  const findings: Finding[] = []
  if (answers.length < min || answers.length > max) {
    findings.push(
      error(`The poll has ${answers.length} answers; ${platform} takes ${min} to ${max}, one on each line`),
    )
  }
  for (const [index, answer] of answers.entries()) {
    const length = graphemes(answer)
    if (length > characters) {
      findings.push(
        error(`Answer ${index + 1} of the poll has ${length} characters; ${platform} takes ${characters}`),
      )
    }
  }
  if (new Set(answers).size < answers.length) findings.push(error('Two answers of the poll are the same'))
  return findings
}
