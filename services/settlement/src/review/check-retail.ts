import { formatEnergyKwh, parseEnergyKwh } from '@roamgrid/kernel';
import type { RetailDecision } from '../use-cases/deliver-retail.js';
import type { CdrDocument } from '../records.js';
import { objection, type Objection } from './objection.js';

/** What visited says was delivered beyond a prepaid credit is what the cap leaves unbilled. */
export function checkUnbilledEnergy(cdr: CdrDocument, retail: RetailDecision): Objection | null {
  if (retail.outcome === 'held') return null;
  const { unbilledEnergyMilliWh } = retail.rating;
  if (parseEnergyKwh(cdr.unbilledEnergyKwh) === unbilledEnergyMilliWh) return null;
  const unbilledKwh = formatEnergyKwh(unbilledEnergyMilliWh);
  return objection('energy_differs', `the cap leaves ${unbilledKwh} kWh unbilled`);
}
