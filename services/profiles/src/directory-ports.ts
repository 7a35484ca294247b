import type {
  CardView,
  ConsumerView,
  CustomerClass,
  DirectoryPage,
  Identity,
  SignedDirectoryEntry,
  SignedDirectoryState,
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
  /** of the consumer, who may be blocked as a whole */
  readonly isConsumerActive: boolean;
  readonly settings: ConsumerView['settings'];
}

/** Signs what is published once its number is known. */
export interface DirectorySigning {
  readonly entry: (
    credential: UnpublishedCredential,
    number: number,
  ) => Promise<SignedDirectoryEntry>;
  readonly state: (number: number) => Promise<SignedDirectoryState>;
}

/** Home's side: credentials of its own consumers, and what partners were told of them. */
export interface CredentialStore {
  cardsOf(consumerId: string): Promise<CardView[]>;
  /** null where nobody has this number */
  findCard(number: string): Promise<{ consumerId: string; card: CardView } | null>;
  /** @throws RoamgridError `state_conflict` when the number is taken */
  addCard(consumerId: string, kind: CardView['kind'], number: string): Promise<CardView>;
  /** null where the consumer has no such card */
  changeCard(
    consumerId: string,
    cardId: string,
    state: CardView['state'],
  ): Promise<CardView | null>;
  /** the last number that was given to a change of a credential, committed or not */
  lastRevision(): Promise<bigint>;
  /**
   * Those that changed since, or were published under another off-line rule, in order of their revisions.
   *
   * @param after only of greater revisions
   */
  unpublished(
    visitedUtility: string,
    offlineRule: string,
    after: bigint,
    limit: number,
  ): Promise<UnpublishedCredential[]>;
  /** Numbers the entries, keeps them and sends them, in one transaction. */
  publish(
    visitedUtility: string,
    offlineRule: string,
    credentials: readonly UnpublishedCredential[],
    sign: DirectorySigning,
  ): Promise<void>;
  /** what was published to a visited utility after a number, and how the directory stands */
  publishedAfter(
    visitedUtility: string,
    number: number,
    limit: number,
    sign: DirectorySigning['state'],
  ): Promise<DirectoryPage>;
  /** when an entry was replaced by one that lets nobody charge off-line; null where it was not */
  entryEndedAt(
    visitedUtility: string,
    entry: { readonly tokenHash: string; readonly number: number },
  ): Promise<string | null>;
}

/** Visited's side: the directories of partners. */
export interface DirectoryStore {
  /** The newest entry of each token; an older one that comes late changes nothing. */
  receive(page: DirectoryPage): Promise<void>;
  /** the entry of a token, of whichever home has it */
  find(identity: Identity): Promise<SignedDirectoryEntry | null>;
  /** how the directory of a home stood when it last said so and nothing was missing here */
  state(homeUtility: string): Promise<SignedDirectoryState | null>;
  /**
   * Homes to be asked, each with the number up to which no entry is missing: some are, or home said how its
   * directory stands before `staleMs`.
   */
  toBeAsked(
    staleMs: number,
  ): Promise<{ readonly homeUtility: string; readonly complete: number }[]>;
}
