import type { SignedPaymentAdvice } from '@roamgrid/contracts';
import { canonicalText } from '../../documents/canonical-text.js';
import { parseInstant, parseMoney, RoamgridError } from '@roamgrid/kernel';
import type { SettlementRecord } from '../../netting/records.js';
import type { Ports } from '../../ports.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import { publishSettlement } from '../../publishing/settlement-view.js';
import { endToEndIdOf } from '../../bank/judge-entry.js';
import { bookPayment } from '../../journal/settlement-entries.js';
import { matchWaiting } from '../bank/match-movement.js';
import { settlePaid } from './execute-payment.js';

/**
 * The payee takes in the payer's advice: what was agreed is paid, the invoices are settled; with a bank of whose
 * statements we know, once they show it. The same advice again changes nothing.
 *
 * @throws RoamgridError `not_found` while the settlement is not signed here: the sender tries again;
 *   `signature_invalid`; `unprocessable` for an advice of another sum or settlement
 */
export async function receivePayment(ports: Ports, advice: SignedPaymentAdvice): Promise<void> {
  const { settlementId, paymentId, payer, reference, currency, amount, paidAt } = advice.document;
  await ports.verifier.verify(advice, payer, 'settlement');
  await ports.work.run(async (books) => {
    const record = await books.settlements.lock(settlementId);
    if (record === null) throw new RoamgridError('not_found', 'no such settlement');
    checkAdvice(ports, record, advice);
    const known = await books.payments.find(paymentId);
    if (known !== null) return;
    const isEnough = ports.paymentOrders.settledBy === 'acknowledgement';
    const minor = parseMoney(amount, currency).minor;
    await books.payments.add({
      paymentId,
      settlementId,
      direction: 'in',
      state: isEnough ? 'acknowledged' : 'advised',
      currency,
      amountMinor: minor,
      through: 'advice',
      reference,
      detail: null,
      advice,
      atMs: parseInstant(paidAt),
    });
    if (isEnough) {
      const entry = bookPayment(paymentId, 'in', payer, { currency, minor });
      await settlePaid(ports, books, record, { advice, event: 'advise', entry });
    } else {
      await books.settlements.setState(settlementId, settlementAfter(record.state, 'announce'));
      await publishSettlement(ports, books, settlementId);
    }
    await matchWaiting(ports, books, endToEndIdOf(paymentId));
  });
}

function checkAdvice(
  ports: Ports,
  { settlement }: SettlementRecord,
  { document: advice }: SignedPaymentAdvice,
): void {
  const { payer, payee, currency, amount } = settlement.document;
  const expected = { payer, payee, currency, amount, settlementHash: settlement.documentHash };
  const claimed = {
    payer: advice.payer,
    payee: advice.payee,
    currency: advice.currency,
    amount: advice.amount,
    settlementHash: advice.settlementHash,
  };
  if (payee !== ports.utility || canonicalText(expected) !== canonicalText(claimed)) {
    throw new RoamgridError('unprocessable', 'the advice is not of this settlement');
  }
}
