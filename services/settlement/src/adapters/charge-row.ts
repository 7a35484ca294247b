import type { CurrencyCode } from '@roamgrid/kernel';
import type { BillSession, RetailCharge } from '../records.js';

/** A row of `retail_charge`. */
export interface ChargeRow {
  readonly cdr_id: string;
  readonly session_id: string;
  readonly consumer_id: string;
  readonly cin_masked: string;
  readonly currency: CurrencyCode;
  readonly total_minor: bigint;
  readonly paid_minor: bigint;
  readonly session: BillSession;
  readonly bill_id: string | null;
}

export function toCharge(row: ChargeRow): RetailCharge {
  return {
    cdrId: row.cdr_id,
    sessionId: row.session_id,
    consumerId: row.consumer_id,
    cinMasked: row.cin_masked,
    currency: row.currency,
    totalMinor: row.total_minor,
    paidMinor: row.paid_minor,
    endAt: row.session.endAt,
    session: row.session,
    billId: row.bill_id,
  };
}
