/** The database cannot be used as it is. The message is one sentence that says why and what to do: it stops the start. */
export class StorageError extends Error {
  override name = 'StorageError'

  constructor(sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause })
  }
}
