import type { AaaParts } from '../../aaa-parts.js';
import { refuse, type Grant, type Refusal } from './grant.js';

/** Charges that run under this pseudonym here; home counts those at other utilities. */
export async function checkConcurrency(parts: AaaParts, grant: Grant): Promise<Refusal | null> {
  const { pseudonym, maxConcurrentSessions } = grant.mandate.document;
  const open = await parts.store.transaction((unit) => unit.openSessionsOf(pseudonym));
  if (open < maxConcurrentSessions) return null;
  return refuse('concurrent_session', grant.homeCalls, grant.trace);
}
