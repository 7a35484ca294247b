import { RoamgridError } from '@roamgrid/kernel';
import type { SettlementState } from './records.js';

export type SettlementEvent =
  | 'cosign'
  | 'refuse'
  | 'withdraw'
  | 'instruct'
  | 'reject'
  | 'acknowledge'
  | 'advise'
  | 'announce'
  | 'receive'
  | 'return'
  | 'zero';

/** Every step of a settlement: `docs/accounting.md` shows this table, and a test holds the two together. */
export const SETTLEMENT_TRANSITIONS: readonly {
  readonly from: SettlementState;
  readonly event: SettlementEvent;
  readonly to: SettlementState;
  readonly why: string;
}[] = [
  { from: 'proposed', event: 'cosign', to: 'agreed', why: 'the partner signed the same figures' },
  { from: 'proposed', event: 'refuse', to: 'refused', why: 'the partner named a difference' },
  {
    from: 'proposed',
    event: 'withdraw',
    to: 'withdrawn',
    why: "the partner's own proposal of the same number goes first",
  },
  { from: 'agreed', event: 'zero', to: 'settled', why: 'nothing is left to pay' },
  { from: 'agreed', event: 'instruct', to: 'paying', why: 'the payer ordered the payment' },
  { from: 'agreed', event: 'advise', to: 'settled', why: "the payee has the payer's advice" },
  {
    from: 'agreed',
    event: 'announce',
    to: 'paying',
    why: "the payee has the payer's advice and waits for its own bank",
  },
  { from: 'paying', event: 'reject', to: 'agreed', why: "the payer's bank refused the order" },
  { from: 'paying', event: 'acknowledge', to: 'settled', why: "the payer's bank has paid" },
  { from: 'paying', event: 'receive', to: 'settled', why: "the payee's bank statement shows it" },
  { from: 'settled', event: 'return', to: 'agreed', why: 'a bank took the payment back' },
];

/** @throws RoamgridError `state_conflict` */
export function settlementAfter(state: SettlementState, event: SettlementEvent): SettlementState {
  const found = SETTLEMENT_TRANSITIONS.find((row) => row.from === state && row.event === event);
  if (found !== undefined) return found.to;
  throw new RoamgridError('state_conflict', `the settlement is ${state}: ${event} is not possible`);
}
