import { type EpochMs, HOUR } from '../../kit/clock.ts'
import { GraphId, graphPost, readPermalink } from './graph.ts'
import { verdictOfWords } from './graph-refusal.ts'
import type { Io, Progress, Published } from './platform.ts'
import { PublishError } from './publish-error.ts'
import { untilDone, workingWaits } from './working.ts'

/**
 * What Instagram and Threads share: a post is made in a container that nobody sees, the platform works it through, and
 * the commit publishes it.
 */
export interface KeptContainer {
  id: string
  /** UTC ms. */
  at: EpochMs
  /** Worked through, so that it can be published. */
  ready: boolean
}

/** A container dies after 24 hours: one that is nearly that old is made anew. */
const CONTAINER_LIFE = 23 * HOUR

/** The container that progress keeps of `step`; undefined where it is to be made anew. */
export function keptContainer(
  step: string,
  io: Pick<Io<never>, 'now'>,
  progress: Progress,
): KeptContainer | undefined {
  const kept = progress.get<KeptContainer | null>(step)
  return kept && io.now - kept.at < CONTAINER_LIFE ? kept : undefined
}

/** How a container does: Meta's own word, and what else it says of a failure. */
interface ContainerStatus {
  state: string
  /** May name one of Meta's subcodes. */
  words: string | undefined
  code: string
}

/**
 * The id of the container of `step`, made where there is none yet, once the platform has worked it through.
 *
 * @param what for people, as in "could not work … through"
 * @throws PublishError
 */
export async function container(
  step: string,
  {
    platform,
    what,
    make,
    status,
  }: {
    platform: { name: string; label: string }
    what: string
    make(): Promise<string>
    status(id: string): Promise<ContainerStatus>
  },
  io: Pick<Io<never>, 'now' | 'signal'>,
  progress: Progress,
): Promise<string> {
  let kept = keptContainer(step, io, progress)
  if (kept?.ready) return kept.id
  if (!kept) {
    kept = { id: await make(), at: io.now, ready: false }
    await progress.keep(step, kept)
  }
  const { id, at } = kept
  const wait = workingWaits()
  const { name, label } = platform
  await untilDone(
    async () => {
      const { state, words, code } = await status(id)
      if (state === 'FINISHED' || state === 'PUBLISHED') return { done: true }
      if (state === 'IN_PROGRESS') return { wait: wait() }
      // ERROR or EXPIRED: the next try makes another.
      await progress.keep(step, null)
      const verdict = verdictOfWords(words)
      throw verdict
        ? new PublishError(name, { do: 'edit' }, `${label}: ${verdict.says ?? `it can't use ${what}`}`, {
            code: verdict.code,
          })
        : new PublishError(name, { do: 'retry' }, `${label} could not work ${what} through`, { code })
    },
    { platform, what, signal: io.signal },
  )
  await progress.keep(step, { id, at, ready: true } satisfies KeptContainer)
  return id
}

/** Of a container that is too old to be published: was it published already, so that none is to be made in its place? */
export async function wasPublished(
  step: string,
  state: (id: string) => Promise<string | undefined>,
  progress: Progress,
): Promise<boolean> {
  const kept = progress.get<KeptContainer | null>(step)
  return kept?.ready === true && (await state(kept.id)) === 'PUBLISHED'
}

const GONE = ['-2/2207020', '24/2207006', '24/2207008']

/**
 * Publishes a container. Behind an earlier attempt its state is read first, and one that is gone is no proof that nothing is
 * live: Meta does not say how it refuses to publish one again.
 *
 * @param base the address that ids are behind, with its version
 * @param edge what publishes, behind the account's own id
 * @param state Meta's own word, undefined where it knows of no such container
 * @param forget lets the next try make another
 * @throws PublishError
 */
export async function publishContainer(
  {
    platform: { name, label },
    container,
    base,
    edge,
    state,
    forget,
  }: {
    platform: { name: string; label: string }
    container: string
    base: string
    edge: 'media_publish' | 'threads_publish'
    state(container: string): Promise<string | undefined>
    forget(): Promise<void>
  },
  io: Io<{ userId: string; token: string }>,
  again = false,
): Promise<Published> {
  const { userId, token } = io.credentials
  const mayBeLive = (code: string, cause?: unknown): PublishError => {
    const has = { PUBLISHED: 'has published it', IN_PROGRESS: 'is still working on it' }[code]
    const message = `${label} ${has ?? 'no longer has what was prepared'}, so an earlier try may be live`
    return new PublishError(name, { do: 'check' }, message, { code, cause })
  }
  const standing = again ? await state(container) : 'FINISHED'
  if (standing === 'EXPIRED' || standing === 'ERROR') {
    await forget()
    throw new PublishError(name, { do: 'retry' }, `${label}: the prepared media have expired`, {
      code: standing,
    })
  }
  if (standing !== 'FINISHED') throw mayBeLive(standing ?? 'NO_CONTAINER')
  let id: string
  try {
    const { data } = await io.http.send({
      ...graphPost(`${base}/${userId}/${edge}`, token, { creation_id: container }, GraphId),
      phase: 'commit',
      name: 'publish',
      signal: io.signal,
    })
    id = data.id
  } catch (refused) {
    if (!(refused instanceof PublishError) || !GONE.includes(refused.code ?? '')) throw refused
    if (again) throw mayBeLive(refused.code ?? '', refused)
    await forget()
    throw refused
  }
  return { remoteId: id, url: await readPermalink(`${base}/${id}`, token, io) }
}
