import type { EpochMs } from '../kit/clock.ts'
import type {
  Channels,
  Chat,
  Identity,
  Member,
  Role,
  Settings,
  SurfaceName,
  Workspace,
  WorkspaceId,
} from './workspace.ts'

/** Finding the workspace, before anything can be bound to it. The only store that crosses workspaces for people. */
export interface WorkspaceDirectory {
  create(workspace: Workspace): Promise<void>
  /**
   * Gives a chat its workspace, decided once for all who come in the same instant: the one it is in already, else `home`
   * where it is the first of its surface, else `own`, which is made for it. Without `home` a new chat always gets its own.
   */
  takeIn(chat: Chat, own: Workspace, home?: WorkspaceId): Promise<{ workspace: Workspace; chat: Chat }>
  get(id: WorkspaceId): Promise<Workspace | undefined>
  all(): Promise<Workspace[]>
  /** The workspace that a team or guild belongs to, with that chat. */
  ofChat(surface: SurfaceName, externalId: string): Promise<{ workspace: Workspace; chat: Chat } | undefined>
  /** Every installation of a surface: its sealed tokens are needed to start it. */
  chatsOf(surface: SurfaceName): Promise<{ workspaceId: WorkspaceId; chat: Chat }[]>
}

/** Bound to one workspace: who is in it, where it talks, what it has decided. */
export interface WorkspaceStore {
  get(): Promise<Workspace>
  rename(name: string): Promise<void>
  /** Merges in one statement's worth of truth: fields left out keep their value. */
  changeSettings(changes: Partial<Settings>): Promise<Settings>
  /** The next post's number is so much higher: those in between were given, as far as anybody knows. */
  skipNumbers(count: number): Promise<void>

  chats(): Promise<Chat[]>
  chat(id: string): Promise<Chat | undefined>
  addChat(chat: Chat): Promise<void>
  changeChat(
    id: string,
    changes: { name?: string; channels?: Partial<Channels>; sealedToken?: string | null },
  ): Promise<Chat>
  removeChat(id: string): Promise<void>

  /** Until this transaction ends, others wait here: what is decided by who is in it is decided by one after the other. */
  hold(): Promise<void>
  members(): Promise<Member[]>
  member(id: string): Promise<Member | undefined>
  memberByIdentity(identity: Identity): Promise<Member | undefined>
  /** Adds a member with their first identity. Where that identity is already somebody's, that member is returned instead. */
  addMember(member: Member): Promise<Member>
  addIdentity(memberId: string, identity: Identity): Promise<void>
  changeMember(
    id: string,
    changes: { name?: string; role?: Role; zone?: string | null; locale?: string | null },
  ): Promise<Member>
}

/**
 * Small facts that outlive a restart and belong to no other table, such as "the digest of this week was sent".
 * Bound to one workspace.
 */
export interface MarkStore {
  /** Sets the mark if it is not set yet. True for exactly one caller, on any number of machines. */
  setOnce(key: string, at: EpochMs): Promise<boolean>
  get(key: string): Promise<EpochMs | undefined>
}
