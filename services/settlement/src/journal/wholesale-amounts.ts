import { parseMoney } from '@roamgrid/kernel';
import type { CdrDocument } from '../records.js';
import type { WholesaleAmounts } from './entries.js';

/** A CDR's figures as the journal books them. */
export function wholesaleAmountsOf(cdr: CdrDocument, partner: string): WholesaleAmounts {
  const { currency } = cdr;
  const minor = (text: string): bigint => parseMoney(text, currency).minor;
  return {
    cdrId: cdr.cdrId,
    partner,
    currency,
    taxMinor: minor(cdr.tax),
    baseMinor: minor(cdr.settlement.base),
    commissionMinor: minor(cdr.settlement.commission),
    commissionTaxMinor: minor(cdr.settlement.commissionTax),
    fxSpreadMinor: cdr.settlement.fxSpread === undefined ? 0n : minor(cdr.settlement.fxSpread),
    payableMinor: minor(cdr.settlement.payable),
  };
}
