import { DatabaseUnavailable, QueryError } from '@roamgrid/persistence';
import { LedgerError } from '../ledger-error.js';

/**
 * What a failure of the database means for who submitted. Before the contract has decided nothing can
 * have been committed. Afterwards any failure leaves the question open: a server that is shut down may
 * report an error for a commit that it has made.
 *
 * @returns a LedgerError for every failure of the database; a defect of the program as it is
 */
export function failureOf(error: unknown, isDecided: boolean): unknown {
  if (error instanceof LedgerError) return error;
  if (isDecided) {
    return new LedgerError('ledger_outcome_unknown', 'the commit was not confirmed', {
      cause: error,
    });
  }
  if (error instanceof QueryError || error instanceof DatabaseUnavailable) {
    return new LedgerError('ledger_unavailable', 'the database does not serve', { cause: error });
  }
  return error;
}
