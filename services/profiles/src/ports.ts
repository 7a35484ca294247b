import type {
  AgreementTerms,
  Assurance,
  ConsumerView,
  Identity,
  noteAgreementStanding,
  noteCharge,
  RequestOf,
  SignedAgreedTariff,
  SignedAgreement,
  SignedDriverContract,
  SignedDriverContractEnd,
  SignedMandate,
  SignedRetailTariff,
  SignedRevocation,
} from '@roamgrid/contracts';
import type { EnergyMilliWh } from '@roamgrid/kernel';
import type { ContractNow } from './contract-ports.js';

export type ConsumerSettings = ConsumerView['settings'];

/** A consumer as the HCP keeps it. */
export interface Consumer {
  readonly consumerId: string;
  readonly cinMasked: string;
  readonly state: 'active' | 'blocked';
  readonly settings: ConsumerSettings;
  readonly pinHash: string | null;
  readonly contractId: string | null;
  readonly cardUids: number;
  readonly createdAt: string;
  /** the latest contract and the hash of its version in force, null once it has ended; null before the first */
  readonly driverContract: ConsumerContract | null;
}

export type ConsumerContract = NonNullable<ConsumerView['driverContract']>;

/** Whether home answers for this consumer: not without a contract in force. */
export function isServed({
  state,
  driverContract,
}: Pick<Consumer, 'state' | 'driverContract'>): boolean {
  return state === 'active' && driverContract?.hash !== null;
}

export interface NewConsumer extends Consumer {
  readonly version: SignedDriverContract;
  /** everything the consumer may be recognised by */
  readonly identities: readonly Identity[];
}

/** A consumer as one of their credentials leads to them. */
export interface FoundConsumer extends Consumer {
  /** a lost card: the consumer may go on with another credential */
  readonly isCredentialBlocked: boolean;
}

/** What becomes of a consumer, all of it or nothing. */
export interface ConsumerChange {
  readonly consumer: Consumer;
  /** a version of the contract that is new */
  readonly version: SignedDriverContract | null;
  readonly end: SignedDriverContractEnd | null;
  /** every open mandate of the consumer ends with the change */
  readonly revoke: ((mandate: SignedMandate) => RevocationDraft) | null;
}

/** The home consumer profile store. */
export interface ConsumerStore {
  find(identity: Identity): Promise<FoundConsumer | null>;
  read(consumerId: string): Promise<Consumer | null>;
  /** @throws RoamgridError `state_conflict` when one of the identities is taken */
  add(consumer: NewConsumer): Promise<void>;
  /**
   * Changes a consumer as `decide` says, which sees it as it is while nobody else changes it.
   *
   * @throws RoamgridError `not_found`, and what `decide` throws
   */
  change(
    consumerId: string,
    decide: (now: Consumer, contract: ContractNow | null) => Promise<ConsumerChange>,
  ): Promise<Consumer>;
  /** the consumer's pseudonym at a visited utility, made on first use */
  pseudonymFor(consumerId: string, visitedUtility: string): Promise<string>;
  /** the same for many, by consumer; each is named once */
  pseudonymsFor(
    consumerIds: readonly string[],
    visitedUtility: string,
  ): Promise<ReadonlyMap<string, string>>;
  byPseudonym(pseudonym: string, visitedUtility: string): Promise<Consumer | null>;
}

/** Counts wrong PINs per (consumer, station); being slowed is not being locked out. */
export interface PinGate {
  /**
   * May a PIN be tried here now? The try counts as a failure until it is cleared, so that many tries at
   * once are slowed like one after another.
   */
  claimTry(place: string, nowMs: number): Promise<boolean>;
  /** the PIN was right: what failed before is forgotten */
  clear(place: string): Promise<void>;
}

export interface IssuedMandate {
  readonly mandateId: string;
  readonly consumerId: string;
  readonly visitedUtility: string;
  readonly agreedTariffHash: string;
  readonly sessionId: string;
  readonly singleSession: boolean;
  readonly energyCapMilliWh: EnergyMilliWh;
  /** the money cap in home's currency */
  readonly homeCapMinor: bigint;
  /** of the version of the contract that it names; null where there was none */
  readonly contractHash: string | null;
  readonly signed: SignedMandate;
}

/** A mandate under the off-line rule, of which home hears when a charge has begun under it. */
export interface HeardMandate {
  readonly consumerId: string;
  readonly energyCapMilliWh: EnergyMilliWh;
  readonly homeCapMinor: bigint;
  readonly signed: SignedMandate;
}

/** An open mandate that is good for one session. */
export interface OpenMandate {
  readonly signed: SignedMandate;
  readonly energyCapMilliWh: EnergyMilliWh;
  readonly homeCapMinor: bigint;
}

export interface OpenCaps {
  readonly energyMilliWh: EnergyMilliWh;
  readonly homeMinor: bigint;
}

export interface RevocationDraft {
  readonly mandate: SignedMandate;
  readonly atMs: number;
  readonly reason: 'consumer_blocked' | 'card_lost' | 'withdrawn';
  /** signs the revocation once its number is known */
  readonly sign: (number: number) => Promise<SignedRevocation>;
}

/** What became of a mandate that was to be kept. */
export type AddOutcome =
  | 'kept'
  /** the consumer's open caps no longer leave room for it */
  | 'exceeds'
  /** blocked in the meantime */
  | 'blocked'
  /** another version of the contract came in force, or it ended */
  | 'changed'
  /** it took so long that its reservation was given back */
  | 'abandoned'
  /** the same session has one already */
  | 'known'
  /** one that serves as well was kept in the meantime */
  | 'equal';

/** Which mandates of the consumer serve as well as a new one. */
export interface Reuse {
  /** good until then at least */
  readonly untilMs: number;
  readonly isEqual: (mandate: SignedMandate) => boolean;
}

/** Mandates that partners hold of our consumers. */
export interface IssuedMandateStore {
  /** the open mandate that was made for a session */
  bySession(sessionId: string): Promise<SignedMandate | null>;
  openForOneSession(consumerId: string, nowMs: number): Promise<OpenMandate[]>;
  /** an open mandate of this consumer there, under this tariff, good until `untilMs` at least */
  reusable(
    consumerId: string,
    visitedUtility: string,
    agreedTariffHash: string,
    untilMs: number,
  ): Promise<SignedMandate[]>;
  openCaps(consumerId: string, nowMs: number): Promise<OpenCaps>;
  /**
   * Keeps a mandate if the consumer's open caps still allow it and, with `reuse`, none serves as well:
   * swipes at one moment must not each take a share of the limit.
   */
  add(
    mandate: IssuedMandate,
    limits: OpenCaps,
    nowMs: number,
    reuse: Reuse | null,
  ): Promise<AddOutcome>;
  /** Credit is about to be reserved for a mandate that is not made yet. */
  intendReservation(mandateId: string, nowMs: number): Promise<void>;
  /** tells settlement that what was reserved for a mandate will not be used */
  giveBackCredit(mandateId: string): Promise<void>;
  /** Gives back what was reserved before then for mandates that never came to be. @returns how many */
  abandonIntents(beforeMs: number): Promise<number>;
  /**
   * Ends mandates for one session that nothing was charged under, and gives their credit back.
   *
   * @returns those that were open, and of this consumer there
   */
  retire(
    mandateIds: readonly string[],
    of: { readonly consumerId: string; readonly visitedUtility: string },
  ): Promise<string[]>;
  /** Ends mandates for one session that ran out before then and of which nothing was heard. */
  retireExpired(notAfterMs: number): Promise<number>;
  read(mandateId: string): Promise<{ signed: SignedMandate; state: string } | null>;
  revoke(draft: RevocationDraft): Promise<void>;
  /** in order of their numbers */
  revocationsAfter(
    visitedUtility: string,
    number: number,
    limit: number,
  ): Promise<SignedRevocation[]>;
  revocationOf(mandateId: string): Promise<SignedRevocation | null>;
  markUsedUp(mandateId: string): Promise<void>;
  /**
   * A charge that has ended does not run again.
   *
   * @param heard the mandate it runs under, where visited made it while we were silent
   */
  noteCharge(
    charge: Pick<RequestOf<typeof noteCharge>, 'sessionId' | 'mandateId' | 'state' | 'at'>,
    nowMs: number,
    heard: HeardMandate | null,
  ): Promise<void>;
}

export interface HeldMandate {
  readonly mandate: SignedMandate;
  readonly agreedTariff: SignedAgreedTariff;
}

export interface HeldMandateQuery {
  readonly identity: Identity;
  readonly homeUtility: string;
  readonly assurance: Assurance;
  readonly stationClass: string;
  readonly atMs: number;
  /** the document hash of a mandate that need not be sent again; null where there is none */
  readonly rememberedHash: string | null;
}

/** The visiting profile cache: mandates of partners' consumers that home signed. */
export type AgreementStanding = RequestOf<typeof noteAgreementStanding>;

export interface HeldMandateStore {
  /** what crp says of an agreement; replaces what it said before */
  keepStanding(standing: AgreementStanding): Promise<void>;
  /** an open mandate that was issued to this identity for exactly this assurance */
  find(query: HeldMandateQuery): Promise<HeldMandate | 'remembered' | null>;
  keep(identity: Identity, entry: HeldMandate): Promise<void>;
  markUsedUp(mandateId: string): Promise<void>;
  /** Ends the mandate here; the same revocation again changes nothing. */
  receiveRevocation(revocation: SignedRevocation): Promise<void>;
  /** homes that have mandates here, or told of a revocation; each with the number up to which none is missing */
  revocationsHeld(): Promise<{ readonly homeUtility: string; readonly complete: number }[]>;
}

/** What profiles asks of its own utility's other services. */
export interface OwnServices {
  agreementWith(partner: string): Promise<SignedAgreement | null>;
  retailTariff(
    agreedTariff: SignedAgreedTariff,
    planId: string,
    tier: ConsumerSettings['tier'],
  ): Promise<SignedRetailTariff | null>;
  /**
   * Reserves up to `greatestMinor` of a prepaid balance for a mandate, after what withdrawn mandates held is
   * free again; null when there is none left.
   */
  reserveCredit(request: {
    mandateId: string;
    consumerId: string;
    currency: string;
    greatestMinor: bigint;
    insteadOf: readonly string[];
  }): Promise<bigint | null>;
  /** what of a prepaid balance nothing is reserved of */
  availableCredit(consumerId: string): Promise<bigint>;
  /** holds an amount on a driver's card; null where it is declined, or nobody knows */
  authorizeCard(request: {
    mandateId: string;
    consumerId: string;
    paymentMethod: string;
    currency: string;
    amountMinor: bigint;
  }): Promise<bigint | null>;
  openAccount(consumerId: string, currency: string, balance: string): Promise<void>;
  /** the newest version of a plan; null where there is none of this id */
  planOf(planId: string): Promise<{ readonly version: number; readonly hash: string } | null>;
}

/** Utilities that hold mandates of our consumers. */
export interface VisitedUtilities {
  /** True where the mandate is closed there and nothing was charged under it; false also for silence. */
  recall(visitedUtility: string, mandateId: string): Promise<boolean>;
}

/** The terms that hold when `visited` serves our consumers. */
export function termsAt(agreement: SignedAgreement, visited: string): AgreementTerms | null {
  return agreement.document.terms.find((terms) => terms.visitedUtility === visited) ?? null;
}
