import type { SealedStore } from '../../accounts/account-store.ts'
import { and, eq, isNotNull } from '../drizzle.ts'
import type { Handle } from '../handle.ts'

export function createSealedStore({ db, t: { accounts, chats, hooks } }: Handle): SealedStore {
  return {
    all: async () => {
      const ofAccounts = await db
        .select({ id: accounts.id, sealed: accounts.sealedCredentials })
        .from(accounts)
        .where(isNotNull(accounts.sealedCredentials))
      const ofChats = await db
        .select({ id: chats.id, sealed: chats.sealedToken })
        .from(chats)
        .where(isNotNull(chats.sealedToken))
      const ofHooks = await db
        .select({ id: hooks.id, sealed: hooks.sealed })
        .from(hooks)
        .where(isNotNull(hooks.sealed))
      return [
        ...ofAccounts.map(({ id, sealed }) => ({ kind: 'account' as const, id, sealed: sealed ?? '' })),
        ...ofChats.map(({ id, sealed }) => ({ kind: 'chat' as const, id, sealed: sealed ?? '' })),
        ...ofHooks.map(({ id, sealed }) => ({ kind: 'hook' as const, id, sealed: sealed ?? '' })),
      ]
    },
    // The version stays: the secret is the same one under another key, and a refresh under way must not be lost.
    replace: async (kind, id, seen, sealed) => {
      switch (kind) {
        case 'account': {
          const replaced = await db
            .update(accounts)
            .set({ sealedCredentials: sealed })
            .where(and(eq(accounts.id, id), eq(accounts.sealedCredentials, seen)))
            .returning({ id: accounts.id })
          return replaced.length === 1
        }
        case 'chat': {
          const replaced = await db
            .update(chats)
            .set({ sealedToken: sealed })
            .where(and(eq(chats.id, id), eq(chats.sealedToken, seen)))
            .returning({ id: chats.id })
          return replaced.length === 1
        }
        case 'hook': {
          const replaced = await db
            .update(hooks)
            .set({ sealed })
            .where(and(eq(hooks.id, id), eq(hooks.sealed, seen)))
            .returning({ id: hooks.id })
          return replaced.length === 1
        }
        default:
          throw new TypeError(`Nothing of the kind ${kind satisfies never} is sealed`)
      }
    },
  }
}
