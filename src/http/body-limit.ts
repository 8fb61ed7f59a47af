/** 1 MB: room for the longest post many times over. Routes that take files say more themselves. */
export const MAX_BODY = 1024 * 1024

/**
 * The same request, whose body breaks off once it is larger than `max` bytes. The body stays a stream, so that a route
 * can refuse a stranger before it has read anything.
 */
export function limitBody(request: Request, max: number): { request: Request; exceeded(): boolean } {
  if (Number(request.headers.get('content-length') ?? 0) > max) return { request, exceeded: () => true }
  if (!request.body) return { request, exceeded: () => false }

  let size = 0
  let over = false
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size <= max) return controller.enqueue(chunk)
      over = true
      controller.error(new Error(`The request is larger than ${max} bytes`))
    },
  })
  const { method, headers, signal } = request
  const body = request.body.pipeThrough(counting)
  return {
    request: new Request(request.url, { method, headers, signal, body, duplex: 'half' } as RequestInit),
    exceeded: () => over,
  }
}
