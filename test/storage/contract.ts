import { chatsContract } from './contract/chats.ts'
import { deliveriesContract } from './contract/deliveries.ts'
import { hooksContract } from './contract/hooks.ts'
import { isolationContract } from './contract/isolation.ts'
import { mediaContract } from './contract/media.ts'
import { postsContract } from './contract/posts.ts'
import { queueContract } from './contract/queue.ts'
import { seenContract } from './contract/seen.ts'
import { transactionsContract } from './contract/transactions.ts'
import { workspacesContract } from './contract/workspaces.ts'
import type { Ground } from './ground.ts'

/** What storage promises, the same on every database: called once per dialect. */
export function storageContract(ground: () => Ground): void {
  workspacesContract(ground)
  postsContract(ground)
  deliveriesContract(ground)
  queueContract(ground)
  chatsContract(ground)
  hooksContract(ground)
  mediaContract(ground)
  seenContract(ground)
  transactionsContract(ground)
  isolationContract(ground)
}
