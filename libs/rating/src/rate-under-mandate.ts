import { parseEnergyKwh, parseMoney } from '@roamgrid/kernel';
import type { RatingInput } from './metering.js';
import { rate } from './rate.js';
import { rateUpTo, type CappedRating } from './rate-up-to.js';

/** What of a mandate bounds the driver's bill. Amounts and energies as documents carry them. */
export interface MandateCaps {
  readonly paymentMode: string;
  readonly moneyCap: { readonly currency: string; readonly amount: string };
  readonly energyCapKwh: string;
  readonly beyondCreditBorneBy?: 'home' | 'visited' | undefined;
}

/**
 * The retail rating of a charge: the station's bill, home's books and an audit of them are made by this.
 * A prepaid driver is never billed beyond the money that was reserved. Where visited bears what lies beyond
 * the credit, both caps end the bill, whatever the payment mode: home owes nothing there, and so no driver does.
 *
 * @throws RoamgridError as {@link rate}; `malformed_decimal` for a cap
 */
export function rateUnderMandate(mandate: MandateCaps, input: RatingInput): CappedRating {
  const isVisiteds = mandate.beyondCreditBorneBy === 'visited';
  if (!isVisiteds && mandate.paymentMode !== 'prepaid') {
    return { rating: rate(input), complete: true, unbilledEnergyMilliWh: 0n };
  }
  const { moneyCap, energyCapKwh } = mandate;
  return rateUpTo(
    input,
    parseMoney(moneyCap.amount, moneyCap.currency).minor,
    isVisiteds ? parseEnergyKwh(energyCapKwh) : null,
  );
}
