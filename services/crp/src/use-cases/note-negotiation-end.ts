import type { noteNegotiationEnd, RequestOf } from '@roamgrid/contracts';
import { parseInstant, RoamgridError } from '@roamgrid/kernel';
import type { CrpParts } from './parts.js';

/**
 * Home learns why the visited side broke a negotiation off: beside its own record, which stays.
 *
 * @throws RoamgridError `unprocessable` for another home's negotiation
 */
export function noteNegotiationEndWith(
  parts: Pick<CrpParts, 'negotiations' | 'agreedTariffs' | 'log' | 'utility'>,
): (request: RequestOf<typeof noteNegotiationEnd>) => Promise<Record<string, never>> {
  return async ({ outcome, ending, startedAt, endedAt, ...matter }) => {
    const { negotiationId, visitedUtility } = matter;
    if (matter.homeUtility !== parts.utility) {
      throw new RoamgridError('unprocessable', 'the negotiation is with another home');
    }
    const agreedTariff = await parts.agreedTariffs.ofNegotiation(negotiationId, 1);
    const negotiation = { ...matter, startedAtMs: parseInstant(startedAt) };
    const told = { negotiation, outcome, ending, endedAtMs: parseInstant(endedAt) };
    await parts.negotiations.noteEnd(told, agreedTariff);
    parts.log.warn(
      { negotiationId, visitedUtility, cause: ending.cause, by: ending.by, detail: ending.detail },
      'a negotiation was broken off',
    );
    return {};
  };
}
