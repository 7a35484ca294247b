import type { BooksAudit } from './audit-ports.js';
import type {
  Contract,
  ContractReference,
  DrainRequest,
  PaymentMode,
  RequestInput,
  SignedAgreement,
  SignedBill,
  SignedCdr,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type { LedgerPort, LedgerReceipt, LedgerTransaction } from '@roamgrid/ledger';
import type { Clock, IdSource, Log, Registry, Signer, Verifier } from '@roamgrid/platform';
import type { BankBook } from './bank/ports.js';
import type { CardBook, PaymentGateway } from './cards/ports.js';
import type { CustomerBillingFeed, FeedBook } from './feed/ports.js';
import type { ExposureBook, ExposureGauge } from './exposure/ports.js';
import type { Partners, PaymentBook, PaymentOrders, SettlementBook } from './netting/ports.js';
import type { CorrectionBook, ApprovalBook } from './correction-ports.js';
import type { DisputeBook, GapBook } from './dispute-ports.js';
import type { OfflineUse } from './review/check-offline.js';
import type * as records from './records.js';

/** CDRs of this utility, made and received. */
export interface CdrBook {
  find(cdrId: string): Promise<records.CdrRecord | null>;
  findMany(cdrIds: readonly string[]): Promise<records.CdrRecord[]>;
  /** The session's latest, with the hash of the charge it was made from. */
  findBySession(
    sessionId: string,
  ): Promise<{ record: records.CdrRecord; chargeHash: string | null } | null>;
  /** Takes the next number of a direction; its row stays locked until the transaction ends. */
  nextSequence(visitedUtility: string, homeUtility: string): Promise<number>;
  lockDirection(visitedUtility: string, homeUtility: string): Promise<void>;
  /** A CDR that a new one would repeat: same session, transaction of the station, or sequence. */
  findRival(
    cdr: Pick<
      records.CdrDocument,
      'sessionId' | 'visitedUtility' | 'homeUtility' | 'stationId' | 'transactionId' | 'sequence'
    >,
  ): Promise<string | null>;
  add(
    record: Omit<records.CdrRecord, 'invoiceId' | 'providerShare'>,
    origin: records.CdrOrigin | null,
  ): Promise<void>;
  setState(cdrId: string, state: records.CdrState): Promise<void>;
  /** Home's latest answer to exactly this document. */
  lastAnswer(cdr: SignedCdr): Promise<records.SignedCdrAnswer | null>;
  /** Answers of home to a CDR; the same answer again changes nothing. */
  addAnswer(answer: records.SignedCdrAnswer): Promise<boolean>;
  setInvoice(cdrIds: readonly string[], invoiceId: string | null): Promise<void>;
  /** Not invoiced, not held, for this home, ended before; in order of their sequence. */
  waitingForInvoice(homeUtility: string, endedBefore: string): Promise<SignedCdr[]>;
  inSequenceRange(homeUtility: string, from: number, to: number): Promise<records.CdrRecord[]>;
  /** A page in order of id, for whoever goes through all. */
  page(afterCdrId: string, limit: number): Promise<records.CdrRecord[]>;
  /** CDRs whose station's transaction has another one. */
  repeated(): Promise<string[]>;
  /** Directions with the number of CDRs and the last sequence given out or received. */
  directions(): Promise<
    { visitedUtility: string; homeUtility: string; count: number; greatest: number; last: number }[]
  >;
}

/** Charges under the off-line rule, as home: its caps are a driver's once in its window. */
export interface OfflineChargeBook {
  /** what else of the driver's stands in the window of this charge's mandate and is not objected to */
  usedBeside(cdr: records.CdrDocument): Promise<OfflineUse>;
  add(cdr: records.CdrDocument, use: OfflineUse): Promise<void>;
}

/** What could not be booked: held until it can be, or kept as evidence. */
export interface HoldBook {
  hold(
    kind: 'wholesale' | 'retail',
    entry: {
      readonly sessionId: string;
      readonly partner: string;
      readonly why: records.HeldReason;
      readonly content: unknown;
      readonly atMs: InstantMs;
    },
  ): Promise<void>;
  release(kind: 'wholesale' | 'retail', sessionId: string, atMs: InstantMs): Promise<void>;
  heldCharges(partner: string): Promise<records.RecordedCharge[]>;
  /** CDRs that wait for a retail price */
  heldRetail(): Promise<string[]>;
  quarantine(entry: records.QuarantinedDocument): Promise<void>;
}

export interface BillBook {
  addCharge(charge: records.RetailCharge): Promise<void>;
  findCharge(cdrId: string): Promise<records.RetailCharge | null>;
  findCharges(cdrIds: readonly string[]): Promise<records.RetailCharge[]>;
  /** Ended in [from, to), on no bill, its CDR not held; locked, in order of consumer and end. */
  unbilled(from: string, to: string): Promise<records.RetailCharge[]>;
  add(bill: SignedBill, cdrIds: readonly string[]): Promise<void>;
}

export interface InvoiceBook {
  /** The next number of a series without gaps; its row stays locked until the transaction ends. */
  nextNumber(series: string): Promise<number>;
  lockPartner(partner: string): Promise<void>;
  find(invoiceId: string): Promise<records.InvoiceRecord | null>;
  /** As `find`, and nobody else changes it until the transaction ends. */
  lock(invoiceId: string): Promise<records.InvoiceRecord | null>;
  add(
    record: Omit<records.InvoiceRecord, 'disputedMinor' | 'differences'>,
    lines: readonly records.InvoiceLineRecord[],
  ): Promise<void>;
  lines(
    invoiceId: string,
    fromPosition: number,
    limit: number,
  ): Promise<records.InvoiceLineRecord[]>;
  allLines(invoiceId: string): Promise<records.InvoiceLineRecord[]>;
  setState(invoiceId: string, state: records.InvoiceState, disputedMinor: bigint): Promise<void>;
  setDifferences(invoiceId: string, differences: readonly records.Difference[]): Promise<void>;
  /** Makes these CDRs' lines of an invoice live, or all its lines dead. */
  setLive(invoiceId: string, cdrIds: readonly string[] | null): Promise<void>;
  /** Of these CDRs those that stand on a live line of another invoice. */
  liveElsewhere(invoiceId: string, cdrIds: readonly string[]): Promise<string[]>;
  /** Received invoices not yet answered that name any of these CDRs. */
  unansweredWith(cdrIds: readonly string[]): Promise<string[]>;
  /** How far earlier invoices to a partner reach. */
  reach(partner: string): Promise<{ sequenceTo: number; periodTo: Date | null }>;
  /** Home's latest. */
  findAnswer(invoiceId: string): Promise<records.SignedInvoiceAnswer | null>;
  addAnswer(answer: records.SignedInvoiceAnswer): Promise<void>;
  findCredit(invoiceId: string): Promise<records.SignedCreditNote | null>;
  /** `isReissueAsked` is the issuer's own; of a received note nothing is known of it. */
  addCredit(creditNote: records.SignedCreditNote, isReissueAsked: boolean): Promise<void>;
  /** Whether the credit asked for a reissue, which nothing may have come of. */
  isReissueAsked(invoiceId: string): Promise<boolean>;
  findReissue(invoiceId: string): Promise<string | null>;
  /** A page in order of id, for whoever goes through all. */
  idsAfter(invoiceId: string, limit: number): Promise<string[]>;
  /** CDRs that claim an invoice which has no live line for them, or the other way round. */
  brokenLinks(): Promise<string[]>;
}

/** Prepaid accounts. Balances never fall below what is reserved, nor that below zero. */
export interface CreditBook {
  findAccount(consumerId: string): Promise<records.CreditAccount | null>;
  /** As `findAccount`, and nobody else changes it until the transaction ends. */
  lockAccount(consumerId: string): Promise<records.CreditAccount | null>;
  /** The account, opened if need be, and locked. */
  open(consumerId: string, currency: CurrencyCode): Promise<records.CreditAccount>;
  /** False where an entry with this id was booked before. */
  deposit(
    entryId: string,
    consumerId: string,
    amountMinor: bigint,
    atMs: InstantMs,
  ): Promise<boolean>;
  findReservation(mandateId: string): Promise<records.CreditReservation | null>;
  /** One conditional update; false where less than that is available. */
  reserve(request: Omit<records.CreditReservation, 'state'>): Promise<boolean>;
  /** Ends a mandate's open reservation; gives what it held. */
  close(mandateId: string, state: 'used' | 'released'): Promise<bigint>;
  /** Takes the amount off what is not reserved; false where that is less. */
  charge(
    entryId: string,
    consumerId: string,
    amountMinor: bigint,
    atMs: InstantMs,
  ): Promise<boolean>;
  /** Accounts whose reserved sum is not that of their open reservations. */
  inconsistent(): Promise<{ checked: number; consumerIds: string[] }>;
}

export interface JournalBook {
  /** @throws RangeError where the lines of a currency do not sum to zero */
  book(entry: records.JournalEntry): Promise<void>;
  findLines(naturalKey: string): Promise<records.JournalLine[]>;
  /** What an account holds, by currency. */
  balances(account: string): Promise<Map<CurrencyCode, bigint>>;
  unbalanced(): Promise<{ checked: number; naturalKeys: string[] }>;
}

export interface IntentBook {
  /** The same business key again changes nothing. */
  /** @param subject the invoice or settlement that it tells of */
  add(subject: string, transaction: LedgerTransaction): Promise<void>;
  ofInvoice(invoiceId: string): Promise<records.LedgerIntent[]>;
  find(businessKey: string): Promise<records.LedgerIntent | null>;
  /** Due ones, each the first of its invoice that is not over. */
  due(nowMs: InstantMs, limit: number): Promise<records.LedgerIntent[]>;
  settle(businessKey: string, receipt: LedgerReceipt): Promise<boolean>;
  postpone(
    businessKey: string,
    state: 'pending' | 'unknown' | 'refused',
    error: string,
    nextAttemptAtMs: InstantMs,
  ): Promise<void>;
  count(): Promise<Record<records.IntentState, number>>;
  /** Keys and hashes of what was posted; a page in order of key. */
  postedAfter(
    businessKey: string,
    limit: number,
  ): Promise<{ businessKey: string; documentHash: string }[]>;
  /** What was meant to be posted under these keys. */
  ofKeys(businessKeys: readonly string[]): Promise<IntendedRecord[]>;
}

/** An intent, with the hash of its invoice as the books have it; null where it is about something else. */
export interface IntendedRecord {
  readonly businessKey: string;
  readonly documentHash: string;
  readonly state: records.IntentState;
  readonly invoiceId: string;
  readonly invoiceHash: string | null;
}

/** All books inside one transaction. What is sent leaves with its commit. */
export interface Books {
  readonly cdrs: CdrBook;
  readonly holds: HoldBook;
  readonly bills: BillBook;
  readonly invoices: InvoiceBook;
  readonly credit: CreditBook;
  readonly journal: JournalBook;
  readonly intents: IntentBook;
  readonly settlements: SettlementBook;
  readonly payments: PaymentBook;
  readonly exposures: ExposureBook;
  readonly corrections: CorrectionBook;
  readonly approvals: ApprovalBook;
  readonly disputes: DisputeBook;
  readonly gaps: GapBook;
  readonly feed: FeedBook;
  readonly cards: CardBook;
  readonly bank: BankBook;
  readonly offlineCharges: OfflineChargeBook;
  /** Messages of one key keep their order. */
  send<C extends Contract>(contract: C, to: string, payload: RequestInput<C>, key: string): void;
}

export interface UnitOfWork {
  /** Runs `work` in one transaction; it may run again after a deadlock. */
  run<T>(work: (books: Books) => Promise<T>): Promise<T>;
  /** Calls back after a commit that holds an intent for the ledger. */
  onIntent(listener: () => void): void;
}

/** Who a pseudonym stands for, as this utility's own profiles say. */
export interface Consumer {
  readonly consumerId: string;
  readonly cinMasked: string;
  readonly paymentMode: PaymentMode;
  /** what `debit` is charged to */
  readonly paymentMethod?: string | undefined;
  readonly currency: CurrencyCode;
  /** of the mandate that was asked for */
  readonly revokedAt?: string | null | undefined;
  /** under which version of the driver's contract the charge that was asked for is billed */
  readonly driverContract?: ContractReference | null | undefined;
}

/** What of a charge, or of its CDR, leads to its driver. */
export type DriverCharge = Pick<
  records.ChargeRecord,
  'pseudonym' | 'visitedUtility' | 'mandate' | 'consent' | 'startAt' | 'flags'
>;

/** What settlement asks this utility's other services; never inside a transaction. */
export interface Neighbours {
  /** the one in force now, or the one of a hash, whatever has become of it since */
  readAgreement(partner: string, hash?: string | null): Promise<SignedAgreement | null>;
  /** The driver of a charge; whether and when its mandate, or what that stands on, was revoked; the contract. */
  resolvePseudonym(charge: DriverCharge): Promise<Consumer | null>;
}

/** Everything a use case may touch. */
export interface Ports {
  readonly audits: BooksAudit;
  readonly utility: string;
  readonly work: UnitOfWork;
  readonly neighbours: Neighbours;
  readonly partners: Partners;
  readonly paymentOrders: PaymentOrders;
  readonly exposureGauge: ExposureGauge;
  readonly customerBilling: CustomerBillingFeed;
  readonly paymentGateway: PaymentGateway;
  readonly ledger: LedgerPort;
  readonly pairSecretOf: (partner: string) => Uint8Array;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  /** Delivers what waits in the outbox. */
  readonly drain: (wish: DrainRequest) => Promise<void>;
}
