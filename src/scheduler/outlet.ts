import type { Account } from '../accounts/account.ts'
import { isRenewable } from '../accounts/login-end.ts'
import { connectIo, ioFor, platformByName } from '../app/connect-accounts.ts'
import { fittedMedia } from '../app/fit-media.ts'
import type { WorkspaceStores } from '../app/stores.ts'
import type { Workbench } from '../app/workbench.ts'
import { staleCredentials } from '../deliveries/bookkeeping.ts'
import type { Outlet } from '../deliveries/deliver.ts'
import type { Delivery } from '../deliveries/delivery.ts'
import { UserError } from '../kit/user-error.ts'
import { BlobError } from '../library/blob-error.ts'
import { fitDraft } from '../library/fit-draft.ts'
import type { Fitted } from '../library/fit-image.ts'
import type { Media } from '../library/media.ts'
import type { Io, MediaItem, Platform, Publication } from '../platforms/contract/platform.ts'
import { PublishError } from '../platforms/contract/publish-error.ts'
import { REHEARSAL } from '../platforms/contract/register.ts'
import { type Post, textFor } from '../posts/post.ts'
import { draftFor } from '../views/post-checks.ts'
import type { WorkspaceId } from '../workspaces/workspace.ts'

/** The code where Crier did not ask the platform, since the account is not connected. */
export const NOT_CONNECTED = 'NOT_CONNECTED'

/**
 * What is needed to publish one delivery: the platform, what goes out, and fresh credentials.
 *
 * @param going the post, where it was read since it goes out
 * @throws PublishError `reconnect` where the login is dead, `edit` where the post is not what was approved
 */
export async function openOutlet(
  bench: Workbench,
  workspaceId: WorkspaceId,
  stores: WorkspaceStores,
  delivery: Delivery,
  signal: AbortSignal,
  going?: Post,
): Promise<Outlet> {
  const account = await stores.accounts.get(delivery.accountId)
  const post = going ?? (await stores.posts.get(delivery.postId))
  if (!account || !post)
    throw new PublishError(delivery.platform, { do: 'edit' }, 'Its account or its post is gone')
  if (post.revision !== delivery.revision)
    throw new PublishError(delivery.platform, { do: 'edit' }, 'The post is not what was approved')
  if (account.dryRun) {
    const stage = platformByName(bench, REHEARSAL)
    return {
      platform: stage,
      publication: await publicationOf(bench, workspaceId, stores, post, delivery, account),
      io: dryRunIo(bench, workspaceId, stage, account, signal),
    }
  }
  if (account.state !== 'connected') {
    throw new PublishError(
      delivery.platform,
      { do: 'reconnect' },
      `${account.handle} must be connected again`,
      { code: NOT_CONNECTED },
    )
  }
  const platform = platformByName(bench, account.platform)
  const io = await ioFor(bench, workspaceId, stores, platform, account, signal, staleCredentials(delivery))
  const ends = platform.expiresAt?.(io.credentials) ?? null
  return {
    platform,
    publication: await publicationOf(bench, workspaceId, stores, post, delivery, account),
    io,
    credentialsVersion: io.credentialsVersion,
    ...(ends !== null && isRenewable(platform, io.credentials) ? { accessEndsAt: ends } : {}),
  }
}

function dryRunIo(
  bench: Workbench,
  workspaceId: WorkspaceId,
  stage: Platform,
  account: Account,
  signal: AbortSignal,
): Io<unknown> {
  const io = connectIo(bench, workspaceId, stage, signal)
  return {
    ...io,
    credentials: { token: io.client?.secret ?? '' },
    account: {
      externalId: account.externalId,
      handle: account.handle,
      facts: { ...account.facts, dryRunOf: account.platform },
    },
  }
}

/** The post as this account's platform gets it: pictures that it would not take are made to fit first. */
async function publicationOf(
  bench: Workbench,
  workspaceId: WorkspaceId,
  stores: WorkspaceStores,
  post: Post,
  delivery: Delivery,
  account: Account,
): Promise<Publication> {
  const plain = {
    text: textFor(post.content, delivery.platform),
    options: post.content.options[delivery.platform] ?? {},
    key: delivery.key,
    at: delivery.scheduledFor,
  }
  if (post.content.media.length === 0) return { ...plain, media: [] }
  const kept = await stores.media.getMany(post.content.media.map((one) => one.mediaId))
  const platform = platformByName(bench, account.platform)
  const { fitted } = fitDraft(platform, draftFor(post, platform.name, kept), account.facts)
  const media: MediaItem[] = []
  for (const [index, { mediaId, alt }] of post.content.media.entries()) {
    const found = kept.find((one) => one.id === mediaId)
    if (!found) throw new PublishError(delivery.platform, { do: 'edit' }, 'One of its pictures is gone')
    const fit = fitted[index]
    const { id, type, size, width, height, duration, filename, sha256 } = fit
      ? await fittedFor(bench, workspaceId, stores, found, fit, delivery)
      : found
    media.push({
      mediaId: id,
      alt,
      type,
      size,
      width,
      height,
      duration,
      filename,
      bytes: async (part) => {
        try {
          return await bench.blobs.of(workspaceId).get(sha256, part)
        } catch (error) {
          throw unread(bench, delivery, filename, error)
        }
      },
      publicUrl: () => bench.publicMediaUrl(workspaceId, id),
    })
  }
  return { ...plain, media }
}

async function fittedFor(
  bench: Workbench,
  workspaceId: WorkspaceId,
  stores: WorkspaceStores,
  media: Media,
  { plan, filename }: Fitted,
  delivery: Delivery,
): Promise<Media> {
  try {
    const shelf = bench.blobs.of(workspaceId)
    return await fittedMedia({ ...bench, shelf }, stores, media, plan, filename)
  } catch (cause) {
    if (!(cause instanceof UserError)) throw unread(bench, delivery, media.filename, cause)
    throw new PublishError(delivery.platform, { do: 'edit' }, cause.message, { code: 'NOT_CONVERTED', cause })
  }
}

/** Bytes that can't be had prove that nothing was sent, so it is never a reason to look, whatever call they were for. */
function unread(bench: Workbench, delivery: Delivery, filename: string, cause: unknown): unknown {
  if (!(cause instanceof BlobError)) return cause
  bench.log.warn({ err: cause, delivery: delivery.id }, 'Media could not be read')
  return new PublishError(
    delivery.platform,
    { do: cause.why === 'missing' ? 'edit' : 'retry' },
    `${filename} can't be read: ${cause.message}`,
    { code: 'NO_BYTES', cause },
  )
}
