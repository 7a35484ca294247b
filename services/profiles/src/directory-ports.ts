import type {
  CardView,
  CustomerClass,
  DirectoryPage,
  Identity,
  SignedDirectoryEntry,
} from '@roamgrid/contracts';

/** A credential whose entry at a visited utility is not up to date. */
export interface UnpublishedCredential {
  readonly credentialId: string;
  readonly revision: bigint;
  readonly consumerId: string;
  readonly kind: Identity['kind'];
  /** under the pair's key */
  readonly tokenHash: string;
  readonly state: 'active' | 'blocked';
  readonly customerClass: CustomerClass;
  readonly planId: string;
  readonly tier: SignedDirectoryEntry['document']['tier'];
}

/** Home's side: credentials of its own consumers, and what partners were told of them. */
export interface CredentialStore {
  cardsOf(consumerId: string): Promise<CardView[]>;
  /** @throws RoamgridError `state_conflict` when the number is taken */
  addCard(consumerId: string, kind: CardView['kind'], number: string): Promise<CardView>;
  /** null where the consumer has no such card */
  changeCard(
    consumerId: string,
    cardId: string,
    state: CardView['state'],
  ): Promise<CardView | null>;
  unpublished(visitedUtility: string, limit: number): Promise<UnpublishedCredential[]>;
  /** Numbers the entries, keeps them and sends them, in one transaction. */
  publish(
    visitedUtility: string,
    credentials: readonly UnpublishedCredential[],
    sign: (credential: UnpublishedCredential, number: number) => Promise<SignedDirectoryEntry>,
  ): Promise<void>;
  /** what was published to a visited utility after a number */
  publishedAfter(visitedUtility: string, number: number, limit: number): Promise<DirectoryPage>;
}

/** Visited's side: the directories of partners. */
export interface DirectoryStore {
  /** The newest entry of each token; an older one that comes late changes nothing. */
  receive(page: DirectoryPage): Promise<void>;
  /** the entry of a token, of whichever home has it */
  find(identity: Identity): Promise<SignedDirectoryEntry | null>;
  /** homes of whose entries some are missing, each with the number up to which none is */
  incomplete(): Promise<{ readonly homeUtility: string; readonly complete: number }[]>;
}
