import type { SignedMandate } from '@roamgrid/contracts';
import type { MandateBalance, Standing } from '../../ports.js';
import { refuseGrant, type Grant, type Refusal } from './grant.js';

/** Charges that run under this pseudonym here; home counts those at other utilities. */
export function checkConcurrency(grant: Grant, standing: Standing): Refusal | null {
  const { maxConcurrentSessions } = grant.mandate.document;
  if (standing.openSessions < maxConcurrentSessions) return null;
  return refuseGrant('concurrent_session', grant);
}

/**
 * As many charges hold a part of this mandate as may run under it. One in suspense is among them until it ends,
 * or nothing is heard of it for long: its energy may flow.
 */
export function isTakenByCharges(
  { document }: SignedMandate,
  { openReservations }: Pick<MandateBalance, 'openReservations'>,
): boolean {
  return openReservations >= (document.singleSession ? 1 : document.maxConcurrentSessions);
}
