import { parseTariff, type TariffDocument } from '@roamgrid/tariff';
import type { TariffView } from '@roamgrid/contracts';
import type { InstantMs } from '@roamgrid/kernel';
import { checkDraft } from '../decisions/check-draft.js';
import { skippedTimeOf, utcOffsetSecondsAt } from '../decisions/local-days.js';
import type { StoredTariff } from '../ports.js';
import type { CrpParts } from './parts.js';

export type CheckTariffParts = Pick<CrpParts, 'utility' | 'registry' | 'tariffs' | 'clock'>;

/** Holds a draft against what this utility asks of its tariffs. @throws RoamgridError `invalid_tariff` */
export function checkTariff(
  parts: CheckTariffParts,
  draft: {
    readonly purpose: TariffView['purpose'];
    readonly document: TariffDocument;
    /** the version before; null for the first */
    readonly before: StoredTariff | null;
    readonly nowMs: InstantMs;
  },
): void {
  const { currency, timeZone } = parts.registry.entry(parts.utility);
  const { purpose, document, before, nowMs } = draft;
  checkDraft({
    purpose,
    document,
    tariff: parseTariff(document),
    currency,
    earlierCurrency: before?.view.document.currency ?? null,
    nowMs,
    utcOffsetSeconds: utcOffsetSecondsAt(timeZone, nowMs),
    skippedOn: (day) => skippedTimeOf(timeZone, day),
  });
}
