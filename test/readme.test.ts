import { glob, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { SETTABLE } from '../commands/settings.ts'
import type { Command } from '../src/app/command.ts'
import { commandsFolder } from '../src/build.ts'
import { VARIABLES } from '../src/kit/config.ts'
import { loadFolder } from '../src/kit/load-folder.ts'
import type { Platform } from '../src/platforms/contract/platform.ts'
import { loadPlatforms } from '../src/platforms/contract/register.ts'
import { VERBS } from '../src/verbs.ts'

/**
 * What the documents say of platforms, commands and settings is made from the files that hold them.
 * After a change: UPDATE=1 npx vitest run test/readme.test.ts
 */
const root = resolve(import.meta.dirname, '..')
const platforms = [...(await loadPlatforms()).values()]
const commands = await loadFolder<Command>(commandsFolder())

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

const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

const code = (words: string): string => `\`${words.trim()}\``

const sayable = `# What you can say

Made from the files of [\`commands/\`](../commands), from the settings and from the verbs of \`npx crier\`. In a chat, \`help\` lists
what you may say, and \`help schedule\` tells more of one command.

## Commands

In Slack \`/draft\`, \`/schedule\` and \`/calendar\` have names of their own, and \`/crier <line>\` takes every line here. Discord has each
command under its name. On the page and in a terminal you type the line. What stands in \`[…]\` may be left out. Where a command
needs more than was said, it opens a form or asks.

"Who" is the least role that may say it. The roles are viewer, author, approver and admin, and each may do what those before it
may. Whoever is not alone in the team needs the role of approver to \`approve\`, \`reject\` or \`request-changes\`; changing a role, an account or a
setting of the team needs the role of admin.

${tableOf(
  ['Command', 'How it is said', 'Who', 'What it does'],
  commands.map(({ name, usage, who, summary }) => [`**${name}**`, code(`${name} ${usage}`), who, summary]),
)}

## Settings

\`settings\` shows them all, \`settings <name> <value>\` changes one. To choose a channel, say \`here\` in it:
\`settings review-channel here\`. The page begins with \`#review\`, \`#results\` and \`#general\` for these.

${tableOf(
  ['Setting', 'What it is', 'Who', 'Until it is set'],
  Object.entries(SETTABLE).map(([name, { label, who, first }]) => [`**${name}**`, label, who, first]),
)}

## \`npx crier\`

${tableOf(
  ['Say', 'What it does'],
  Object.values(VERBS).map(({ usage, summary }) => [code(`npx crier ${usage}`), summary]),
)}
`

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

test('the list of commands is made from the commands, the settings and the verbs', () =>
  agrees('docs/commands.md', () => sayable))

test('documents name only verbs and scripts that exist', async () => {
  const { scripts } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const unknown: string[] = []
  let named = 0
  for await (const file of glob('**/*.md', { cwd: root, exclude: ['**/node_modules/**'] })) {
    const words = await readFile(resolve(root, file), 'utf8')
    for (const [said, script = ''] of words.matchAll(/npm run ([\w-]+)/g))
      if (!(script in scripts)) unknown.push(`${file}: ${said}`)
    for (const [said, verb = ''] of words.matchAll(/(?:npx |`)crier ([a-z][a-z-]*)/g)) {
      named += 1
      if (!(verb in VERBS)) unknown.push(`${file}: ${said}`)
    }
  }
  expect(unknown).toEqual([])
  expect(named).toBeGreaterThan(20)
})
