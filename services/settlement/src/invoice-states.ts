import { RoamgridError } from '@roamgrid/kernel';
import type { InvoiceDirection, InvoiceState } from './records.js';

export type InvoiceAction = 'accept' | 'dispute' | 'credit';

/** Forward only: what may be done to an invoice in a state, and where it leads. */
const NEXT_STATE: Readonly<
  Record<InvoiceState, Readonly<Partial<Record<InvoiceAction, InvoiceState>>>>
> = {
  issued: { accept: 'accepted', dispute: 'disputed', credit: 'credited' },
  accepted: { credit: 'credited' },
  disputed: { credit: 'credited' },
  settled: {},
  credited: {},
};

/** Home answers what it received; visited credits what it issued. */
const ACTIONS_OF: Readonly<Record<InvoiceDirection, readonly InvoiceAction[]>> = {
  issued: ['credit'],
  received: ['accept', 'dispute'],
};

/** @throws RoamgridError `state_conflict` */
export function stateAfter(state: InvoiceState, action: InvoiceAction): InvoiceState {
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
