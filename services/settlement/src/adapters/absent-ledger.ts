import { LedgerError, type LedgerPort } from '@roamgrid/ledger';

/** Where no ledger is configured: nothing is recorded, intents wait as pending, and reads say why. */
export function absentLedger(): LedgerPort {
  const refuse = (): Promise<never> =>
    Promise.reject(new LedgerError('ledger_unavailable', 'no ledger is configured'));
  return { submit: refuse, read: refuse, height: refuse, close: () => Promise.resolve() };
}
