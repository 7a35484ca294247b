import type { AaaParts } from '../../aaa-parts.js';
import type { Standing } from '../../ports.js';
import { askHome } from './ask-home.js';
import { askOfflineRule } from './ask-offline-rule.js';
import { checkConcurrency, isTakenByCharges } from './check-concurrency.js';
import { checkConnectorFree } from './check-connector-free.js';
import { checkCredit, hasCreditLeft } from './check-credit.js';
import type { Grant, Refusal, Visitor } from './grant.js';
import type { Recognised } from './recognise.js';

/**
 * May this driver charge here? The rules in order; the first that refuses decides.
 *
 * @param connectorHolder the session that holds the connector, where that matters
 */
export async function authorize(
  parts: AaaParts,
  { visitor, known, standing }: Recognised,
  connectorHolder: string | null,
): Promise<Grant | Refusal> {
  const occupied = checkConnectorFree(connectorHolder);
  if (occupied !== null) return occupied;
  if (known === null) return fromHome(parts, visitor);
  const now = standing ?? (await parts.store.standing(known.mandate));
  return fromVisitingProfile(known, now) ?? becauseOf(known, now, await fromHome(parts, visitor));
}

/** Null where only home can say: nothing is left of what home had granted. */
function fromVisitingProfile(known: Grant, standing: Standing): Grant | Refusal | null {
  const refused = checkConcurrency(known, standing);
  if (refused !== null) return refused;
  return hasCreditLeft(standing) ? known : null;
}

/** Home has no more to give while charges hold what it gave: the charges are why, and not the money. */
function becauseOf(known: Grant, { balance }: Standing, answer: Grant | Refusal): Grant | Refusal {
  const isShort = answer.outcome === 'refused' && answer.reason === 'credit_exhausted';
  if (!isShort || !isTakenByCharges(known.mandate, balance)) return answer;
  return { ...answer, reason: 'concurrent_session' };
}

async function fromHome(parts: AaaParts, visitor: Visitor): Promise<Grant | Refusal> {
  const answer = await askHome(parts, visitor);
  const isSilent = answer.outcome === 'refused' && answer.reason === 'home_unreachable';
  const grant = isSilent ? await askOfflineRule(parts, visitor, answer) : answer;
  if (grant.outcome === 'refused') return grant;
  const standing = await parts.store.standing(grant.mandate);
  return checkConcurrency(grant, standing) ?? checkCredit(grant, standing) ?? grant;
}
