import type { draftTariff, RequestOf } from '@roamgrid/contracts';
import { RoamgridError, type FieldError, type InstantMs } from '@roamgrid/kernel';
import type { Tariff, TariffDocument } from '@roamgrid/tariff';
import { findEnergyGap } from './energy-gap.js';

const HUNDRED_PERCENT = 100_000_000n;

type Purpose = RequestOf<typeof draftTariff>['purpose'];

/** A draft and what it is held against. */
export interface DraftUnderCheck {
  readonly purpose: Purpose;
  readonly document: TariffDocument;
  /** the same, compiled */
  readonly tariff: Tariff;
  /** in which the utility trades, as the registry says */
  readonly currency: string;
  /** of the version before; null for the first */
  readonly earlierCurrency: string | null;
  readonly nowMs: InstantMs;
}

function currencyFindings(draft: DraftUnderCheck): FieldError[] {
  const { currency } = draft.document;
  if (currency !== draft.currency) {
    return [{ path: 'currency', message: `must be ${draft.currency}, the utility's currency` }];
  }
  if (draft.earlierCurrency !== null && currency !== draft.earlierCurrency) {
    const message = `must stay ${draft.earlierCurrency}, as in the version before`;
    return [{ path: 'currency', message }];
  }
  return [];
}

/** That it ends after it starts is a rule of every tariff, and checked where tariffs are compiled. */
function validityFindings({ tariff, nowMs }: DraftUnderCheck): FieldError[] {
  return tariff.validUntilMs !== undefined && tariff.validUntilMs <= nowMs
    ? [{ path: 'end_date_time', message: 'must lie in the future' }]
    : [];
}

function taxFindings({ document, tariff }: DraftUnderCheck): FieldError[] {
  return tariff.elements.flatMap((element) =>
    element.components.flatMap((component, position) => {
      const path = `elements.${String(element.index)}.price_components.${String(position)}`;
      const written = document.elements[element.index]?.price_components[position];
      return component.taxes.flatMap(({ percentMicros }, index): FieldError[] => {
        if (percentMicros <= HUNDRED_PERCENT) return [];
        const member = written?.vat === undefined ? `taxes.${String(index)}.percentage` : 'vat';
        return [{ path: `${path}.${member}`, message: 'must lie between 0 and 100' }];
      });
    }),
  );
}

/** A plan's prices are laid over an agreed tariff, which has no gap; the others are sold by themselves. */
function gapFindings({ purpose, tariff, nowMs }: DraftUnderCheck): FieldError[] {
  if (purpose === 'plan') return [];
  const gap = findEnergyGap(tariff, Math.max(nowMs, tariff.validFromMs ?? nowMs));
  if (gap === null) return [];
  const message = `ENERGY has no price on ${gap.day} at ${gap.timeOfDay}`;
  return [{ path: 'elements', message }];
}

/**
 * What a utility asks of its own tariffs beyond the rules of every tariff.
 *
 * @throws RoamgridError `invalid_tariff`, with every finding as `fields[] {path, message}`
 */
export function checkDraft(draft: DraftUnderCheck): void {
  const findings = [
    ...currencyFindings(draft),
    ...validityFindings(draft),
    ...taxFindings(draft),
    ...gapFindings(draft),
  ];
  const [first] = findings;
  if (first === undefined) return;
  throw new RoamgridError('invalid_tariff', `${first.path}: ${first.message}`, findings);
}
