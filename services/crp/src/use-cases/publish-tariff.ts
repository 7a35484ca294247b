import type { publishTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { checkRevision } from '../decisions/check-revision.js';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
import { findDraft } from './find-draft.js';
import type { CrpParts } from './parts.js';

/**
 * @throws RoamgridError `not_found`, `immutable` when published already, `four_eyes` for who wrote or changed
 *   it, `precondition_failed` where it is not what the publisher has read
 */
export function publishTariffWith(
  parts: Pick<CrpParts, 'tariffs' | 'clock'>,
): (request: RequestOf<typeof publishTariff>) => Promise<ReplyOf<typeof publishTariff>> {
  return async ({ tariffId, version, publisher, revisions }) => {
    const found = await findDraft(parts, { tariffId, version });
    if ([found.view.author, ...found.view.editors].includes(publisher)) {
      throw new RoamgridError('four_eyes', 'who wrote or changed a tariff may not publish it');
    }
    checkRevision(found.view, revisions);
    const published: StoredTariff = {
      ...found,
      view: {
        ...found.view,
        state: 'published',
        publisher,
        publishedAt: formatInstant(parts.clock.now()),
      },
    };
    await parts.tariffs.replaceDraft(found, published, tariffProjection(published));
    return published.view;
  };
}
