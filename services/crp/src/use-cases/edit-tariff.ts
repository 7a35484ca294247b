import type { editTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { requireRevision } from '../decisions/check-revision.js';
import { hashOf } from '../decisions/hash-of.js';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
import { checkTariff, type CheckTariffParts } from './check-tariff.js';
import { findDraft } from './find-draft.js';

/**
 * @throws RoamgridError `invalid_tariff`, `not_found`, `immutable` where it is published, `state_conflict`,
 *   `precondition_required`, `precondition_failed`
 */
export function editTariffWith(
  parts: CheckTariffParts,
): (request: RequestOf<typeof editTariff>) => Promise<ReplyOf<typeof editTariff>> {
  return async ({ tariffId, version, document, editor, revisions }) => {
    const found = await findDraft(parts, { tariffId, version });
    requireRevision(found.view, revisions);
    const nowMs = parts.clock.now();
    const before = version === 1 ? null : await parts.tariffs.find(tariffId, version - 1);
    checkTariff(parts, { purpose: found.view.purpose, document, before, nowMs });
    const edited: StoredTariff = {
      ...found,
      view: {
        ...found.view,
        editors: [...new Set([...found.view.editors, editor])],
        documentHash: hashOf(document),
        document,
      },
    };
    await parts.tariffs.replaceDraft(found, edited, tariffProjection(edited));
    return edited.view;
  };
}
