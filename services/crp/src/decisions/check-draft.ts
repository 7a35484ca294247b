import type { draftTariff, RequestOf } from '@roamgrid/contracts';
import { floorQuotient, RoamgridError, type FieldError, type InstantMs } from '@roamgrid/kernel';
import type { Tariff, TariffDocument } from '@roamgrid/tariff';
import { energyGapFindings, orderFindings } from './price-findings.js';
import type { Days } from './restriction-axes.js';
import { skippedHourFindings, type SkippedTime } from './skipped-hours.js';

const HUNDRED_PERCENT = 100_000_000n;
const MS_PER_SECOND = 1_000;
const MS_PER_DAY = 86_400_000;
/** how long a request may be under way, or clocks differ */
const CLOCK_TOLERANCE_MS = 300_000;

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
  /** of the utility's time zone, now */
  readonly utcOffsetSeconds: number;
  /** the local time that a day of the utility's zone does not have, where clocks go forward */
  readonly skippedOn: (day: number) => SkippedTime | null;
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
  const findings: FieldError[] = [];
  if (tariff.validFromMs !== undefined && tariff.validFromMs < nowMs - CLOCK_TOLERANCE_MS) {
    findings.push({ path: 'start_date_time', message: 'must not lie in the past' });
  }
  if (tariff.validUntilMs !== undefined && tariff.validUntilMs <= nowMs) {
    findings.push({ path: 'end_date_time', message: 'must lie in the future' });
  }
  return findings;
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

/** The local days on which a charge may begin under the tariff, and the day after, when it may go on. */
function daysOf({ tariff, nowMs, utcOffsetSeconds }: DraftUnderCheck): Days {
  const localDay = (instantMs: InstantMs): number =>
    floorQuotient(instantMs + utcOffsetSeconds * MS_PER_SECOND, MS_PER_DAY);
  const first = localDay(Math.max(nowMs, tariff.validFromMs ?? nowMs));
  const { validUntilMs } = tariff;
  // one that is over is refused for that; its prices are checked as if it were not
  const isOver = validUntilMs === undefined || validUntilMs <= nowMs;
  return { first, last: isOver ? null : localDay(validUntilMs + MS_PER_DAY - 1) };
}

/** A plan's prices are laid over an agreed tariff, which has no gap; the others are sold by themselves. */
function priceFindings(draft: DraftUnderCheck): FieldError[] {
  const days = daysOf(draft);
  return [
    ...orderFindings(draft.tariff, days),
    ...(draft.purpose === 'plan' ? [] : energyGapFindings(draft.tariff, days)),
  ];
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
    ...priceFindings(draft),
    ...skippedHourFindings(draft.tariff, draft.skippedOn),
  ];
  const [first] = findings;
  if (first === undefined) return;
  throw new RoamgridError('invalid_tariff', `${first.path}: ${first.message}`, findings);
}
