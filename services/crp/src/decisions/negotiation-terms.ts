import type {
  AgreementDocument,
  AgreementTerms,
  CustomerClass,
  StationClass,
  TariffReference,
} from '@roamgrid/contracts';
import { parsePriceMicros } from '@roamgrid/kernel';
import { scheduleOf, type NegotiationTerms } from '@roamgrid/negotiation';
import type { TariffDocument } from '@roamgrid/tariff';

/** The half of an agreement that holds when `visitedUtility` serves `homeUtility`'s consumers. */
export function termsOfDirection(
  agreement: AgreementDocument,
  visitedUtility: string,
  homeUtility: string,
): AgreementTerms | null {
  return (
    agreement.terms.find(
      (terms) => terms.visitedUtility === visitedUtility && terms.homeUtility === homeUtility,
    ) ?? null
  );
}

export function defaultTariffOf(
  terms: AgreementTerms,
  customerClass: CustomerClass,
  stationClass: StationClass,
): TariffReference | null {
  const found = terms.defaultTariffs.find(
    (one) => one.customerClass === customerClass && one.stationClass === stationClass,
  );
  return found?.tariff ?? null;
}

/** Null where the agreement or the tariff leaves nothing to bargain about. */
export function negotiationTermsOf(
  terms: AgreementTerms,
  base: TariffDocument,
): NegotiationTerms | null {
  const defaultSchedule = scheduleOf(base);
  if (defaultSchedule === null || !terms.negotiation.bargained.includes('ENERGY')) return null;
  return {
    priceFloorMicros: parsePriceMicros(terms.priceFloorPerKwh),
    priceCapMicros: parsePriceMicros(terms.priceCapPerKwh),
    gridStepMicros: parsePriceMicros(terms.negotiation.gridStepPerKwh),
    rounds: terms.negotiation.rounds,
    defaultSchedule,
  };
}

/** Whether there is an energy price at all, and every one lies within floor and cap. */
export function isEnergyWithinBounds(tariff: TariffDocument, terms: AgreementTerms): boolean {
  const floor = parsePriceMicros(terms.priceFloorPerKwh);
  const cap = parsePriceMicros(terms.priceCapPerKwh);
  const prices = tariff.elements
    .flatMap((element) => element.price_components)
    .filter(({ type }) => type === 'ENERGY')
    .map(({ price }) => parsePriceMicros(price));
  return prices.length > 0 && prices.every((price) => price >= floor && price <= cap);
}
