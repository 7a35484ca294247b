import type {
  billSession,
  ChargeRecord,
  InvoiceLine,
  signedCdrAnswer,
  signedCreditNote,
  signedInvoiceAnswer,
  SignedAgreedTariff,
  SignedCdr,
  SignedInvoice,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type { LedgerReceipt, LedgerTransaction } from '@roamgrid/ledger';
import type { z } from 'zod';

/** What these books hold, as use cases see it; how it is stored is the adapters' matter. */

export type { CdrDocument, ChargeRecord } from '@roamgrid/contracts';
export type BillSession = z.infer<typeof billSession>;
export type SignedCdrAnswer = z.infer<typeof signedCdrAnswer>;
export type CdrAnswerDocument = SignedCdrAnswer['document'];
export type SignedInvoiceAnswer = z.infer<typeof signedInvoiceAnswer>;
export type InvoiceAnswerDocument = SignedInvoiceAnswer['document'];
export type SignedCreditNote = z.infer<typeof signedCreditNote>;
export type CreditNoteDocument = SignedCreditNote['document'];

/** Whose record it is here: made for a partner, received from one, or both utilities are this one. */
export type CdrRole = 'visited' | 'home' | 'domestic';
/** `held`: home objects, it stands on no invoice until that is settled. */
/** The end of a CDR: `credited`, taken back by visited, or `written_off`, borne by visited. */
export type CdrState = 'open' | 'accepted' | 'held' | 'credited' | 'written_off';

/** Whether anything is still owed, or may still be, for a CDR in this state. */
export const isOver = (state: CdrState): boolean => state === 'credited' || state === 'written_off';

export interface CdrRecord {
  readonly cdr: SignedCdr;
  readonly role: CdrRole;
  readonly state: CdrState;
  readonly invoiceId: string | null;
  /** what its maker owes the station's provider; null where it was received */
  readonly providerShare: ProviderShare | null;
}

export interface ProviderShare {
  readonly provider: string;
  readonly minor: bigint;
}

/** What only the maker of a CDR knows of it. */
export interface CdrOrigin {
  /** of the charge it was made from */
  readonly chargeHash: string;
  readonly provider: string;
  readonly providerSharePercentage: string;
  readonly providerShareMinor: bigint;
}

/** A charge as visited AAA handed it over. */
export interface RecordedCharge {
  readonly charge: ChargeRecord;
  readonly agreedTariff: SignedAgreedTariff;
}

/** Why no price could be made; nothing is ever rated at 0 for want of one. */
export interface HeldReason {
  readonly reason: 'no_agreement' | 'tariff_unavailable' | 'rating_refused' | 'consumer_unknown';
  readonly detail: string;
}

/** A driver's side of a CDR: rated, not yet billed or billed. */
export interface RetailCharge {
  readonly cdrId: string;
  readonly sessionId: string;
  readonly consumerId: string;
  readonly cinMasked: string;
  readonly currency: CurrencyCode;
  readonly totalMinor: bigint;
  /** taken from a prepaid balance when the CDR came */
  readonly paidMinor: bigint;
  readonly endAt: string;
  readonly session: BillSession;
  readonly billId: string | null;
}

export type InvoiceDirection = 'issued' | 'received';
export type InvoiceState = 'issued' | 'accepted' | 'disputed' | 'settled' | 'credited';

/** What of a received invoice is not as these books have it. */
export interface Difference {
  readonly code: string;
  readonly cdrId: string | null;
  readonly detail: string;
}

export interface InvoiceRecord {
  readonly invoice: SignedInvoice;
  readonly direction: InvoiceDirection;
  readonly partner: string;
  readonly state: InvoiceState;
  readonly disputedMinor: bigint;
  readonly differences: readonly Difference[];
}

export interface InvoiceLineRecord {
  readonly line: InvoiceLine;
  /** false once the invoice is credited, or where the CDR stands on another one */
  readonly live: boolean;
}

export interface JournalLine {
  readonly account: string;
  readonly currency: CurrencyCode;
  /** positive is debit, negative is credit */
  readonly amountMinor: bigint;
}

export interface JournalEntry {
  /** books an event once: `cdr:<id>:wholesale` */
  readonly naturalKey: string;
  readonly description: string;
  readonly lines: readonly JournalLine[];
}

export type IntentState = 'pending' | 'posted' | 'unknown' | 'refused';

/** Something to be recorded on the ledger: persisted first, submitted afterwards, resolved by its key. */
export interface LedgerIntent {
  readonly invoiceId: string;
  readonly transaction: LedgerTransaction;
  readonly state: IntentState;
  readonly receipt: LedgerReceipt | null;
  readonly attempts: number;
}

export interface CreditAccount {
  readonly consumerId: string;
  readonly currency: CurrencyCode;
  readonly balanceMinor: bigint;
  readonly reservedMinor: bigint;
}

/** What a prepaid mandate holds of its consumer's balance. */
export interface CreditReservation {
  readonly mandateId: string;
  readonly consumerId: string;
  readonly amountMinor: bigint;
  readonly state: 'open' | 'used' | 'released';
}

/** A document that contradicts one we hold: kept, never overwriting. */
export interface QuarantinedDocument {
  readonly kind:
    | 'cdr'
    | 'charge'
    | 'cdrAnswer'
    | 'cdrCredit'
    | 'invoice'
    | 'invoiceAnswer'
    | 'creditNote'
    | 'disputeAnswer';
  readonly documentId: string;
  readonly documentHash: string;
  readonly signature: string;
  readonly document: unknown;
  readonly reason: string;
  readonly receivedAtMs: InstantMs;
}
