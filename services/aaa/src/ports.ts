import type {
  AgreementTerms,
  Identity,
  RefusalReason,
  ReplyOf,
  SignedAgreedTariff,
  SignedMandate,
  SignedStationRecord,
  StationClass,
  TraceStep,
  WireFrame,
  Medium,
  Assurance,
  CustomerClass,
  authorizeRoaming,
  recordTransactionEvent,
  requestMandate,
} from '@roamgrid/contracts';
import type { EnergyMilliWh, InstantMs } from '@roamgrid/kernel';
import type { OutboxMessage } from '@roamgrid/persistence';
import type { Session, TransactionEvent } from './session/session.js';

export type EventReply = ReplyOf<typeof recordTransactionEvent>;

/** A station of this utility. */
export interface Station {
  readonly record: SignedStationRecord;
  readonly passwordKey: string;
}

/** An event as the inbox keeps it: what was said, and what was answered. */
export interface InboxEntry {
  readonly payloadHash: string;
  readonly event: TransactionEvent;
  readonly transactionId: string;
  readonly sessionId: string | null;
  readonly reply: EventReply;
}

/** An item of suspense: it never expires silently. */
export interface SuspenseItem {
  readonly suspenseId: string;
  readonly atMs: InstantMs;
  readonly stationId: string;
  readonly sessionId: string | null;
  readonly transactionId: string | null;
  readonly code: string;
  readonly detail: string;
  readonly evidence: unknown;
}

export interface WireEntry {
  readonly stationId: string;
  readonly direction: 'in' | 'out';
  readonly wire: WireFrame;
  readonly refusal: string | null;
}

export interface TraceEntry {
  readonly step: TraceStep;
  readonly occurrence: string;
  readonly from: string;
  readonly to: string;
  readonly atMs: InstantMs;
  readonly durationMs: number;
  readonly documentHash: string | null;
}

/** What a mandate has left: cap − consumed − reserved. */
export interface MandateBalance {
  readonly energyMilliWh: EnergyMilliWh;
  readonly minor: bigint;
  readonly openReservations: number;
}

/** One database transaction of this service; everything in it happens together or not at all. */
export interface UnitOfWork {
  appendWire(entry: WireEntry): Promise<void>;
  lockSession(sessionId: string): Promise<Session | null>;
  lockSessionByTransaction(stationId: string, transactionId: string): Promise<Session | null>;
  /** the newest unexpired quote of this station and driver */
  lockNewestQuote(
    stationId: string,
    identityKey: string,
    nowMs: InstantMs,
  ): Promise<Session | null>;
  insertSession(session: Session): Promise<void>;
  /** @throws RoamgridError `connector_occupied` when another session holds the connector */
  saveSession(session: Session): Promise<void>;
  connectorHolder(stationId: string, connectorId: number): Promise<string | null>;
  openSessionsOf(pseudonym: string): Promise<number>;
  /** other sessions on the connector whose time overlaps (from, to) */
  overlapping(
    stationId: string,
    connectorId: number,
    exceptSessionId: string,
    fromMs: InstantMs,
    toMs: InstantMs,
  ): Promise<string[]>;
  findSwipe(
    stationId: string,
    key: string,
  ): Promise<{ requestHash: string; sessionId: string } | null>;
  keepSwipe(stationId: string, key: string, requestHash: string, sessionId: string): Promise<void>;
  lockInbox(stationId: string, naturalKey: string): Promise<InboxEntry | null>;
  keepInbox(naturalKey: string, entry: InboxEntry, receivedAt: string): Promise<void>;
  /** events of a transaction that no session holds yet, oldest first */
  unjoinedEvents(stationId: string, transactionId: string): Promise<TransactionEvent[]>;
  joinEvents(stationId: string, transactionId: string, sessionId: string): Promise<void>;
  nextTransactionNumber(): Promise<number>;
  lockMandateBalance(mandate: SignedMandate): Promise<MandateBalance>;
  reserve(
    sessionId: string,
    mandateId: string,
    energyMilliWh: EnergyMilliWh,
    minor: bigint,
  ): Promise<void>;
  /** gives back what was reserved and books what was used */
  settleReservation(
    sessionId: string,
    usedEnergyMilliWh: EnergyMilliWh,
    usedMinor: bigint,
  ): Promise<void>;
  reservationOf(sessionId: string): Promise<{ energyMilliWh: EnergyMilliWh; minor: bigint } | null>;
  openSuspense(item: SuspenseItem): Promise<void>;
  joinSuspense(stationId: string, transactionId: string): Promise<void>;
  expiredSessionIds(nowMs: InstantMs, limit: number): Promise<string[]>;
  noteVisitStart(visit: {
    sessionId: string;
    visitedUtility: string;
    pseudonym: string;
    mandateId: string;
    startAt: string;
  }): Promise<void>;
  noteVisitEnd(sessionId: string, endAt: string): Promise<void>;
  /** publishes the session's view to this utility's portal */
  projectSession(session: Session): Promise<void>;
  trace(sessionId: string, entries: readonly TraceEntry[]): Promise<void>;
  send(message: OutboxMessage): Promise<void>;
}

export interface AaaStore {
  transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
  readSession(sessionId: string): Promise<Session | null>;
}

export interface StationStore {
  find(stationId: string): Promise<Station | null>;
  /** @returns the signed record that is now in force */
  register(
    sign: (version: number) => Promise<SignedStationRecord>,
    stationId: string,
    passwordKey: string | null,
  ): Promise<SignedStationRecord>;
}

/** Home's side of authorizations. */
export interface VisitStore {
  openVisits(consumerId: string): Promise<number>;
  keepAuthorization(entry: {
    sessionId: string;
    visitedUtility: string;
    consumerId: string | null;
    pseudonym: string | null;
    decision: string;
    reason: string | null;
    atMs: InstantMs;
  }): Promise<void>;
}

export interface MandateWithTariff {
  readonly mandate: SignedMandate;
  readonly agreedTariff: SignedAgreedTariff;
}

type Refused = { readonly decision: 'refused'; readonly reason: RefusalReason };

/** What AAA asks of others: its own utility's services, and a partner's AAA. */
export interface Neighbours {
  findMandate(query: {
    identity: Identity;
    homeUtility: string;
    medium: Medium;
    stationClass: StationClass;
    at: string;
  }): Promise<MandateWithTariff | null>;
  storeMandate(identity: Identity, entry: MandateWithTariff): Promise<void>;
  termsWith(homeUtility: string): Promise<AgreementTerms | null>;
  authorizeAtHome(
    homeUtility: string,
    request: {
      sessionId: string;
      identity: Identity;
      medium: Medium;
      assurance: Assurance;
      pin: string | null;
      stationId: string;
      stationClass: StationClass;
    },
  ): Promise<ReplyOf<typeof authorizeRoaming>>;
  agreeTariff(
    homeUtility: string,
    customerClass: CustomerClass,
    stationClass: StationClass,
  ): Promise<
    | (Refused & { readonly messagesToHome: number })
    | {
        readonly decision: 'agreed';
        readonly agreedTariff: SignedAgreedTariff;
        readonly messagesToHome: number;
      }
  >;
  requestMandate(
    homeUtility: string,
    request: {
      sessionId: string;
      pseudonym: string;
      assurance: Assurance;
      agreedTariff: SignedAgreedTariff;
    },
  ): Promise<ReplyOf<typeof requestMandate>>;
}
