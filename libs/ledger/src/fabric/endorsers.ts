import type { LedgerTransaction, LedgerTransactionName } from '../port.js';
import { LedgerError } from '../ledger-error.js';

/** In whose collections a transaction writes, by the members of its argument: these have to endorse, and nobody else sees it. */
const WRITES_WITH: Readonly<Record<LedgerTransactionName, readonly string[]>> = {
  presentInvoice: ['creditor'],
  verifyInvoice: ['creditor', 'debtor'],
  acceptInvoice: ['debtor'],
  disputeInvoice: ['debtor'],
  creditInvoice: ['creditor'],
  recordAgreement: ['party'],
  recordSettlement: ['party'],
  recordPayment: ['party'],
};

/**
 * Slugs of the utilities whose peers endorse a transaction.
 *
 * @throws LedgerError `malformed_request` where the argument names no party
 */
export function endorsersOf({ name, argument }: LedgerTransaction): string[] {
  return WRITES_WITH[name].map((role) => {
    const slug = argument[role];
    if (typeof slug === 'string') return slug;
    throw new LedgerError('malformed_request', `argument.${role} is not a text`);
  });
}
