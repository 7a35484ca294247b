import type {
  ApprovalLimit,
  SignedBill,
  SignedBillCredit,
  SignedCdrCredit,
  SignedWriteOff,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type * as records from './records.js';

/** What one person asked for and another one has not approved yet. */
export interface Proposal {
  readonly note: string;
  readonly proposedBy: string;
}

export interface WriteOffRecord extends Proposal {
  /** null until a second person agreed */
  readonly signed: SignedWriteOff | null;
}

export interface BillCreditRecord extends Proposal {
  readonly billCreditId: string;
  readonly billId: string;
  readonly currency: CurrencyCode;
  readonly totalMinor: bigint;
  readonly cdrIds: readonly string[];
  /** null until it is issued */
  readonly signed: SignedBillCredit | null;
}

/** Up to which amount one person may credit a driver, as two people have said. */
export interface ApprovalBook {
  /** null where nobody has said */
  onePersonUpTo(currency: CurrencyCode): Promise<bigint | null>;
  /** Adds the next version of the currency. */
  propose(
    limit: { readonly currency: CurrencyCode; readonly upToMinor: bigint; readonly by: string },
    atMs: InstantMs,
  ): Promise<ApprovalLimit>;
  /** locked */
  find(currency: CurrencyCode, version: number): Promise<ApprovalLimit | null>;
  approve(limit: ApprovalLimit, by: string, atMs: InstantMs): Promise<void>;
  /** newest first */
  all(): Promise<ApprovalLimit[]>;
}

/** What was taken back: CDRs by visited, drivers' charges by home, and losses that two people answer for. */
export interface CorrectionBook {
  findCredit(cdrId: string): Promise<SignedCdrCredit | null>;
  creditsOf(sessionId: string): Promise<SignedCdrCredit[]>;
  addCredit(credit: SignedCdrCredit): Promise<void>;
  /** what only the maker of a CDR knows of it; null for one that was received */
  originOf(cdrId: string): Promise<records.CdrOrigin | null>;
  findWriteOff(cdrId: string): Promise<WriteOffRecord | null>;
  proposeWriteOff(cdrId: string, proposal: Proposal, atMs: InstantMs): Promise<void>;
  signWriteOff(writeOff: SignedWriteOff): Promise<void>;
  /** a received one: nothing was proposed here */
  addWriteOff(writeOff: SignedWriteOff): Promise<void>;
  /** The driver no longer owes it, or has it back. */
  voidCharge(cdrId: string, atMs: InstantMs): Promise<void>;
  findBill(billId: string): Promise<SignedBill | null>;
  /** Charges on a bill that were not credited, nor are about to be; nobody else credits them meanwhile. */
  lockCreditable(billId: string): Promise<records.RetailCharge[]>;
  proposeBillCredit(credit: BillCreditRecord, atMs: InstantMs): Promise<void>;
  findBillCredit(billCreditId: string): Promise<BillCreditRecord | null>;
  signBillCredit(credit: SignedBillCredit): Promise<void>;
  billCreditsOf(billId: string): Promise<BillCreditRecord[]>;
  /** Sessions with more than one live CDR, or credited ones whose successor is not there. */
  brokenChains(): Promise<{ checked: number; cdrIds: string[] }>;
}
