import type { AaaParts } from '../../aaa-parts.js';
import type { Standing } from '../../ports.js';
import { askHome } from './ask-home.js';
import { askOfflineRule } from './ask-offline-rule.js';
import { checkConcurrency } from './check-concurrency.js';
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
  return (await fromVisitingProfile(parts, known, standing)) ?? (await fromHome(parts, visitor));
}

/** Null where only home can say: nobody known, or nothing left of what home had granted. */
async function fromVisitingProfile(
  parts: AaaParts,
  known: Grant | null,
  earlyStanding: Standing | null,
): Promise<Grant | Refusal | null> {
  if (known === null) return null;
  const standing = earlyStanding ?? (await parts.store.standing(known.mandate));
  const refused = checkConcurrency(known, standing);
  if (refused !== null) return refused;
  return hasCreditLeft(standing) ? known : null;
}

async function fromHome(parts: AaaParts, visitor: Visitor): Promise<Grant | Refusal> {
  const answer = await askHome(parts, visitor);
  const isSilent = answer.outcome === 'refused' && answer.reason === 'home_unreachable';
  const grant = isSilent ? await askOfflineRule(parts, visitor, answer) : answer;
  if (grant.outcome === 'refused') return grant;
  const standing = await parts.store.standing(grant.mandate);
  return checkConcurrency(grant, standing) ?? checkCredit(grant, standing) ?? grant;
}
