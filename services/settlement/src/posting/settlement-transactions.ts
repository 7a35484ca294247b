import type { SignedPaymentAdvice, SignedSettlement } from '@roamgrid/contracts';
import { businessKey, recordSalt, type LedgerTransaction } from '@roamgrid/ledger';

/** Who records, and the secret that names records of the pair. */
interface RecordedBy {
  readonly caller: string;
  readonly partner: string;
  readonly pairSecret: Uint8Array;
}

/** The business key under which either party records a settlement. */
export function settlementKeyOf(pairSecret: Uint8Array, settlementId: string): string {
  return businessKey(pairSecret, ['settlement', settlementId]);
}

function recordHeld(
  { caller, partner, pairSecret }: RecordedBy,
  name: 'recordSettlement' | 'recordPayment',
  key: string,
  documentHash: string,
): LedgerTransaction {
  return {
    name,
    caller,
    businessKey: key,
    documentHash,
    argument: { party: caller, counterparty: partner },
    transient: { salt: recordSalt(pairSecret, key) },
  };
}

/** Each party records the settlement that both have signed; they agree where both say the same. */
export function recordSettlement(
  by: RecordedBy,
  { document, documentHash }: SignedSettlement,
): LedgerTransaction {
  const key = settlementKeyOf(by.pairSecret, document.settlementId);
  return recordHeld(by, 'recordSettlement', key, documentHash);
}

/** Each party records the payer's advice. */
export function recordPayment(
  by: RecordedBy,
  { document, documentHash }: SignedPaymentAdvice,
): LedgerTransaction {
  const key = businessKey(by.pairSecret, ['payment', document.paymentId]);
  return recordHeld(by, 'recordPayment', key, documentHash);
}
