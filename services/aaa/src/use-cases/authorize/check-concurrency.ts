import type { Standing } from '../../ports.js';
import { refuseGrant, type Grant, type Refusal } from './grant.js';

/** Charges that run under this pseudonym here; home counts those at other utilities. */
export function checkConcurrency(grant: Grant, standing: Standing): Refusal | null {
  const { maxConcurrentSessions } = grant.mandate.document;
  if (standing.openSessions < maxConcurrentSessions) return null;
  return refuseGrant('concurrent_session', grant);
}
