/** How far an invoice has come. Each step is a record of its own; none is ever removed. */
export type InvoiceState = 'none' | 'presented' | 'verified' | 'disputed' | 'accepted' | 'credited';

/** A state that a record stands for. */
export type RecordedState = Exclude<InvoiceState, 'none'>;

export type InvoiceStep =
  'presentInvoice' | 'verifyInvoice' | 'disputeInvoice' | 'acceptInvoice' | 'creditInvoice';

/**
 * Every step that is allowed, and the state it leads to; what is not here is refused. A dispute may be
 * followed by further ones and be withdrawn by acceptance; a credit ends an invoice.
 */
export const STATE_TABLE: Readonly<
  Record<InvoiceState, Readonly<Partial<Record<InvoiceStep, RecordedState>>>>
> = {
  none: { presentInvoice: 'presented' },
  presented: {
    verifyInvoice: 'verified',
    disputeInvoice: 'disputed',
    acceptInvoice: 'accepted',
    creditInvoice: 'credited',
  },
  verified: {
    disputeInvoice: 'disputed',
    acceptInvoice: 'accepted',
    creditInvoice: 'credited',
  },
  disputed: {
    disputeInvoice: 'disputed',
    acceptInvoice: 'accepted',
    creditInvoice: 'credited',
  },
  accepted: { creditInvoice: 'credited' },
  credited: {},
};

/** The furthest state first: the first of these that is recorded is the state of the invoice. */
export const STATES_FURTHEST_FIRST: readonly RecordedState[] = [
  'credited',
  'accepted',
  'disputed',
  'verified',
  'presented',
];

/** Whose collection tells whether a state has been reached. `verified` stands in both. */
export const STATE_OWNER: Readonly<Record<RecordedState, 'creditor' | 'debtor'>> = {
  presented: 'creditor',
  verified: 'creditor',
  disputed: 'debtor',
  accepted: 'debtor',
  credited: 'creditor',
};
