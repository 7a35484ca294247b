import {
  divideBy,
  microsPerMinor,
  MILLI_WH_PER_KWH,
  type CurrencyCode,
  type RoundingPolicy,
} from '@roamgrid/kernel';
import type { PriceComponent } from '@roamgrid/tariff';
import type { QuantityUnit, RatedLine } from './rating.js';
import type { Tallied } from './tally.js';

const SECONDS_PER_HOUR = 3_600n;

/** How many of a quantity's units one unit price is for. */
export function quantityPerPrice(unit: QuantityUnit): bigint {
  switch (unit) {
    case 'mWh':
      return MILLI_WH_PER_KWH;
    case 's':
      return SECONDS_PER_HOUR;
    case 'session':
      return 1n;
  }
}

function unitOf(component: PriceComponent): QuantityUnit {
  switch (component.dimension) {
    case 'ENERGY':
      return 'mWh';
    case 'TIME':
    case 'PARKING_TIME':
      return 's';
    case 'FLAT':
      return 'session';
  }
}

function describe(component: PriceComponent): string {
  switch (component.dimension) {
    case 'ENERGY':
      return 'Energy';
    case 'TIME':
      return component.reservation ? 'Reservation time' : 'Charging time';
    case 'PARKING_TIME':
      return 'Parking time';
    case 'FLAT':
      return component.reservation ? 'Reservation fee' : 'Session fee';
  }
}

/** Quantity × unit price, rounded once to the minor unit. */
export function priceLine(
  tallied: Tallied,
  currency: CurrencyCode,
  rounding: RoundingPolicy,
): RatedLine {
  const { component, quantity, stepExtra, evidence } = tallied;
  const unit = unitOf(component);
  return {
    elementIndex: component.elementIndex,
    component: component.dimension,
    reservation: component.reservation,
    description: describe(component),
    unit,
    quantity,
    stepExtra,
    unitPriceMicros: component.priceMicros,
    taxes: component.taxes,
    taxCategory: component.taxCategory,
    amountMinor: divideBy(
      rounding,
      quantity * component.priceMicros,
      quantityPerPrice(unit) * microsPerMinor(currency),
    ),
    evidence,
  };
}
