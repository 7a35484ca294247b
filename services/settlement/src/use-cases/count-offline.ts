import { parseEnergyKwh } from '@roamgrid/kernel';
import type { Books } from '../ports.js';
import type { CdrDocument } from '../records.js';
import { checkOfflineTotal } from '../review/check-offline.js';
import type { Objection } from '../review/objection.js';
import type { RetailDecision } from './deliver-retail.js';

/**
 * Counts a charge under the off-line rule against its driver's caps; the direction is locked by whoever calls.
 * One that would take the sum beyond them is objected to. Of other charges nothing is counted.
 */
export async function countOffline(
  books: Books,
  cdr: CdrDocument,
  retail: RetailDecision,
): Promise<Objection | null> {
  if (cdr.mandate.document.offline === undefined || retail.outcome === 'held') return null;
  const { exclTaxMinor, taxMinor } = retail.rating;
  const own = {
    energyMilliWh: parseEnergyKwh(cdr.energyKwh) - parseEnergyKwh(cdr.unbilledEnergyKwh),
    minor: exclTaxMinor + taxMinor,
  };
  const beyond = checkOfflineTotal(cdr, own, await books.offlineCharges.usedBeside(cdr));
  await books.offlineCharges.add(cdr, own);
  return beyond;
}
