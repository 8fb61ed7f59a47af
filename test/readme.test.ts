import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { VARIABLES } from '../src/kit/config.ts'
import type { Platform } from '../src/platforms/contract/platform.ts'
import { loadPlatforms } from '../src/platforms/contract/register.ts'

/**
 * What the README and the environment sample say of platforms and settings is made from the files that hold them.
 * After a change: UPDATE=1 npx vitest run test/readme.test.ts
 */
const root = resolve(import.meta.dirname, '..')
const platforms = [...(await loadPlatforms()).values()]

const cell = (words: string): string => words.replaceAll('|', '\\|').replaceAll('\n', ' ')

function row(platform: Platform): string {
  const ways = platform.connect.map((way) =>
    way.by === 'oauth' ? 'browser' : way.fields.length > 0 ? 'form' : 'at once',
  )
  return `| ${[
    `**${platform.label}**`,
    platform.postTypes.join(', '),
    platform.metrics?.names.join(', ') ?? '–',
    [...new Set(ways)].join(' or '),
    platform.look.says,
    platform.setUp.operator,
  ]
    .map(cell)
    .join(' | ')} |`
}

const table = [
  '| Platform | Publishes | Measures | Connects by | A lost answer is cleared up | The operator sets up |',
  '| --- | --- | --- | --- | --- | --- |',
  ...platforms.map(row),
].join('\n')

const environment = [
  '# Every setting of Crier. None is needed to begin with; an empty one counts as none.',
  ...Object.entries(VARIABLES).map(([name, words]) => `\n# ${words}\n#${name}=`),
  '\n# A platform’s client, where it needs one, and another base address, for sandboxes and tests.',
  ...platforms.flatMap(({ label, setUp }) =>
    setUp.environment?.length ? [`\n# ${label}`, ...setUp.environment.map((name) => `#${name}=`)] : [],
  ),
  '',
].join('\n')

async function agrees(file: string, made: (before: string) => string): Promise<void> {
  const path = resolve(root, file)
  const before = await readFile(path, 'utf8').catch(() => '')
  const after = made(before)
  if (process.env.UPDATE) await writeFile(path, after)
  else
    expect(
      before,
      `${file} is behind; UPDATE=1 npx vitest run test/readme.test.ts brings it up to date`,
    ).toBe(after)
}

test('the README’s table of platforms is made from their files', () =>
  agrees('README.md', (before) => {
    const [open, close] = ['<!-- platforms -->\n', '\n<!-- /platforms -->']
    const [head, rest, ...more] = before.split(open)
    const [, tail] = (rest ?? '').split(close)
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error('README.md has lost the place of its table')
    return `${head}${open}${table}${close}${tail}`
  }))

test('the environment sample is made from the settings', () => agrees('.env.example', () => environment))

test('the README names only commands that exist', async () => {
  const readme = await readFile(resolve(root, 'README.md'), 'utf8')
  const { scripts } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const [, script = ''] of readme.matchAll(/npm run ([\w-]+)/g))
    expect(Object.keys(scripts)).toContain(script)
})
