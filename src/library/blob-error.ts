/** Bytes that can't be had or kept. The message is for people; the cause says the rest, for the operator. */
export class BlobError extends Error {
  override name = 'BlobError'
  /** `missing`: they are not there. `away`: the storage can't be used now, so it is worth trying again. */
  readonly why: 'missing' | 'away'
  /** What the operator does about it. */
  readonly wayOut: string | undefined

  constructor(
    why: BlobError['why'],
    message: string,
    { wayOut, ...options }: ErrorOptions & { wayOut?: string | undefined } = {},
  ) {
    super(message, options)
    this.why = why
    this.wayOut = wayOut
  }
}

export const missing = (cause?: unknown): BlobError =>
  new BlobError('missing', 'the media storage no longer has it', { cause })
