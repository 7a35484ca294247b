import type {
  BANK_ITEM_STATES,
  BANK_REASONS,
  BANK_RESOLUTIONS,
  BankStatement,
  CardPayout,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';

export type BankReason = (typeof BANK_REASONS)[number];
export type BankItemState = (typeof BANK_ITEM_STATES)[number];
export type BankResolutionKind = (typeof BANK_RESOLUTIONS)[number];
export type Direction = 'credit' | 'debit';

export interface BankResolution {
  readonly kind: BankResolutionKind;
  readonly paymentId: string | null;
  readonly note: string;
  readonly proposedBy: string;
  readonly approvedBy: string | null;
}

/** A movement on an account, or a line of a payout. */
export interface BankItemRecord {
  readonly itemId: string;
  readonly source: 'statement' | 'payout';
  readonly account: string;
  readonly statementId: string;
  readonly reference: string | null;
  readonly endToEndId: string | null;
  readonly direction: Direction;
  readonly amountMinor: bigint;
  readonly currency: CurrencyCode;
  readonly bookedAtMs: InstantMs;
  readonly remittance: string | null;
  readonly state: BankItemState;
  readonly reason: BankReason | null;
  readonly detail: string | null;
  readonly paymentId: string | null;
  readonly settlementId: string | null;
  readonly partner: string | null;
  readonly resolution: BankResolution | null;
}

export interface StatementHead extends Omit<BankStatement, 'entries'> {
  readonly contentHash: string;
  readonly readAtMs: InstantMs;
  readonly readBy: string;
}

export interface PayoutHead extends Omit<CardPayout, 'lines'> {
  readonly contentHash: string;
  readonly readAtMs: InstantMs;
  readonly readBy: string;
  readonly matched: number;
  readonly state: 'announced' | 'paid';
}

/** Statements of our bank and payouts of our payment provider, with what each line was matched to. */
export interface BankBook {
  /** One statement of an account at a time. */
  lockAccount(account: string): Promise<void>;
  findStatement(account: string, statementId: string): Promise<StatementHead | null>;
  addStatement(head: StatementHead): Promise<void>;
  findPayout(provider: string, payoutId: string): Promise<PayoutHead | null>;
  /** announced payouts with this id, of whichever provider */
  payoutsNamed(payoutId: string): Promise<PayoutHead[]>;
  addPayout(head: PayoutHead): Promise<void>;
  setMatched(provider: string, payoutId: string, matched: number): Promise<void>;
  setPaid(provider: string, payoutId: string): Promise<void>;
  addItem(item: BankItemRecord): Promise<void>;
  itemsOf(
    source: BankItemRecord['source'],
    account: string,
    statementId: string,
  ): Promise<BankItemRecord[]>;
  /** nobody else changes it until the transaction ends */
  lockItem(itemId: string): Promise<BankItemRecord | null>;
  change(
    item: Pick<
      BankItemRecord,
      'itemId' | 'state' | 'reason' | 'paymentId' | 'settlementId' | 'partner' | 'resolution'
    >,
  ): Promise<void>;
  /** Whether a movement stands for this payment, or for this payout or order already. */
  isTaken(paymentId: string): Promise<boolean>;
  /** Movements that nothing was known of, by what the payer wrote. */
  waitingFor(endToEndId: string): Promise<BankItemRecord[]>;
  page(
    state: BankItemState | null,
    after: string | null,
    limit: number,
  ): Promise<{ items: BankItemRecord[]; next: string | null }>;
  /** What the suspense account should hold: minor units by currency, and how many items were looked at. */
  unresolvedSums(): Promise<{ checked: number; sums: Map<CurrencyCode, bigint> }>;
  /** Orders of the payment provider by its reference or by our key. */
  findOrder(order: string): Promise<PaidOrder | null>;
  /** @returns false where an earlier payout has it */
  takeOrder(orderKey: string, provider: string, payoutId: string): Promise<boolean>;
}

/** A capture, charge or refund as our books have it. */
export interface PaidOrder {
  readonly key: string;
  readonly isDone: boolean;
  readonly currency: CurrencyCode;
  /** below zero for a refund */
  readonly amountMinor: bigint;
}
