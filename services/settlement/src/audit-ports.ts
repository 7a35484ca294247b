import type { CdrDocument } from './records.js';

/** A charge as a charge detail record has it. */
export interface BookedCharge {
  readonly sessionId: string;
  readonly energyKwh: string;
  readonly agreedTariffHash: string;
  readonly quoteHash: string;
}

/** A credit note that does not take back exactly what its invoice claimed. */
export interface UncancelledCredit {
  readonly invoiceId: string;
  readonly credited: string;
  readonly invoiced: string;
}

export interface StaleMessage {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
}

/** What an audit reads beside the books. */
export interface BooksAudit {
  bookedCharges(sessionIds: readonly string[]): Promise<BookedCharge[]>;
  /** the first CDR of each of these sessions that this utility made, and the hash of its charge */
  firstCdrs(
    sessionIds: readonly string[],
  ): Promise<readonly { readonly chargeHash: string; readonly document: CdrDocument }[]>;
  /** sessions of these that wait for a price */
  heldCharges(sessionIds: readonly string[]): Promise<string[]>;
  uncancelledCredits(): Promise<{ checked: number; credits: UncancelledCredit[] }>;
  /** messages that have waited for ten minutes or longer */
  staleMessages(): Promise<{ checked: number; messages: StaleMessage[] }>;
}
