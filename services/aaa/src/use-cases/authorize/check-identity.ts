import type { AaaParts } from '../../aaa-parts.js';
import type { Station } from '../../ports.js';
import { refuse, type Refusal, type SwipeRequest, type Visitor } from './grant.js';

/**
 * What was read must be well-formed and belong to a member of the consortium. A card's UID names nobody by
 * itself: the token directory says whose it is, and an unknown one reads like a wrong credential.
 */
export async function checkIdentity(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): Promise<Visitor | Refusal> {
  if (request.identity.outcome === 'malformed') return refuse('cin_malformed');
  const { identity, homeUtility } = request.identity;
  const visitor = { sessionId: request.sessionId, identity, request, station };
  if (identity.kind !== 'uid') {
    return homeUtility === null ? refuse('home_unknown') : { ...visitor, homeUtility };
  }
  const token = await parts.neighbours.findToken(identity);
  if (token === null) return refuse('credential_rejected');
  if (token.state === 'blocked') return refuse('consumer_blocked');
  return { ...visitor, homeUtility: token.homeUtility };
}
