import { parseMoney } from '@roamgrid/kernel';
import { bookSettlement, type TakenUp } from '../../journal/settlement-entries.js';
import type { SettlementRecord } from '../../netting/records.js';
import { settlementAfter } from '../../netting/settlement-states.js';
import type { Books, Ports } from '../../ports.js';
import { recordSettlement } from '../../posting/settlement-transactions.js';
import { publishInvoice, requireInvoice } from '../../publishing/invoice-view.js';
import { publishSettlement } from '../../publishing/settlement-view.js';
import { stateAfter } from '../../invoice-states.js';

/** Both have signed: the journal clears what was netted, the ledger hears of it, a zero net is over at once. */
export async function concludeAgreement(
  ports: Ports,
  books: Books,
  { settlement, partner }: SettlementRecord,
): Promise<void> {
  const { settlementId, currency, payer } = settlement.document;
  const taken: TakenUp[] = [];
  for (const { invoiceId, minor } of await books.settlements.takenOf(settlementId)) {
    const { direction } = await requireInvoice(books, invoiceId);
    taken.push({ direction, minor });
  }
  await books.journal.book(bookSettlement(settlementId, partner, currency, taken));
  const pairSecret = ports.pairSecretOf(partner);
  await books.intents.add(
    settlementId,
    recordSettlement({ caller: ports.utility, partner, pairSecret }, settlement),
  );
  await books.settlements.setState(settlementId, 'agreed');
  if (payer === null) {
    await books.settlements.setState(settlementId, settlementAfter('agreed', 'zero'));
    await settleInvoices(ports, books, settlementId);
  }
  await publishSettlement(ports, books, settlementId);
}

/** After a settlement is over: its invoices are settled where nothing of them is left to pay. */
export async function settleInvoices(
  ports: Ports,
  books: Books,
  settlementId: string,
): Promise<void> {
  for (const { invoiceId } of await books.settlements.takenOf(settlementId)) {
    const record = await books.invoices.lock(invoiceId);
    if (record === null) continue;
    const { currency, payable } = record.invoice.document;
    const settledMinor = await books.settlements.settledOf(invoiceId);
    const isPaid = settledMinor === parseMoney(payable, currency).minor;
    if (record.state === 'accepted' && isPaid) {
      await books.invoices.setState(invoiceId, stateAfter(record.state, 'settle'), 0n);
    }
    await publishInvoice(ports, books, invoiceId);
  }
}
