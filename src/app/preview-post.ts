import { UserError } from '../kit/user-error.ts'
import { thumbnail } from '../library/convert-image.ts'
import type { Shelf } from '../library/media.ts'
import type { Message } from '../message/message.ts'
import { drawPreview } from '../views/pictures/draw.ts'
import { sceneOf } from '../views/pictures/scene-of.ts'
import type { PostSheet } from '../views/post-sheet.ts'
import { type Preview, type Previews, previewMessage } from '../views/preview.ts'
import type { Actor } from './actor.ts'
import { mediaBytes } from './media-bytes.ts'
import type { Workbench } from './workbench.ts'

/** What a chat takes in one message, and a reader in one look. */
const MOST = 9
const COLUMNS = 3
/** Pictures that are kept so that a second look costs nothing (bytes, all workspaces together). */
const KEPT_BYTES = 8_000_000

interface Ways extends Pick<Workbench, 'platforms' | 'blobs' | 'log'> {
  shelf: Shelf
}

/**
 * How a post will look on each platform it goes to, or on one: in pictures, and the same facts in words.
 *
 * @throws UserError where it goes nowhere yet, or its media can't be read
 */
export async function previewPost(
  { bench, workspace }: Pick<Actor, 'bench' | 'workspace'>,
  sheet: PostSheet,
  only?: string,
): Promise<Message> {
  const { post } = sheet
  const accounts = sheet.accounts.filter((account) => only === undefined || account.platform === only)
  if (accounts.length === 0) {
    throw new UserError(
      `#${post.number} ${only ? `does not go to ${only}` : 'has no account to go to yet'}`,
      {
        wayOut: 'Choose where it goes.',
        offers: [{ label: 'Edit', line: `edit ${post.number}` }],
      },
    )
  }
  const ways = { ...bench, shelf: bench.blobs.of(workspace.id) }
  return previewMessage(sheet, await previewsOf(ways, sheet, accounts.slice(0, MOST)))
}

async function previewsOf(ways: Ways, sheet: PostSheet, accounts: PostSheet['accounts']): Promise<Previews> {
  const { post } = sheet
  const kept = shelfOf(ways.blobs)
  const key = JSON.stringify([
    post.id,
    post.revision,
    sheet.zone,
    sheet.locale,
    post.when?.at,
    accounts.map((one) => [one.id, one.handle, one.dryRun, one.facts]),
  ])
  const known = kept.get(key)
  if (known) return known
  const drawn = await draw(ways, sheet, accounts)
  // What could not be drawn is tried again the next time.
  if (drawn.each.every(({ png }) => png)) keep(kept, key, drawn)
  return drawn
}

async function draw(
  { platforms, shelf, log }: Ways,
  sheet: PostSheet,
  accounts: PostSheet['accounts'],
): Promise<Previews> {
  const each: Preview[] = []
  let undrawn = 0
  for (const account of accounts) {
    const platform = platforms.get(account.platform)
    if (!platform) continue
    const scene = await sceneOf(sheet, account, platform, async (media, plan) =>
      thumbnail(await mediaBytes(shelf, media, log), plan),
    )
    const drawn = await drawPreview([scene]).catch((error: unknown) => {
      log.error({ err: error, post: sheet.post.id }, 'A preview could not be drawn')
      return undefined
    })
    undrawn += drawn?.undrawn ?? 0
    each.push({ account, platform, scene, png: drawn?.png })
  }
  const several = each.length > 1 && each.every(({ png }) => png)
  const together = several
    ? await drawPreview(
        each.map(({ scene }) => scene),
        { columns: Math.min(COLUMNS, each.length), zoom: 1 },
      )
    : undefined
  return { each, together: together?.png, undrawn }
}

const shelves = new WeakMap<Workbench['blobs'], Map<string, Previews>>()

function shelfOf(blobs: Workbench['blobs']): Map<string, Previews> {
  const shelf = shelves.get(blobs) ?? new Map<string, Previews>()
  shelves.set(blobs, shelf)
  return shelf
}

const weightOf = ({ each, together }: Previews): number =>
  each.reduce((sum, { png }) => sum + (png?.byteLength ?? 0), together?.byteLength ?? 0)

/** Keeps the newest, as many as fit. A picture is kept without the scene's own small pictures, which weigh as much again. */
function keep(shelf: Map<string, Previews>, key: string, previews: Previews): void {
  shelf.set(key, {
    ...previews,
    each: previews.each.map((one) => ({
      ...one,
      scene: { ...one.scene, media: one.scene.media.map(({ jpeg: _heavy, ...media }) => media) },
    })),
  })
  let weight = [...shelf.values()].reduce((sum, one) => sum + weightOf(one), 0)
  for (const [oldest, one] of shelf) {
    if (weight <= KEPT_BYTES || shelf.size === 1) break
    weight -= weightOf(one)
    shelf.delete(oldest)
  }
}
