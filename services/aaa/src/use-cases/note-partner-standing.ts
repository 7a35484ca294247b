import type { notePartnerStanding, RequestOf } from '@roamgrid/contracts';
import type { AaaParts } from '../aaa-parts.js';

/** What settlement says of a partner is kept, for first visits to be judged by. */
export function notePartnerStandingWith(parts: Pick<AaaParts, 'standings'>) {
  return async ({
    partner,
    standing,
  }: RequestOf<typeof notePartnerStanding>): Promise<Record<string, never>> => {
    await parts.standings.keep(partner, standing);
    return {};
  };
}
