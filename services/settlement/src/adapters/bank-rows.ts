import type { CurrencyCode } from '@roamgrid/kernel';
import type {
  BankItemRecord,
  BankItemState,
  BankReason,
  BankResolution,
  Direction,
  PayoutHead,
  StatementHead,
} from '../bank/ports.js';

export const ITEM_COLUMNS = `item_id, source, account, statement_id, reference, end_to_end_id,
  direction, amount_minor, currency, booked_at, remittance, state, reason, detail, payment_id,
  settlement_id, partner, resolution`;

export interface ItemRow {
  readonly item_id: string;
  readonly number: bigint;
  readonly source: 'statement' | 'payout';
  readonly account: string;
  readonly statement_id: string;
  readonly reference: string | null;
  readonly end_to_end_id: string | null;
  readonly direction: Direction;
  readonly amount_minor: bigint;
  readonly currency: CurrencyCode;
  readonly booked_at: Date;
  readonly remittance: string | null;
  readonly state: BankItemState;
  readonly reason: BankReason | null;
  readonly detail: string | null;
  readonly payment_id: string | null;
  readonly settlement_id: string | null;
  readonly partner: string | null;
  readonly resolution: BankResolution | null;
}

export const toItem = (row: ItemRow): BankItemRecord => ({
  itemId: row.item_id,
  source: row.source,
  account: row.account,
  statementId: row.statement_id,
  reference: row.reference,
  endToEndId: row.end_to_end_id,
  direction: row.direction,
  amountMinor: row.amount_minor,
  currency: row.currency,
  bookedAtMs: row.booked_at.getTime(),
  remittance: row.remittance,
  state: row.state,
  reason: row.reason,
  detail: row.detail,
  paymentId: row.payment_id,
  settlementId: row.settlement_id,
  partner: row.partner,
  resolution: row.resolution,
});

interface HeadRow {
  readonly currency: CurrencyCode;
  readonly content_hash: string;
  readonly read_at: Date;
  readonly read_by: string;
}

export interface StatementRow extends HeadRow {
  readonly account: string;
  readonly statement_id: string;
  readonly opening_balance: string;
  readonly closing_balance: string;
}

export const toStatement = (row: StatementRow): StatementHead => ({
  account: row.account,
  statementId: row.statement_id,
  currency: row.currency,
  openingBalance: row.opening_balance,
  closingBalance: row.closing_balance,
  contentHash: row.content_hash,
  readAtMs: row.read_at.getTime(),
  readBy: row.read_by,
});

export interface PayoutRow extends HeadRow {
  readonly provider: string;
  readonly payout_id: string;
  readonly gross: string;
  readonly fees: string;
  readonly net: string;
  readonly paid_at: string;
  readonly matched: number;
  readonly state: PayoutHead['state'];
}

export const toPayout = (row: PayoutRow): PayoutHead => ({
  provider: row.provider,
  payoutId: row.payout_id,
  currency: row.currency,
  gross: row.gross,
  fees: row.fees,
  net: row.net,
  paidAt: row.paid_at,
  contentHash: row.content_hash,
  readAtMs: row.read_at.getTime(),
  readBy: row.read_by,
  matched: row.matched,
  state: row.state,
});
