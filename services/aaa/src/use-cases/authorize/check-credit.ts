import type { Standing } from '../../ports.js';
import { isTakenByCharges } from './check-concurrency.js';
import { refuseGrant, type Grant, type Refusal } from './grant.js';

export function hasCreditLeft({ balance }: Standing): boolean {
  return !balance.isClosed && balance.energyMilliWh > 0n && balance.minor > 0n;
}

/** Home gave a mandate of which nothing is left here: it has not heard yet of what was used, or what is held. */
export function checkCredit(grant: Grant, standing: Standing): Refusal | null {
  if (hasCreditLeft(standing)) return null;
  const isTaken = isTakenByCharges(grant.mandate, standing.balance);
  return refuseGrant(isTaken ? 'concurrent_session' : 'credit_exhausted', grant);
}
