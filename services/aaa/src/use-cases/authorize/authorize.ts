import type { AaaParts } from '../../aaa-parts.js';
import { askHome } from './ask-home.js';
import { askVisitingProfile } from './ask-visiting-profile.js';
import { checkConcurrency } from './check-concurrency.js';
import { checkConnectorFree } from './check-connector-free.js';
import { checkIdentity } from './check-identity.js';
import type { Grant, Refusal, SwipeRequest } from './grant.js';
import type { Station } from '../../ports.js';

/** May this driver charge here? The rules in order; the first that refuses decides. */
export async function authorize(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): Promise<Grant | Refusal> {
  const visitor = checkIdentity(request, station);
  if ('outcome' in visitor) return visitor;
  const occupied = await checkConnectorFree(parts, request);
  if (occupied !== null) return occupied;
  const granted = (await askVisitingProfile(parts, visitor)) ?? (await askHome(parts, visitor));
  if (granted.outcome === 'refused') return granted;
  return (await checkConcurrency(parts, granted)) ?? granted;
}
