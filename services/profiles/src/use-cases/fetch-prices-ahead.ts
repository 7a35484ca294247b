import type { readRetailTariff, ReplyOf, RequestOf, SignedRetailTariff } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Clock, Verifier } from '@roamgrid/platform';
import type { MissingPrice, OfflinePrice, OfflineStore } from '../offline-ports.js';
import type { OwnServices } from '../ports.js';

const BATCH = 50;

export interface FetchPricesParts {
  readonly utility: string;
  readonly offline: OfflineStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
  /** asks a home what drivers of a plan and tier pay; null where it has no such price */
  readonly retailTariffOf: (missing: MissingPrice) => Promise<SignedRetailTariff | null>;
}

/**
 * Asks homes for prices of plans whose drivers may come while they are silent, under agreed tariffs that are
 * in use here. A home that is silent is asked again.
 */
export async function fetchPricesAhead(parts: FetchPricesParts): Promise<void> {
  const silent = new Set<string>();
  for (const missing of await parts.offline.missingPrices(parts.clock.now(), BATCH)) {
    const { agreedTariff } = missing;
    const { homeUtility } = agreedTariff.document;
    if (silent.has(homeUtility)) continue;
    try {
      const retailTariff = await parts.retailTariffOf(missing);
      if (retailTariff === null) continue;
      await parts.verifier.verify(retailTariff, homeUtility, 'crp');
      if (isFor(missing, retailTariff))
        await parts.offline.keepPrice({ agreedTariff, retailTariff });
    } catch (error) {
      if (!(error instanceof RoamgridError) || error.next !== 'retrySame') throw error;
      silent.add(homeUtility);
    }
  }
}

function isFor(missing: MissingPrice, { document }: OfflinePrice['retailTariff']): boolean {
  return (
    document.agreedTariffHash === missing.agreedTariff.documentHash &&
    document.planId === missing.planId &&
    document.tier === missing.tier
  );
}

/** As home: the retail tariff that a mandate would hold, asked for by the utility that it is for. */
export function readRetailTariffWith(parts: {
  readonly utility: string;
  readonly services: Pick<OwnServices, 'retailTariff'>;
}) {
  return async (
    request: RequestOf<typeof readRetailTariff>,
  ): Promise<ReplyOf<typeof readRetailTariff>> => {
    const { agreedTariff, visitedUtility, planId, tier } = request;
    const { document } = agreedTariff;
    if (document.homeUtility !== parts.utility || document.visitedUtility !== visitedUtility) {
      throw new RoamgridError('unprocessable', 'the agreed tariff is of another pair');
    }
    return { retailTariff: await parts.services.retailTariff(agreedTariff, planId, tier) };
  };
}
