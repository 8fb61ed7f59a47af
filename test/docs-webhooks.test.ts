import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Report } from '../src/app/hooks-report.ts'
import { HOOK_EVENTS } from '../src/outbox/hook.ts'
import { METRIC_NAMES } from '../src/platforms/contract/platform.ts'

const page = await readFile(resolve(import.meta.dirname, '../docs/webhooks.md'), 'utf8')

test('the page on webhooks names every event as the code does, and no other', () => {
  const rows = [...page.matchAll(/^\| `((?:post|delivery)\.\w+)` \| (.+) \|$/gm)].map(([, name, words]) => [
    name,
    words,
  ])
  expect(Object.fromEntries(rows)).toEqual(HOOK_EVENTS)
})

test('the page on webhooks shows reports that are taken, and every field of them', () => {
  const [, example = ''] = /-d '(\{.*\})'/.exec(page) ?? []
  expect(Report.safeParse(JSON.parse(example.replace('https://…', 'https://example.com'))).success).toBe(true)
  for (const field of Object.keys(Report.shape)) expect(page).toContain(`| \`${field}\` |`)
  for (const metric of METRIC_NAMES) expect(page).toContain(metric)
})
