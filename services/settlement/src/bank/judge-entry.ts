import type { CurrencyCode } from '@roamgrid/kernel';
import type { PaymentState } from '../netting/records.js';
import type { BankReason, Direction } from './ports.js';

/** A movement as the bank's statement tells it. */
export interface Movement {
  readonly direction: Direction;
  readonly amountMinor: bigint;
  readonly currency: CurrencyCode;
  readonly isReturn: boolean;
}

/** The payment that a movement names. */
export interface NamedPayment {
  readonly direction: 'out' | 'in';
  readonly state: PaymentState;
  readonly amountMinor: bigint;
  readonly currency: CurrencyCode;
  /** another movement stands for it */
  readonly isTaken: boolean;
}

export type EntryVerdict =
  { readonly outcome: 'matched' } | { readonly outcome: 'suspense'; readonly reason: BankReason };

const suspense = (reason: BankReason): EntryVerdict => ({ outcome: 'suspense', reason });

/**
 * What a movement on the account is: the payment that it names, to the last minor unit, or a reason why not. The
 * first rule that fits. Pure.
 *
 * @param payment null where the reference names none of ours
 */
export function judgeEntry(movement: Movement, payment: NamedPayment | null): EntryVerdict {
  if (payment === null) return suspense('reference_unknown');
  if (movement.currency !== payment.currency) return suspense('currency_differs');
  const expected: Direction = payment.direction === 'out' ? 'debit' : 'credit';
  const isBack = movement.isReturn || movement.direction !== expected;
  if (isBack) {
    const wasPaid = payment.isTaken || payment.state === 'acknowledged';
    return suspense(wasPaid ? 'payment_returned' : 'direction_differs');
  }
  if (payment.state === 'rejected' || payment.state === 'returned') {
    return suspense('not_instructed');
  }
  if (payment.isTaken) return suspense('paid_twice');
  if (movement.amountMinor !== payment.amountMinor) return suspense('amount_differs');
  return { outcome: 'matched' };
}

const UUID_DIGITS = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** A payment's end-to-end reference: its id without hyphens, since ISO 20022 allows 35 characters. */
export const endToEndIdOf = (paymentId: string): string => paymentId.replaceAll('-', '');

/** @returns null for what is no reference of ours */
export function paymentIdOf(endToEndId: string | null): string | null {
  const parts = UUID_DIGITS.exec((endToEndId ?? '').toLowerCase());
  return parts === null ? null : parts.slice(1).join('-');
}
