import { RoamgridError } from '@roamgrid/kernel';
import type { InvoiceDirection, InvoiceState } from './records.js';

export type InvoiceAction = 'accept' | 'dispute' | 'credit';
/**
 * `settle` is nobody's action: it follows from a settlement that took up all of an invoice; `reopen` from a payment
 * that a bank took back.
 */
export type InvoiceStep = InvoiceAction | 'settle' | 'reopen';

/** Forward only: what may be done to an invoice in a state, and where it leads. */
const NEXT_STATE: Readonly<
  Record<InvoiceState, Readonly<Partial<Record<InvoiceStep, InvoiceState>>>>
> = {
  issued: { accept: 'accepted', dispute: 'disputed', credit: 'credited' },
  accepted: { credit: 'credited', settle: 'settled' },
  // a dispute that visited rejects may be withdrawn
  disputed: { accept: 'accepted', credit: 'credited' },
  // what was paid comes back with the next settlement
  settled: { credit: 'credited', reopen: 'accepted' },
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

/** What of an invoice's surroundings decides what may be done next. */
export interface Standing {
  /** it is not as home's books have it: it can only be disputed */
  readonly hasDifferences: boolean;
  /** what visited said to the dispute; null where there is none, or no answer yet */
  readonly disputeAnswer: 'rejected' | 'accepted' | null;
  readonly isWindowOver: boolean;
}

const QUIET: Standing = { hasDifferences: false, disputeAnswer: null, isWindowOver: false };

/** What the reader may do next. */
export function availableActions(
  direction: InvoiceDirection,
  state: InvoiceState,
  standing: Partial<Standing> = {},
): (InvoiceAction | 'answerDispute')[] {
  const { hasDifferences, disputeAnswer, isWindowOver } = { ...QUIET, ...standing };
  const possible = ACTIONS_OF[direction].filter((action) => {
    if (NEXT_STATE[state][action] === undefined) return false;
    if (action === 'dispute') return !isWindowOver;
    if (action !== 'accept') return true;
    return !hasDifferences && (state !== 'disputed' || disputeAnswer === 'rejected');
  });
  const isToAnswer = direction === 'issued' && state === 'disputed' && disputeAnswer === null;
  return isToAnswer ? ['answerDispute', ...possible] : possible;
}
