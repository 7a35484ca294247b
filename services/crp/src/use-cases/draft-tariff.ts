import type { draftTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { checkRevision } from '../decisions/check-revision.js';
import { hashOf } from '../decisions/hash-of.js';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
import { checkTariff, type CheckTariffParts } from './check-tariff.js';
import type { CrpParts } from './parts.js';

type Draft = RequestOf<typeof draftTariff>;

function assertSameKind(newest: StoredTariff, draft: Draft): void {
  const { customerClass, stationClass, purpose } = newest.view;
  const isSame =
    customerClass === draft.customerClass &&
    stationClass === draft.stationClass &&
    purpose === draft.purpose;
  if (!isSame) {
    throw new RoamgridError('state_conflict', 'a tariff keeps its classes and purpose');
  }
}

/**
 * @throws RoamgridError `invalid_tariff`, `not_found` for an unknown id, `state_conflict`,
 *   `precondition_failed` where the newest version is not the one that was read
 */
export function draftTariffWith(
  parts: CheckTariffParts & Pick<CrpParts, 'ids'>,
): (draft: Draft) => Promise<ReplyOf<typeof draftTariff>> {
  return async (draft) => {
    const { tariffId, revisions, dryRun, ...content } = draft;
    const newest = tariffId === null ? null : await parts.tariffs.newest(tariffId);
    if (tariffId !== null && newest === null) {
      throw new RoamgridError('not_found', 'no such tariff');
    }
    if (newest !== null) {
      assertSameKind(newest, draft);
      checkRevision(newest.view, revisions);
    }
    const nowMs = parts.clock.now();
    checkTariff(parts, { ...content, before: newest, nowMs });
    const tariff: StoredTariff = {
      draftedAtMs: nowMs,
      view: {
        ...content,
        tariffId: tariffId ?? parts.ids.uuid(),
        version: (newest?.view.version ?? 0) + 1,
        state: 'draft',
        editors: [],
        publisher: null,
        publishedAt: null,
        documentHash: hashOf(draft.document),
      },
    };
    if (!dryRun) await parts.tariffs.addDraft(tariff, tariffProjection(tariff));
    return tariff.view;
  };
}
