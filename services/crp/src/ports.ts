import type {
  AgreementDocument,
  answerOffer,
  cosignAgreedTariff,
  cosignAgreement,
  CustomerClass,
  FxRate,
  NegotiationEnding,
  NegotiationMove,
  PolicyView,
  receiveProposal,
  RequestInput,
  RetailPlan,
  SignedAgreedTariff,
  SignedAgreement,
  SignedAgreementNotice,
  SignedLoadSignal,
  SignedRetailTariff,
  StationClass,
  TariffView,
} from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import type { NegotiationPolicy, Side } from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';

/** A view for this utility's own portal; leaves with the change that it tells. */
export interface Projection {
  readonly kind: 'tariff' | 'agreement' | 'negotiation' | 'policy' | 'loadSignal';
  readonly id: string;
  readonly sortAtMs: InstantMs;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A tariff version and when it was drafted. */
export interface StoredTariff {
  readonly view: TariffView;
  readonly draftedAtMs: InstantMs;
}

export interface TariffStore {
  find(tariffId: string, version: number): Promise<StoredTariff | null>;
  /** the newest version, of whatever state */
  newest(tariffId: string): Promise<StoredTariff | null>;
  /** @throws RoamgridError `state_conflict` where another draft took the version */
  addDraft(tariff: StoredTariff, projection: Projection): Promise<void>;
  /**
   * Replaces a draft by what it has become, if it is still the one of `before`.
   * @throws RoamgridError `immutable` where it is published already, `precondition_failed` where it changed
   */
  replaceDraft(before: StoredTariff, tariff: StoredTariff, projection: Projection): Promise<void>;
  /** partners and agreements know wholesale tariffs only */
  publishedWholesale(documentHash: string): Promise<TariffView | null>;
  /** of those that a charge may begin under at the instant, the one published last for the class */
  lastPublished(
    purpose: TariffView['purpose'],
    stationAndClass: {
      readonly customerClass: CustomerClass;
      readonly stationClass: StationClass;
    },
    atMs: InstantMs,
  ): Promise<TariffView | null>;
}

/** Published tariffs of partners, by their hash. */
export interface PartnerTariffStore {
  find(documentHash: string): Promise<TariffDocument | null>;
  keep(documentHash: string, document: TariffDocument): Promise<void>;
}

export interface AgreementVersion {
  /** with one signature as long as it is proposed */
  readonly agreement: SignedAgreement;
  readonly proposedBy: string;
  readonly isWithdrawn: boolean;
}

/** An agreement with all that is known of it. */
export interface AgreementRecord {
  readonly agreementId: string;
  readonly partner: string;
  /** newest first */
  readonly versions: readonly AgreementVersion[];
  /** in the order in which they were heard */
  readonly notices: readonly SignedAgreementNotice[];
}

/** What becomes of an agreement in one step. */
export interface AgreementChange {
  readonly version?: Pick<AgreementVersion, 'agreement' | 'proposedBy'>;
  readonly notice?: SignedAgreementNotice;
  /** whether the partner has to be told of the notice */
  readonly tellPartner?: boolean;
}

export interface AgreementStore {
  /** both have signed it, it has begun and is not over, suspended or ended; the newest that has begun */
  inForce(partner: string, atMs: InstantMs): Promise<SignedAgreement | null>;
  /** also one that is only proposed, suspended or over */
  byHash(documentHash: string): Promise<SignedAgreement | null>;
  find(agreementId: string): Promise<AgreementRecord | null>;
  /**
   * One step of an agreement, one caller at a time; views and what profiles must know leave with it.
   * @param decide null where there is nothing to change
   * @throws what `decide` throws
   */
  change(
    of: { readonly agreementId: string; readonly partner: string; readonly atMs: InstantMs },
    decide: (record: AgreementRecord) => AgreementChange | null,
  ): Promise<AgreementRecord>;
  hashOf(agreement: Pick<AgreementDocument, 'agreementId' | 'version'>): Promise<string | null>;
}

export interface LoadSignalStore {
  /**
   * Keeps an own signal, with the messages that tell partners and the own portal.
   * @throws RoamgridError `immutable` where another one covers a part of its time already
   */
  publish(
    signal: SignedLoadSignal,
    partners: readonly string[],
    projection: Projection,
  ): Promise<void>;
  /** Keeps a partner's; false where another one covers a part of its time already. */
  receive(
    signal: SignedLoadSignal,
    receivedAtMs: InstantMs,
    projection: Projection,
  ): Promise<boolean>;
  /** those whose time lies in [fromMs, toMs) in part, in order */
  within(
    visitedUtility: string,
    stationClass: StationClass,
    fromMs: InstantMs,
    toMs: InstantMs,
  ): Promise<SignedLoadSignal[]>;
}

export interface PolicyStore {
  /** the next version of the key; the view leaves with it */
  addDraft(
    draft: (version: number) => StoredPolicy,
    key: PolicyKey,
    projectionOf: (policy: StoredPolicy) => Projection,
  ): Promise<StoredPolicy>;
  find(key: PolicyKey, version: number): Promise<StoredPolicy | null>;
  /** @throws RoamgridError `immutable` where it is published already */
  publish(policy: StoredPolicy, projection: Projection): Promise<void>;
  /** the newest that is published */
  current(key: PolicyKey): Promise<NegotiationPolicy | null>;
  /** those in force whose review date lies before the local date; each key's newest */
  overdue(localDate: string): Promise<StoredPolicy[]>;
  /** Shows a policy as overdue; false where it is shown so already. */
  noteOverdue(policy: StoredPolicy, projection: Projection): Promise<boolean>;
}

/** What operators watch. */
export interface PolicyGauge {
  showOverdue(count: number): void;
}
/** A version of a policy and when it was drafted. */
export interface StoredPolicy {
  readonly view: PolicyView;
  readonly draftedAtMs: InstantMs;
}
export interface PolicyKey {
  readonly side: Side;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
}

export interface RecordedMove {
  readonly round: number;
  readonly by: Side;
  readonly move: NegotiationMove;
  readonly at: string;
}

export interface Negotiation {
  readonly negotiationId: string;
  readonly homeUtility: string;
  readonly visitedUtility: string;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
  readonly agreementHash: string;
  /** the most that the agreement allows */
  readonly rounds: number;
  readonly startedAtMs: InstantMs;
  readonly moves: readonly RecordedMove[];
}

export type NegotiationOutcome = 'agreed' | 'defaultApplied' | 'failed';

export interface EndedNegotiation {
  readonly negotiation: Negotiation;
  readonly outcome: NegotiationOutcome;
  readonly ending: NegotiationEnding;
  readonly endedAtMs: InstantMs;
  readonly projection: Projection;
}

/** The end of a negotiation without the view of it. */
export type ToldEnd = Omit<EndedNegotiation, 'projection'>;

export interface NegotiationStore {
  find(negotiationId: string): Promise<Negotiation | null>;
  /**
   * Adds what `decide` makes of the moves recorded so far, one caller at a time for a negotiation.
   * @throws what `decide` throws, RoamgridError `negotiation_failed` where it is over
   */
  extend<Result>(
    opening: Negotiation,
    decide: (recorded: Negotiation) => { readonly moves: readonly RecordedMove[]; result: Result },
  ): Promise<Result>;
  /** One that came to no signed tariff. */
  end(ended: EndedNegotiation): Promise<void>;
  /**
   * What the visited side says of a negotiation's end; our own record of its moves and its outcome stay. One that
   * we know nothing of is kept as told.
   */
  noteEnd(told: ToldEnd, agreedTariff: SignedAgreedTariff | null): Promise<void>;
}

/** What an agreed tariff is kept for; `baseHash` is the agreement's or the domestic tariff's hash. */
export interface AgreedTariffKey {
  readonly homeUtility: string;
  readonly visitedUtility: string;
  readonly customerClass: CustomerClass;
  readonly stationClass: StationClass;
  readonly baseHash: string;
}

export interface AgreedTariffStore {
  /** One that is still valid at the instant. */
  current(key: AgreedTariffKey, validAtMs: InstantMs): Promise<SignedAgreedTariff | null>;
  /** a version of what a negotiation came to */
  ofNegotiation(negotiationId: string, version: number): Promise<SignedAgreedTariff | null>;
  /**
   * Keeps a tariff with the negotiation it came from. Where one for the key is valid at
   * `unlessValidAtMs` already, that one is given back and the new one is not kept.
   */
  keep(
    key: AgreedTariffKey,
    agreed: SignedAgreedTariff,
    options: {
      readonly unlessValidAtMs: InstantMs | null;
      readonly ended: EndedNegotiation | null;
    },
  ): Promise<SignedAgreedTariff>;
}

export interface StoredPlan {
  readonly plan: RetailPlan;
  readonly version: number;
}

export interface PlanStore {
  add(plan: RetailPlan): Promise<void>;
  current(planId: string): Promise<StoredPlan | null>;
}

export interface FxStore {
  /** The same rate again changes nothing. @throws RoamgridError `immutable` for another rate of the same instant and source */
  record(fx: FxRate): Promise<void>;
  /** the newest of a source */
  newest(from: string, to: string, source: string): Promise<FxRate | null>;
}

export interface RetailTariffKey {
  readonly agreedTariffHash: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly tier: string;
}

export interface RetailTariffStore {
  current(key: RetailTariffKey, atMs: InstantMs): Promise<SignedRetailTariff | null>;
  /** Gives back the one that was kept first, where one is valid already. */
  keep(
    key: RetailTariffKey,
    retail: SignedRetailTariff,
    atMs: InstantMs,
  ): Promise<SignedRetailTariff>;
}

/** The partner's CRP, reached over the bus. Each throws `peer_unreachable` when nobody answers. */
export interface PartnerCrp {
  answerOffer(
    homeUtility: string,
    request: RequestInput<typeof answerOffer>,
    timeoutMs: number,
  ): Promise<NegotiationMove>;
  cosignAgreedTariff(
    homeUtility: string,
    request: RequestInput<typeof cosignAgreedTariff>,
  ): Promise<string>;
  receiveProposal(partner: string, request: RequestInput<typeof receiveProposal>): Promise<void>;
  cosignAgreement(partner: string, request: RequestInput<typeof cosignAgreement>): Promise<void>;
  readPublishedTariff(partner: string, hash: string): Promise<unknown>;
}
