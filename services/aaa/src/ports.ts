import type {
  AgreementTerms,
  Identity,
  MandateDocument,
  MeterCorrection,
  OneSessionMandates,
  QuoteDocument,
  RefusalReason,
  ReplyOf,
  RequestOf,
  SignedAgreedTariff,
  SignedMandate,
  SignedMeterRegistration,
  SignedStationRecord,
  StationClass,
  TraceStep,
  WireFrame,
  Medium,
  Assurance,
  CustomerClass,
  authorizeOffline,
  authorizeRoaming,
  findToken,
  recordFrame,
  recordTransactionEvent,
  requestMandate,
} from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import type { OutboxMessage } from '@roamgrid/persistence';
import type { LimitBook } from './power-ports.js';
import type { ShownIdentifier } from './local-list-ports.js';
import type { MandateBalance, MandateBook, Reservation } from './mandate-book.js';
import type { Session, TransactionEvent } from './session/session.js';
import type { SuspenseBook } from './suspense-book.js';
import type { VisitBook } from './visit-book.js';

export type { MandateBalance, MandateBook, Reservation } from './mandate-book.js';
export type { EndedVisit, StartedVisit, VisitBook } from './visit-book.js';

export type EventReply = ReplyOf<typeof recordTransactionEvent>;

/** A station of this utility. */
export interface Station {
  readonly record: SignedStationRecord;
  /** keys of its meters, as that record has them */
  readonly meters: readonly SignedMeterRegistration[];
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

export interface WireEntry {
  readonly stationId: string;
  readonly direction: 'in' | 'out';
  readonly wire: WireFrame;
  readonly refusal: string | null;
  /** of the router; absent where it does not matter which, as over HTTP */
  readonly connectionId?: string;
}

/** A running charge, held for the transaction, with the credit that it reserved. */
export interface HeldCharge {
  readonly session: Session;
  readonly reservation: Reservation | null;
}

/** What a meter event makes of its charge, where it changes nothing but this one session. */
export interface MeteredCharge {
  readonly session: Session;
  readonly reply: EventReply;
  readonly trace: readonly TraceEntry[];
}

/** @returns null where the event asks for more: suspense, more credit, another session */
export type MeterDecision = (held: HeldCharge) => MeteredCharge | null;

/** What stations send all day; committed, many together, before anybody is answered. */
export interface EventStore {
  /** a frame that changes no session */
  append(entry: WireEntry): Promise<void>;
  /**
   * A meter event of a running charge, with all that {@link UnitOfWork} would keep of it. Of one session the
   * events are taken in the order of their calls.
   *
   * @returns the answer that is committed; null where nothing was written, since the event was delivered
   *   before, its charge does not run or is in another's hands, or `decide` asks for more
   */
  meter(event: TransactionEvent, decide: MeterDecision): Promise<EventReply | null>;
}

export interface TraceEntry {
  readonly step: TraceStep;
  readonly occurrence: string;
  readonly from: string;
  readonly to: string;
  readonly atMs: InstantMs;
  readonly durationMs: number;
  readonly documentHash: string | null;
  /** what it came to, in a few words */
  readonly detail?: string;
}

/** The register at the end of a session, and the meter it is of where that is known. */
export interface LastRegister {
  readonly meterWh: string;
  readonly meterSerial: string | null;
}

/** A charge that runs, as far as anybody knows. */
export interface UnheardCharge {
  readonly sessionId: string;
  readonly homeUtility: string;
  readonly heardMs: InstantMs;
}

export interface SessionBook {
  lock(sessionId: string): Promise<Session | null>;
  lockByTransaction(stationId: string, transactionId: string): Promise<Session | null>;
  /** the newest unexpired quote of this station and driver */
  lockNewestQuote(
    stationId: string,
    identityKey: string,
    nowMs: InstantMs,
  ): Promise<Session | null>;
  insert(session: Session): Promise<void>;
  /** @throws RoamgridError `connector_occupied` when another session holds the connector */
  save(session: Session): Promise<void>;
  /**
   * The session that meters on the connector, if it is of another transaction; or one of which nothing was heard
   * for long, where it is the last that began there.
   *
   * @param onlySilent for a connector that nobody holds
   */
  lockMetering(
    connector: { readonly stationId: string; readonly connectorId: number },
    transactionId: string,
    onlySilent: boolean,
  ): Promise<Session | null>;
  /** Charges without an end, in suspense or not, under mandates which ran out, and when they were last heard of; the longest ago first. */
  longUnheard(nowMs: InstantMs, limit: number): Promise<UnheardCharge[]>;
  /** nothing is heard of this charge: it holds its connector no longer */
  fallSilent(sessionId: string, nowMs: InstantMs): Promise<void>;
  /** whoever held the connector no longer does: energy flows there for another session */
  freeConnector(stationId: string, connectorId: number, forSessionId: string): Promise<void>;
  /** the driver whom a connector was kept for has come */
  useReservation(stationId: string, identityKey: string): Promise<void>;
  /** this session holds no connector: it is told of after it happened */
  leaveConnector(sessionId: string): Promise<void>;
  /** where the connector's register stood when its last session before `beforeMs` was over */
  lastRegister(session: Session, beforeMs: InstantMs): Promise<LastRegister | null>;
  /** whether another session came with one of these signed records */
  hasSigned(session: Session, records: readonly string[]): Promise<boolean>;
  /** the last signed record of the connector's session before this one */
  lastSigned(session: Session): Promise<string | null>;
  /**
   * Ends quotes under a mandate that is taken or closed, all but one. One that somebody
   * else holds at this moment is left: it finds the mandate so.
   *
   * @returns those that were ended
   */
  expireQuotes(
    mandateId: string,
    exceptSessionId: string | null,
    message: string,
  ): Promise<Session[]>;
  /** other sessions on the connector, ended and not set aside, whose time overlaps (from, to) */
  overlapping(session: Session, fromMs: InstantMs, toMs: InstantMs): Promise<string[]>;
  expiredIds(nowMs: InstantMs, limit: number): Promise<string[]>;
  /** @returns false when the key is taken */
  keepSwipe(
    stationId: string,
    key: string,
    requestHash: string,
    sessionId: string,
  ): Promise<boolean>;
}

export interface Inbox {
  /** waits for another delivery of the same event; then what is known of it */
  lock(stationId: string, naturalKey: string): Promise<InboxEntry | null>;
  find(stationId: string, naturalKey: string): Promise<InboxEntry | null>;
  /** @param setAside the event has no part in any charge: kept as evidence only */
  keep(naturalKey: string, entry: InboxEntry, setAside: boolean): Promise<void>;
  /** events of a transaction that no session holds yet, oldest first */
  unjoined(stationId: string, transactionId: string): Promise<TransactionEvent[]>;
  join(stationId: string, transactionId: string, sessionId: string): Promise<void>;
  /** sequence numbers of a transaction's events, without those set aside */
  sequenceNumbers(stationId: string, transactionId: string): Promise<number[]>;
  /** a start that was set aside because its transaction was over: the newest */
  reusedStart(stationId: string, transactionId: string): Promise<TransactionEvent | null>;
  /** one event of a transaction at a time, while no session row stands for it */
  lockTransaction(stationId: string, transactionId: string): Promise<void>;
  nextTransactionNumber(): Promise<number>;
}

/** One database transaction of this service; everything in it happens together or not at all. */
export interface UnitOfWork {
  readonly sessions: SessionBook;
  readonly inbox: Inbox;
  readonly mandates: MandateBook;
  readonly suspense: SuspenseBook;
  readonly visits: VisitBook;
  readonly limits: LimitBook;
  appendWire(entry: WireEntry): Promise<void>;
  /** stations may be told of the driver */
  noteShown(shown: ShownIdentifier): void;
  /** leaves with the commit */
  trace(sessionId: string, entries: readonly TraceEntry[]): void;
  /** leaves with the commit */
  send(message: OutboxMessage): void;
}

/** What a swipe looks at first. */
export interface SwipeBasis {
  /** the session that holds the connector, or the reservation that keeps it for another driver */
  readonly connectorHolder: string | null;
  /** the swipe that used the same idempotency key */
  readonly earlier: { readonly requestHash: string; readonly sessionId: string } | null;
  /** of the mandate that was asked about; null where none was */
  readonly standing: Standing | null;
}

/** How a mandate and its driver stand at this utility; a look, no lock. */
export interface Standing {
  readonly balance: MandateBalance;
  readonly openSessions: number;
}

/** Whoever stands at the station, and the mandate that they had here last. */
export interface SwipeDriver {
  readonly identityKey: string | null;
  readonly nowMs: InstantMs;
  readonly remembered: SignedMandate | null;
}

export interface AaaStore {
  transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
  readSession(sessionId: string): Promise<Session | null>;
  swipeBasis(
    stationId: string,
    connectorId: number | null,
    idempotencyKey: string | null,
    driver: SwipeDriver,
  ): Promise<SwipeBasis>;
  standing(mandate: SignedMandate): Promise<Standing>;
  /** what a driver was granted here up to an instant, the newest first */
  grantedBefore(identityKey: string, beforeMs: InstantMs): Promise<MandateWithTariff[]>;
  /** what a driver used, or holds, in the window of a mandate under the off-line rule */
  offlineUse(mandate: SignedMandate): Promise<Reservation>;
  /** what became of a driver's mandates for one session since `sinceMs` */
  oneSessionMandates(pseudonym: string, sinceMs: InstantMs): Promise<OneSessionMandates>;
}

/** What a frame tells of the station itself. */
export type StationEffect = NonNullable<RequestOf<typeof recordFrame>['effect']>;

/** A station's record with what is signed for it. */
export type SignedStation = Pick<Station, 'record' | 'meters'>;

export interface StationStore {
  find(stationId: string): Promise<Station | null>;
  /** @returns false when the id is registered here, or being registered */
  claim(stationId: string, nowMs: InstantMs): Promise<boolean>;
  dropClaim(stationId: string): Promise<void>;
  /** registered here, or claimed not long ago */
  isTaken(stationId: string, nowMs: InstantMs): Promise<boolean>;
  /**
   * A new station needs a claim that still holds.
   *
   * @returns the signed record that is now in force
   */
  register(
    sign: (version: number) => Promise<SignedStation>,
    stationId: string,
    passwordKey: string | null,
    nowMs: InstantMs,
  ): Promise<SignedStationRecord>;
  /** keeps what the station said of itself; the portal sees it when it changed */
  note(stationId: string, effect: StationEffect, atMs: InstantMs): Promise<void>;
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
  /** @param remembered what was answered before; where it still is the answer, it is given back itself */
  findMandate(
    query: {
      identity: Identity;
      homeUtility: string;
      medium: Medium;
      assurance: Assurance;
      stationClass: StationClass;
      at: string;
    },
    remembered: MandateWithTariff | null,
  ): Promise<MandateWithTariff | null>;
  /** whose card a number is that names no utility; null where nobody published it */
  findToken(identity: Identity): Promise<ReplyOf<typeof findToken>['token']>;
  storeMandate(identity: Identity, entry: MandateWithTariff): Promise<void>;
  /** home is silent: what the agreement's off-line rule gives this driver */
  authorizeOffline(query: {
    identity: Identity;
    homeUtility: string;
    medium: Medium;
    stationClass: StationClass;
    used: { energyKwh: string; amount: string };
  }): Promise<ReplyOf<typeof authorizeOffline>>;
  isStationIdTaken(utility: string, stationId: string): Promise<boolean>;
  termsWith(homeUtility: string): Promise<AgreementTerms | null>;
  /** what the agreement of a mandate says of its tier; asked once for each agreement */
  chargingPriorityOf(
    mandate: MandateDocument,
  ): Promise<NonNullable<QuoteDocument['chargingPriority']> | null>;
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
      held: OneSessionMandates;
    },
  ): Promise<ReplyOf<typeof requestMandate>>;
  /** settlement takes the session's CDR back and makes the corrected one, where there is a correction */
  correctCharge(request: {
    sessionId: string;
    reason: string;
    by: string;
    correction: MeterCorrection | null;
  }): Promise<void>;
}
