import type { publishTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
import type { CrpParts } from './parts.js';

/** @throws RoamgridError `not_found`, `immutable` when published already, `four_eyes` */
export function publishTariffWith(
  parts: Pick<CrpParts, 'tariffs' | 'clock'>,
): (request: RequestOf<typeof publishTariff>) => Promise<ReplyOf<typeof publishTariff>> {
  return async ({ tariffId, version, publisher }) => {
    const found = await parts.tariffs.find(tariffId, version);
    if (found === null) throw new RoamgridError('not_found', 'no such tariff version');
    if (found.view.state === 'published') {
      throw new RoamgridError('immutable', 'it is published already');
    }
    if (found.view.author === publisher) {
      throw new RoamgridError('four_eyes', 'the author of a tariff may not publish it');
    }
    const published: StoredTariff = {
      ...found,
      view: {
        ...found.view,
        state: 'published',
        publisher,
        publishedAt: formatInstant(parts.clock.now()),
      },
    };
    await parts.tariffs.publish(published, tariffProjection(published));
    return published.view;
  };
}
