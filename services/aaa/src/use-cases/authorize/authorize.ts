import type { AaaParts } from '../../aaa-parts.js';
import type { Station } from '../../ports.js';
import { askHome } from './ask-home.js';
import { askVisitingProfile } from './ask-visiting-profile.js';
import { checkConcurrency } from './check-concurrency.js';
import { checkConnectorFree } from './check-connector-free.js';
import { checkCredit, hasCreditLeft } from './check-credit.js';
import { checkIdentity } from './check-identity.js';
import type { Grant, Refusal, SwipeRequest, Visitor } from './grant.js';

/**
 * May this driver charge here? The rules in order; the first that refuses decides.
 *
 * @param connectorHolder the session that holds the connector, where that matters
 */
export async function authorize(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
  connectorHolder: string | null,
): Promise<Grant | Refusal> {
  const visitor = checkIdentity(request, station);
  if ('outcome' in visitor) return visitor;
  const occupied = checkConnectorFree(connectorHolder);
  if (occupied !== null) return occupied;
  return (await fromVisitingProfile(parts, visitor)) ?? (await fromHome(parts, visitor));
}

/** Null where only home can say: nobody known, or nothing left of what home had granted. */
async function fromVisitingProfile(
  parts: AaaParts,
  visitor: Visitor,
): Promise<Grant | Refusal | null> {
  const grant = await askVisitingProfile(parts, visitor);
  if (grant === null) return null;
  const standing = await parts.store.standing(grant.mandate);
  const refused = checkConcurrency(grant, standing);
  if (refused !== null) return refused;
  return hasCreditLeft(standing) ? grant : null;
}

async function fromHome(parts: AaaParts, visitor: Visitor): Promise<Grant | Refusal> {
  const grant = await askHome(parts, visitor);
  if (grant.outcome === 'refused') return grant;
  const standing = await parts.store.standing(grant.mandate);
  return checkConcurrency(grant, standing) ?? checkCredit(grant, standing) ?? grant;
}
