import type { draftTariff, ReplyOf, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { parseTariff } from '@roamgrid/tariff';
import { checkDraft } from '../decisions/check-draft.js';
import { skippedTimeOf, utcOffsetSecondsAt } from '../decisions/local-days.js';
import { hashOf } from '../decisions/hash-of.js';
import { tariffProjection } from '../decisions/projections.js';
import type { StoredTariff } from '../ports.js';
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

/** @throws RoamgridError `invalid_tariff`, `not_found` for an unknown id, `state_conflict` */
export function draftTariffWith(
  parts: Pick<CrpParts, 'utility' | 'registry' | 'tariffs' | 'clock' | 'ids'>,
): (draft: Draft) => Promise<ReplyOf<typeof draftTariff>> {
  return async (draft) => {
    const compiled = parseTariff(draft.document);
    const newest = draft.tariffId === null ? null : await parts.tariffs.newest(draft.tariffId);
    if (draft.tariffId !== null && newest === null) {
      throw new RoamgridError('not_found', 'no such tariff');
    }
    if (newest !== null) assertSameKind(newest, draft);
    const nowMs = parts.clock.now();
    const { currency, timeZone } = parts.registry.entry(parts.utility);
    checkDraft({
      purpose: draft.purpose,
      document: draft.document,
      tariff: compiled,
      currency,
      earlierCurrency: newest?.view.document.currency ?? null,
      nowMs,
      utcOffsetSeconds: utcOffsetSecondsAt(timeZone, nowMs),
      skippedOn: (day) => skippedTimeOf(timeZone, day),
    });
    const tariff: StoredTariff = {
      draftedAtMs: nowMs,
      view: {
        ...draft,
        tariffId: draft.tariffId ?? parts.ids.uuid(),
        version: (newest?.view.version ?? 0) + 1,
        state: 'draft',
        publisher: null,
        publishedAt: null,
        documentHash: hashOf(draft.document),
      },
    };
    await parts.tariffs.addDraft(tariff, tariffProjection(tariff));
    return tariff.view;
  };
}
