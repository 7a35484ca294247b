import type { AaaParts } from '../../aaa-parts.js';
import type { Standing } from '../../ports.js';
import { askHome } from './ask-home.js';
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
  const grant = await askHome(parts, visitor);
  if (grant.outcome === 'refused') return grant;
  const standing = await parts.store.standing(grant.mandate);
  return checkConcurrency(grant, standing) ?? checkCredit(grant, standing) ?? grant;
}
