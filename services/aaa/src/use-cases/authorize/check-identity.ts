import { refuse, type Refusal, type SwipeRequest, type Visitor } from './grant.js';
import type { Station } from '../../ports.js';

/**
 * What was read must be well-formed and belong to a member of the consortium. A card's UID needs the
 * token directory, which is not built: nobody vouches for it, so it is refused like a wrong credential.
 */
export function checkIdentity(request: SwipeRequest, station: Station): Visitor | Refusal {
  if (request.identity.outcome === 'malformed') return refuse('cin_malformed');
  const { identity, homeUtility } = request.identity;
  if (identity.kind === 'uid') return refuse('credential_rejected');
  if (homeUtility === null) return refuse('home_unknown');
  return { sessionId: request.sessionId, identity, homeUtility, request, station };
}
