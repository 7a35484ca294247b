import type { AgreementTerms } from '@roamgrid/contracts';
import {
  divideBy,
  MICROS_PER_UNIT,
  parsePriceMicros,
  RoamgridError,
  splitByLargestRemainder,
  type RoundingPolicy,
} from '@roamgrid/kernel';

/** 100 % in millionths of a percent. */
const WHOLE_PERCENT_MICROS = 100n * MICROS_PER_UNIT;

/** What home keeps of a wholesale amount, and what it therefore owes. Minor units. */
export interface Payable {
  readonly baseMinor: bigint;
  readonly commissionMinor: bigint;
  readonly commissionTaxMinor: bigint;
  /** what visited bears of home's exchange */
  readonly fxSpreadMinor: bigint;
  readonly payableMinor: bigint;
}

type CommissionTerms = Pick<AgreementTerms, 'commissionPercentage' | 'commissionTaxes'>;

/** What of the exchange is taken off the payable, in percent; 0 where the driver's currency is visited's. */
export function spreadOf(
  terms: { readonly fx: AgreementTerms['fx'] } | null,
  isConverted: boolean,
): string {
  const isVisiteds = isConverted && terms?.fx.spreadBorneBy === 'visited';
  return isVisiteds ? terms.fx.spreadPercentage : '0';
}

/** `"7.25"` → 7 250 000. Percentages have the scale of prices. */
const percentMicrosOf = (percentage: string): bigint => parsePriceMicros(percentage);

function shareOf(amountMinor: bigint, percentMicros: bigint, wholeMicros: bigint): bigint {
  if (percentMicros < 0n || percentMicros > wholeMicros) {
    throw new RoamgridError('unprocessable', 'the shares of a wholesale amount exceed it');
  }
  if (wholeMicros === 0n) return 0n;
  const [share = 0n] = splitByLargestRemainder(amountMinor, [
    percentMicros,
    wholeMicros - percentMicros,
  ]);
  return share;
}

/**
 * Takes home's commission off a wholesale rating. The commission is split off first and alone, so that
 * home can recompute it without knowing the provider's share, which stands on no document it sees. What remains
 * is what home exchanges: the part of the spread that visited bears comes off it last.
 *
 * @param spreadPercentage borne by visited
 *
 * @throws RoamgridError `unprocessable`
 */
export function splitPayable(
  totals: { readonly exclTaxMinor: bigint; readonly inclTaxMinor: bigint },
  terms: CommissionTerms,
  rounding: RoundingPolicy,
  spreadPercentage: string,
): Payable {
  const commissionMinor = shareOf(
    totals.exclTaxMinor,
    percentMicrosOf(terms.commissionPercentage),
    WHOLE_PERCENT_MICROS,
  );
  const commissionTaxMinor = terms.commissionTaxes.reduce(
    (sum, { percentage }) =>
      sum + divideBy(rounding, commissionMinor * percentMicrosOf(percentage), WHOLE_PERCENT_MICROS),
    0n,
  );
  const exchangedMinor = totals.inclTaxMinor - commissionMinor - commissionTaxMinor;
  const fxSpreadMinor = divideBy(
    rounding,
    exchangedMinor * percentMicrosOf(spreadPercentage),
    WHOLE_PERCENT_MICROS,
  );
  return {
    baseMinor: totals.exclTaxMinor,
    commissionMinor,
    commissionTaxMinor,
    fxSpreadMinor,
    payableMinor: exchangedMinor - fxSpreadMinor,
  };
}

/**
 * The provider's share of the wholesale amount, out of what the commission left; the rest is visited's.
 *
 * @throws RoamgridError `unprocessable`
 */
export function splitProviderShare(
  payable: Payable,
  commissionPercentage: string,
  providerSharePercentage: string,
): bigint {
  return shareOf(
    payable.baseMinor - payable.commissionMinor,
    percentMicrosOf(providerSharePercentage),
    WHOLE_PERCENT_MICROS - percentMicrosOf(commissionPercentage),
  );
}
