import type {
  paymentView,
  SETTLEMENT_STATES,
  SettlementDifference,
  SignedPaymentAdvice,
  SignedSettlement,
} from '@roamgrid/contracts';
import type { CurrencyCode, InstantMs } from '@roamgrid/kernel';
import type { z } from 'zod';
import type { InvoiceDirection, InvoiceState } from '../records.js';

export type SettlementState = (typeof SETTLEMENT_STATES)[number];
export type PaymentState = z.infer<typeof paymentView>['state'];

export interface SettlementRecord {
  readonly settlement: SignedSettlement;
  readonly partner: string;
  readonly state: SettlementState;
  readonly differences: readonly SettlementDifference[];
}

/** An invoice as netting sees it: what is owed on it, and what settlements have taken up of that. */
export interface NettableInvoice {
  readonly invoiceId: string;
  readonly partner: string;
  readonly direction: InvoiceDirection;
  readonly state: InvoiceState;
  readonly currency: CurrencyCode;
  readonly number: string;
  readonly documentHash: string;
  readonly dueDate: string;
  readonly payableMinor: bigint;
  readonly disputedMinor: bigint;
  /** in settlements proposed or agreed, whose payment is not acknowledged yet */
  readonly pendingMinor: bigint;
  readonly settledMinor: bigint;
  /** of a credited invoice */
  readonly creditNote: {
    readonly creditNoteId: string;
    readonly number: string;
    readonly documentHash: string;
  } | null;
}

/** A payment, ours or the partner's. */
export interface PaymentRecord {
  readonly paymentId: string;
  readonly settlementId: string;
  readonly direction: 'out' | 'in';
  readonly state: PaymentState;
  readonly currency: CurrencyCode;
  readonly amountMinor: bigint;
  readonly through: string;
  readonly reference: string | null;
  readonly detail: string | null;
  readonly advice: SignedPaymentAdvice | null;
  readonly attempts: number;
  readonly atMs: InstantMs;
}
