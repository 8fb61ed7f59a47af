import { z } from 'zod'
import type { Call } from '../contract/http.ts'
import type { Io, Published } from '../contract/platform.ts'
import type { Credentials } from './connect.ts'

export const Status = z.object({
  id: z.string().min(1),
  url: z.string().nullish(),
  uri: z.string().optional(),
})

export const published = ({ id, url, uri }: z.infer<typeof Status>): Published => ({
  remoteId: id,
  url: url ?? uri ?? null,
})

/** What calls that carry the login have in common. */
export const signedIn = (
  io: Io<Credentials>,
  name: string,
): Pick<Call<unknown>, 'name' | 'token' | 'signal'> => ({
  name,
  token: io.credentials.token,
  signal: io.signal,
})
