import type { AaaParts } from '../../aaa-parts.js';
import type { Standing, Station } from '../../ports.js';
import { askVisitingProfile } from './ask-visiting-profile.js';
import { checkIdentity } from './check-identity.js';
import type { Grant, Refusal, SwipeRequest, Visitor } from './grant.js';

/** Who stands at the station, and what home granted them here before. */
export interface Recognised {
  readonly visitor: Visitor;
  readonly known: Grant | null;
  /** what is left of the known mandate, where it was read at the same time */
  readonly standing: Standing | null;
}

/** A look only: nobody outside this utility is asked, and nothing changes. */
export async function recognise(
  parts: AaaParts,
  request: SwipeRequest,
  station: Station,
): Promise<Recognised | Refusal> {
  const visitor = await checkIdentity(parts, request, station);
  if ('outcome' in visitor) return visitor;
  return { visitor, known: await askVisitingProfile(parts, visitor), standing: null };
}
