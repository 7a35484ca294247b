import type { Standing } from '../../ports.js';
import { refuseGrant, type Grant, type Refusal } from './grant.js';

export function hasCreditLeft({ balance }: Standing): boolean {
  return !balance.isClosed && balance.energyMilliWh > 0n && balance.minor > 0n;
}

/** Home gave a mandate of which nothing is left here: it has not heard yet of what was used. */
export function checkCredit(grant: Grant, standing: Standing): Refusal | null {
  return hasCreditLeft(standing) ? null : refuseGrant('credit_exhausted', grant);
}
