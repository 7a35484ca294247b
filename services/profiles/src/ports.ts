import type {
  AgreementTerms,
  Assurance,
  ConsumerView,
  Identity,
  SignedAgreedTariff,
  SignedAgreement,
  SignedMandate,
  SignedRetailTariff,
  SignedRevocation,
} from '@roamgrid/contracts';
import type { EnergyMilliWh } from '@roamgrid/kernel';

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
}

export interface NewConsumer extends Consumer {
  /** everything the consumer may be recognised by */
  readonly identities: readonly Identity[];
}

/** The home consumer profile store. */
export interface ConsumerStore {
  find(identity: Identity): Promise<Consumer | null>;
  read(consumerId: string): Promise<Consumer | null>;
  /** @throws RoamgridError `state_conflict` when one of the identities is taken */
  add(consumer: NewConsumer): Promise<void>;
  /** Changes settings or state; with `revoke`, every open mandate of the consumer ends with it. */
  update(
    consumer: Consumer,
    revoke: ((mandate: SignedMandate) => RevocationDraft) | null,
  ): Promise<void>;
  /** the consumer's pseudonym at a visited utility, made on first use */
  pseudonymFor(consumerId: string, visitedUtility: string): Promise<string>;
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
  readonly signed: SignedMandate;
}

export interface OpenCaps {
  readonly energyMilliWh: EnergyMilliWh;
  readonly homeMinor: bigint;
}

export interface RevocationDraft {
  readonly mandate: SignedMandate;
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
  bySession(sessionId: string): Promise<SignedMandate | null>;
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
  /** tells settlement that what a session reserved will not be used */
  giveBackCredit(sessionId: string): Promise<void>;
  read(mandateId: string): Promise<{ signed: SignedMandate; state: string } | null>;
  revoke(draft: RevocationDraft): Promise<void>;
  markUsedUp(mandateId: string): Promise<void>;
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
}

/** The visiting profile cache: mandates of partners' consumers that home signed. */
export interface HeldMandateStore {
  /** an open mandate that was issued to this identity for exactly this assurance */
  find(query: HeldMandateQuery): Promise<HeldMandate | null>;
  keep(identity: Identity, entry: HeldMandate): Promise<void>;
  markUsedUp(mandateId: string): Promise<void>;
  receiveRevocation(revocation: SignedRevocation): Promise<void>;
}

/** What profiles asks of its own utility's other services. */
export interface OwnServices {
  agreementWith(partner: string): Promise<SignedAgreement | null>;
  retailTariff(
    agreedTariff: SignedAgreedTariff,
    planId: string,
    tier: ConsumerSettings['tier'],
  ): Promise<SignedRetailTariff | null>;
  /** reserves up to `greatestMinor` of a prepaid balance; null when there is none left */
  reserveCredit(request: {
    sessionId: string;
    consumerId: string;
    currency: string;
    greatestMinor: bigint;
  }): Promise<bigint | null>;
  openAccount(consumerId: string, currency: string, balance: string): Promise<void>;
}

/** The terms that hold when `visited` serves our consumers. */
export function termsAt(agreement: SignedAgreement, visited: string): AgreementTerms | null {
  return agreement.document.terms.find((terms) => terms.visitedUtility === visited) ?? null;
}
