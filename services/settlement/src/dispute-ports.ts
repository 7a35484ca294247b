import type { AgreementDocument, SignedDisputeAnswer } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';

/** What an agreement says of an invoice that home does not answer. */
export type SilenceTerms = Pick<AgreementDocument, 'disputeWindowDays' | 'silenceMeans'>;

/** Home's signed receipts for the CDRs of an invoice. */
export interface Receipts {
  readonly lines: number;
  /** lines whose CDR home accepted, by its latest answer */
  readonly accepted: number;
  readonly lastAtMs: InstantMs | null;
}

/** Disputes of invoices, and what silence about one means. */
export interface DisputeBook {
  findAnswer(invoiceId: string): Promise<SignedDisputeAnswer | null>;
  addAnswer(answer: SignedDisputeAnswer): Promise<void>;
  setTerms(invoiceId: string, terms: SilenceTerms): Promise<void>;
  termsOf(invoiceId: string): Promise<SilenceTerms | null>;
  receiptsOf(invoiceId: string): Promise<Receipts>;
  /** Unanswered ones whose window cannot be open any more. */
  silentSince(nowMs: InstantMs, limit: number): Promise<string[]>;
  markSilent(invoiceId: string): Promise<void>;
  isBySilence(invoiceId: string): Promise<boolean>;
}

export interface GapDirection {
  readonly visitedUtility: string;
  readonly homeUtility: string;
}

/** Numbers of a partner's sequence that home has heard of and does not have. */
export interface GapBook {
  /** The numbers below this one, down to the greatest that is here. */
  noticeBelow(direction: GapDirection, sequence: number, atMs: InstantMs): Promise<void>;
  fill(visitedUtility: string, sequence: number): Promise<void>;
  /** Gaps that have stood for a while and were not asked for lately. */
  due(nowMs: InstantMs, limit: number): Promise<{ visitedUtility: string; sequences: number[] }[]>;
  markAsked(visitedUtility: string, sequences: readonly number[], atMs: InstantMs): Promise<void>;
}
