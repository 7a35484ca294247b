import { correctMandateUse, type SignedCdr, type SignedCdrCredit } from '@roamgrid/contracts';
import { formatEnergyKwh, formatMoney, parseEnergyKwh } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import { rateRetail } from '../../pricing/retail.js';
import type { CdrDocument } from '../../records.js';

interface MandateUse {
  readonly energyKwh: string;
  readonly amount: string;
}

const NOTHING: MandateUse = { energyKwh: '0', amount: '0' };

/**
 * Our AAA booked on the mandate what the CDR that is taken back says; what stands in its place takes another part
 * of it. Home counts by the CDRs themselves, so that both come to the same.
 */
export function tellMandateUse(
  ports: Ports,
  books: Books,
  takenBack: SignedCdr,
  { credit, cdr }: { readonly credit: SignedCdrCredit; readonly cdr: SignedCdr | null },
): void {
  const { sessionId, mandate } = takenBack.document;
  const { mandateId } = mandate.document;
  const { cdrCreditId } = credit.document;
  const request = {
    ...{ cdrCreditId, sessionId, mandateId },
    takenBack: useOf(takenBack.document),
    replacedBy: cdr === null ? NOTHING : useOf(cdr.document),
  };
  books.send(correctMandateUse, ports.utility, request, `mandate:${mandateId}`);
}

function useOf(cdr: CdrDocument): MandateUse {
  const { currency } = cdr.mandate.document.moneyCap;
  const { exclTaxMinor, taxMinor, unbilledEnergyMilliWh } = rateRetail(cdr, currency);
  return {
    energyKwh: formatEnergyKwh(parseEnergyKwh(cdr.energyKwh) - unbilledEnergyMilliWh),
    amount: formatMoney({ currency, minor: exclTaxMinor + taxMinor }),
  };
}
