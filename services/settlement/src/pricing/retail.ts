import type { BillSession, CdrDocument } from '../records.js';
import {
  formatMoney,
  money,
  RoamgridError,
  type EnergyMilliWh,
  type Money,
} from '@roamgrid/kernel';
import { ratingInputOf, rateUnderMandate } from '@roamgrid/rating';
import { convertOnce } from './convert.js';
import { figuresOf, type RatedFigures } from './figures.js';

export interface RetailRating {
  readonly figures: RatedFigures;
  /** in the visited currency */
  readonly exclTaxMinor: bigint;
  readonly taxMinor: bigint;
  readonly unbilledEnergyMilliWh: EnergyMilliWh;
  /** in the driver's currency, converted once */
  readonly total: Money;
  /** the session as it will stand on the driver's bill */
  readonly session: BillSession;
}

/**
 * Rates a session at the retail tariff inside its mandate, up to its caps where these
 * bound the driver's bill.
 *
 * @param billingCurrency of the driver's account
 * @throws RoamgridError as the rating engine; `currency_mismatch` where the tariff is for another currency
 */
export function rateRetail(cdr: CdrDocument, billingCurrency: Money['currency']): RetailRating {
  const mandate = cdr.mandate.document;
  const retail = mandate.retailTariff.document;
  const input = ratingInputOf(retail.tariff, cdr, retail.rounding);
  const { currency } = input.tariff;
  if (mandate.paymentMode === 'prepaid' && mandate.moneyCap.currency !== currency) {
    throw new RoamgridError('currency_mismatch', 'the cap is not in the currency of the tariff');
  }
  const { rating, unbilledEnergyMilliWh } = rateUnderMandate(mandate, input);
  const figures = figuresOf(rating);
  const total = convertOnce(
    money(currency, rating.totalInclTaxMinor),
    billingCurrency,
    billingCurrency === currency ? null : retail.fx,
  );
  return {
    figures,
    exclTaxMinor: rating.totalExclTaxMinor,
    taxMinor: rating.taxMinor,
    unbilledEnergyMilliWh,
    total,
    session: toBillSession(cdr, figures, total),
  };
}

function toBillSession(cdr: CdrDocument, figures: RatedFigures, total: Money): BillSession {
  const { fx } = cdr.mandate.document.retailTariff.document;
  const isConverted = total.currency !== figures.currency;
  return {
    sessionId: cdr.sessionId,
    cdrId: cdr.cdrId,
    visitedUtility: cdr.visitedUtility,
    stationId: cdr.stationId,
    startAt: cdr.startAt,
    endAt: cdr.endAt,
    energyKwh: cdr.energyKwh,
    currency: figures.currency,
    lines: figures.lines,
    taxes: figures.taxes,
    totalExclTax: figures.totalExclTax,
    tax: figures.tax,
    visitedTotalInclTax: figures.totalInclTax,
    totalInclTax: formatMoney(total),
    conversion: isConverted && fx !== null ? { rate: fx.rate, source: fx.source, at: fx.at } : null,
  };
}
