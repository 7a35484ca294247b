import type { readAgreement, ReplyOf, RequestOf } from '@roamgrid/contracts';
import type { CrpParts } from './parts.js';

/**
 * The agreement in force with a partner now, or the one of a hash: what was delivered under an agreement is
 * rated, invoiced and disputed under it also when it is over.
 */
export function readAgreementWith(
  parts: Pick<CrpParts, 'agreements' | 'clock'>,
): (request: RequestOf<typeof readAgreement>) => Promise<ReplyOf<typeof readAgreement>> {
  return async ({ partner, hash }) => {
    if (hash === undefined) {
      return { agreement: await parts.agreements.inForce(partner, parts.clock.now()) };
    }
    const found = await parts.agreements.byHash(hash);
    const isTheirs = found?.document.parties.includes(partner) ?? false;
    return { agreement: isTheirs ? found : null };
  };
}
