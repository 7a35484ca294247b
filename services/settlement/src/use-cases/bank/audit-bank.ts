import type { CurrencyCode } from '@roamgrid/kernel';
import { accounts } from '../../accounts.js';
import type { Ports } from '../../ports.js';
import type { AuditFindings } from '../audit-findings.js';

/** What lies in the bank's suspense account is exactly the movements that nobody has resolved. */
export async function auditBank(ports: Ports, findings: AuditFindings): Promise<void> {
  const { held, unresolved } = await ports.work.run(async (books) => ({
    held: await books.journal.balances(accounts.bankSuspense),
    unresolved: await books.bank.unresolvedSums(),
  }));
  findings.count('bankSuspenseExplained', unresolved.checked);
  const currencies = new Set<CurrencyCode>([...held.keys(), ...unresolved.sums.keys()]);
  for (const currency of currencies) {
    const [inJournal, inItems] = [held.get(currency) ?? 0n, unresolved.sums.get(currency) ?? 0n];
    if (inJournal === inItems) continue;
    const detail = `the account holds ${String(inJournal)}, its movements ${String(inItems)}`;
    findings.breach('bankSuspenseExplained', currency, detail);
  }
}
