import { RoamgridError } from '@roamgrid/kernel';
import type { InvoiceDirection, InvoiceState } from './records.js';

export type InvoiceAction = 'accept' | 'dispute' | 'credit';
/** `settle` is nobody's action: it follows from a settlement that took up all of an invoice. */
export type InvoiceStep = InvoiceAction | 'settle';

/** Forward only: what may be done to an invoice in a state, and where it leads. */
const NEXT_STATE: Readonly<
  Record<InvoiceState, Readonly<Partial<Record<InvoiceStep, InvoiceState>>>>
> = {
  issued: { accept: 'accepted', dispute: 'disputed', credit: 'credited' },
  accepted: { credit: 'credited', settle: 'settled' },
  disputed: { credit: 'credited' },
  // what was paid comes back with the next settlement
  settled: { credit: 'credited' },
  credited: {},
};

/** Home answers what it received; visited credits what it issued. */
const ACTIONS_OF: Readonly<Record<InvoiceDirection, readonly InvoiceAction[]>> = {
  issued: ['credit'],
  received: ['accept', 'dispute'],
};

/** @throws RoamgridError `state_conflict` */
export function stateAfter(state: InvoiceState, action: InvoiceStep): InvoiceState {
  const next = NEXT_STATE[state][action];
  if (next !== undefined) return next;
  throw new RoamgridError('state_conflict', `the invoice is ${state}: ${action} is not possible`);
}

/** What the reader may do next. An invoice with differences can only be disputed. */
export function availableActions(
  direction: InvoiceDirection,
  state: InvoiceState,
  hasDifferences: boolean,
): InvoiceAction[] {
  return ACTIONS_OF[direction].filter(
    (action) => NEXT_STATE[state][action] !== undefined && !(action === 'accept' && hasDifferences),
  );
}
