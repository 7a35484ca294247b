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
  readonly payableMinor: bigint;
}

type CommissionTerms = Pick<AgreementTerms, 'commissionPercentage' | 'commissionTaxes'>;

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
 * home can recompute it without knowing the provider's share, which stands on no document it sees.
 *
 * @throws RoamgridError `unprocessable`
 */
export function splitPayable(
  totals: { readonly exclTaxMinor: bigint; readonly inclTaxMinor: bigint },
  terms: CommissionTerms,
  rounding: RoundingPolicy,
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
  return {
    baseMinor: totals.exclTaxMinor,
    commissionMinor,
    commissionTaxMinor,
    payableMinor: totals.inclTaxMinor - commissionMinor - commissionTaxMinor,
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
