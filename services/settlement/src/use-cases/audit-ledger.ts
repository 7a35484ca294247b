import { RoamgridError } from '@roamgrid/kernel';
import type { ChainVerdict } from '@roamgrid/ledger';
import type { Ports } from '../ports.js';
import type { AuditFindings } from './audit-findings.js';
import { auditLedgerKeys } from './audit-ledger-keys.js';
import { inPages, PAGE } from './in-pages.js';

/** What was submitted has an outcome, what was posted stands there, and the chain of blocks is whole. */
export async function auditLedger(ports: Ports, findings: AuditFindings): Promise<void> {
  await auditIntents(ports, findings);
  await auditLedgerKeys(ports, findings);
  await auditChain(ports, findings);
}

async function auditIntents(ports: Ports, findings: AuditFindings): Promise<void> {
  const counts = await ports.work.run((books) => books.intents.count());
  const total = counts.pending + counts.posted + counts.unknown + counts.refused;
  findings.count('ledgerOutcomesKnown', total);
  if (counts.unknown > 0) {
    const detail = `${String(counts.unknown)} submissions have an unknown outcome`;
    findings.breach('ledgerOutcomesKnown', ports.utility, detail);
  }
  const posted = inPages(
    (after) => ports.work.run((books) => books.intents.postedAfter(after, PAGE)),
    ({ businessKey }) => businessKey,
  );
  for await (const { businessKey, documentHash } of posted) {
    const found = await readOrNothing(ports, businessKey);
    if (found === 'unavailable') return;
    findings.count('postedOnLedger');
    if (found !== documentHash) {
      findings.breach('postedOnLedger', businessKey, 'the ledger does not hold this document');
    }
  }
}

/** A ledger that is away, or whose members verify it themselves, is not counted. */
async function auditChain(ports: Ports, findings: AuditFindings): Promise<void> {
  const verdict = await verdictOf(ports);
  if (verdict === null) return;
  findings.count('ledgerChainUnbroken');
  if (verdict.intact) return;
  const subject = `block ${String(verdict.blockNumber)}`;
  findings.breach('ledgerChainUnbroken', subject, verdict.reason);
}

async function verdictOf(ports: Ports): Promise<ChainVerdict | null> {
  try {
    return (await ports.ledger.verifyChain?.()) ?? null;
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'ledger_unavailable') return null;
    throw error;
  }
}

async function readOrNothing(ports: Ports, businessKey: string): Promise<string | null> {
  try {
    const found = await ports.ledger.read(ports.utility, businessKey);
    return found?.documentHash ?? null;
  } catch (error) {
    if (error instanceof RoamgridError && error.code === 'ledger_unavailable') return 'unavailable';
    throw error;
  }
}
