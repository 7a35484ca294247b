import type { ReplyOf, RequestOf, withdrawTariff } from '@roamgrid/contracts';
import { requireRevision } from '../decisions/check-revision.js';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
import { findDraft } from './find-draft.js';
import type { CrpParts } from './parts.js';

/**
 * @throws RoamgridError `not_found`, `immutable` where it is published, `state_conflict`,
 *   `precondition_required`, `precondition_failed`
 */
export function withdrawTariffWith(
  parts: Pick<CrpParts, 'tariffs'>,
): (request: RequestOf<typeof withdrawTariff>) => Promise<ReplyOf<typeof withdrawTariff>> {
  return async ({ tariffId, version, revisions }) => {
    const found = await findDraft(parts, { tariffId, version });
    requireRevision(found.view, revisions);
    const withdrawn: StoredTariff = { ...found, view: { ...found.view, state: 'withdrawn' } };
    await parts.tariffs.replaceDraft(found, withdrawn, tariffProjection(withdrawn));
    return withdrawn.view;
  };
}
