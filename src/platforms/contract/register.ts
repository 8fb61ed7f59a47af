import { fileURLToPath } from 'node:url'
import { loadFolder } from '../../kit/load-folder.ts'
import { METRIC_NAMES, type Platform } from './platform.ts'

/** The platform whose server is Crier itself: what a dry run publishes to, and what a new workspace is connected to. */
export const REHEARSAL = 'rehearsal'

/** The folder that is the register, as a path. */
const platformsFolder = (): string => fileURLToPath(new URL('..', import.meta.url))

/**
 * Every platform of the folder, by name.
 *
 * @throws Error naming the file and what it lacks, if one does not keep the contract
 */
export async function loadPlatforms(folder: string = platformsFolder()): Promise<Map<string, Platform>> {
  const platforms = await loadFolder<Platform>(folder)
  for (const platform of platforms) {
    const lacks = shortcomings(platform)
    if (lacks.length > 0)
      throw new Error(`The platform ${platform.name} does not keep the contract: ${lacks.join('; ')}`)
  }
  return new Map(platforms.map((platform) => [platform.name, platform]))
}

/** What the types cannot say, and what a file without types could get wrong: in words, none where all is well. */
function shortcomings(platform: Platform): string[] {
  const isFunction = (value: unknown): boolean => typeof value === 'function'
  const isWords = (value: unknown): boolean => typeof value === 'string' && value.trim() !== ''
  const rules: [boolean, string][] = [
    [/^[a-z][a-z0-9-]{0,30}$/.test(platform.name), 'name is lower case letters, digits and dashes'],
    [isWords(platform.label), 'label is missing'],
    [isFunction(platform.text?.limit) && isFunction(platform.text?.count), 'text needs limit and count'],
    [isWords(platform.text?.unit), 'text.unit is missing'],
    [Number.isInteger(platform.media?.images?.max), 'media.images is missing'],
    [Boolean(platform.postTypes?.length), 'postTypes is empty'],
    [isWords(platform.setUp?.operator), 'setUp.operator is missing'],
    [Boolean(platform.connect?.length), 'there is no way to connect'],
    [isFunction(platform.credentials?.parse), 'credentials is no schema'],
    [isFunction(platform.check) && isFunction(platform.show), 'check or show is missing'],
    [isFunction(platform.commit), 'commit is missing'],
    [isWords(platform.look?.says), 'look.says is missing'],
    [
      platform.look?.repeatableFor >= 0 && platform.look?.trustAfter >= 0,
      'look.repeatableFor and trustAfter are in ms',
    ],
    [!platform.expiresAt || Boolean(platform.refresh), 'expiresAt without refresh'],
    [
      !platform.metrics || platform.metrics.names.every((name) => METRIC_NAMES.includes(name)),
      'metrics.names has an unknown name',
    ],
    [platform.apiUrl === undefined || URL.canParse(platform.apiUrl), 'apiUrl is no address'],
  ]
  return rules.filter(([kept]) => !kept).map(([, lack]) => lack)
}
