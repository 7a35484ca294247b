import { expect } from '@jest/globals';
import type { LedgerPort, LedgerTransaction } from '@roamgrid/ledger';
import type { SettledPair } from '../settled-pair.js';

export interface LedgerUnderTest {
  readonly ledger: LedgerPort;
  /** slugs of three members of the channel */
  readonly members: readonly [creditor: string, debtor: string, stranger: string];
  stop(): Promise<void>;
}

export interface Current {
  under?: LedgerUnderTest;
  pair?: SettledPair;
}

export function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the ledger has not been started');
  return value;
}

/** The code a submission is refused with, or `recorded`. A refusal leaves the height as it was. */
export async function refusal(ledger: LedgerPort, transaction: LedgerTransaction): Promise<string> {
  const heightBefore = await ledger.height();
  const outcome = await ledger.submit(transaction).then(
    () => 'recorded',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  if (outcome !== 'recorded') expect(await ledger.height()).toBe(heightBefore);
  return outcome;
}

export type Step = 'present' | 'verify' | 'accept' | 'dispute' | 'dispute2' | 'credit';

export const stepOf = (pair: SettledPair, step: Step): LedgerTransaction =>
  step === 'dispute2' ? pair.dispute('second') : pair[step]();
