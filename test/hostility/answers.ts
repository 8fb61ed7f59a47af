import { expect } from 'vitest'
import type { Answer } from '../../src/app/surface.ts'
import type { House } from '../../src/build.ts'
import { plainText } from '../../src/message/plain-text.ts'

/** Everything that must never be read in an answer, a log or a page. */
export async function secretsOf(house: House): Promise<string[]> {
  const { keys, home, storage } = house
  const stores = storage.workspace(home.id)
  const members = await stores.workspace.members()
  const accounts = await stores.accounts.list()
  const kept = await Promise.all(accounts.map(({ id }) => stores.accounts.credentials(id)))
  return [
    keys.playgroundKey,
    keys.feedToken(home.id),
    Buffer.from(keys.media).toString('hex'),
    Buffer.from(keys.media).toString('base64url'),
    ...members.map(({ id }) => keys.apiToken(home.id, id)),
    ...kept.flatMap((one) => (one ? [one.sealed] : [])),
  ]
}

/** What a program says of itself when it breaks: a path, a stack, a statement, a value that was no text. */
const INSIDES = [
  /Something went wrong in Crier itself/,
  /\bat (?:async )?[\w.<>[\] ]+ \(?(?:file:|node:|\/)/,
  /node:internal|node_modules|\/src\/|\.ts:\d+/,
  /\b(?:SQLITE_|SqliteError|DrizzleQueryError|ECONNREFUSED|ENOENT|ERR_[A-Z_]+)\b/,
  /\b(?:select|insert into|update|delete from)\b[^.]*\b(?:where|values|returning|"workspace_id")\b/i,
  /\[object \w+\]/,
  /\bZodError\b|\bTypeError\b|\bRangeError\b|"code": "/,
  /\bundefined\b|\bNaN\b|\bInvalid Date\b/,
]

/** The words of an answer, whatever it is. */
export const wordsOf = (answer: Answer): string =>
  answer.type === 'message'
    ? plainText(answer.message)
    : [
        answer.form.title,
        ...Object.values(answer.form.errors ?? {}),
        ...answer.form.fields.map(({ label, hint = '' }) => `${label} ${hint}`),
      ].join('\n')

/**
 * What a refusal is: in one paragraph, first one sentence that says what is wrong, then the way out, which is a sentence or
 * two. What somebody typed is quoted in it and counts for none.
 */
function expectOneSentence(said: string, about: string): void {
  expect(said.trim(), `${about}: it says something`).not.toBe('')
  expect(said, `${about}: one paragraph`).not.toMatch(/[\n\r\u2028\u2029]/)
  expect(said.length, `${about}: ${said}`).toBeLessThan(1_000)
  expect(said.trim(), `${about}: it ends like a sentence`).toMatch(/[.?!…]$|https?:\/\/\S+$/)
  // What an operator has to do at a platform is a paragraph of its own.
  if (/operator has not set [A-Z]/.test(said)) return
  const own = said
    .replaceAll(/".*"/gs, 'X')
    .replaceAll(/`[^`]*`/g, 'X')
    .replaceAll(/https?:\/\/\S+/g, 'X')
    .replaceAll(/\d[\d.,:]*/g, '1')
  const sentences = own.split(/(?<=[.?!…])\s+(?=\p{Lu})/u)
  expect(sentences.length, `${about}: ${said}`).toBeLessThanOrEqual(4)
}

/** Is this an answer that may be given to somebody who means harm? `typed` is what they said, which may come back. */
export function expectHarmless(answer: Answer, typed: string, secrets: readonly string[]): void {
  const about = JSON.stringify(typed).slice(0, 300)
  const said = wordsOf(answer)
  expect(said.trim(), `${about}: nothing was answered`).not.toBe('')
  for (const secret of secrets) expect(said, `${about}: a secret is told`).not.toContain(secret)
  for (const inside of INSIDES)
    if (!inside.test(typed)) expect(said, `${about}: ${said.slice(0, 500)}`).not.toMatch(inside)
  if (answer.type === 'form') {
    for (const sentence of Object.values(answer.form.errors ?? {})) expectOneSentence(sentence, about)
    return
  }
  if (!answer.refused) return
  const { blocks, standing } = answer.message
  // Whoever pressed a button that is out of date gets the post's card as it is now under the sentence.
  const card = standing === undefined ? blocks.length : blocks.findIndex(({ type }) => type === 'heading')
  const texts = blocks.slice(0, card).filter(({ type }) => type !== 'buttons')
  expect(
    texts.map(({ type }) => type),
    `${about}: a refusal is a text and buttons`,
  ).toEqual(['text'])
  expectOneSentence(plainText({ type: 'message', blocks: texts }), about)
}
