import { stateAfter } from '../../invoice-states.js';
import type { Books, Ports } from '../../ports.js';
import { publishInvoice, requireInvoice } from '../../publishing/invoice-view.js';
import { money, parseMoney } from '@roamgrid/kernel';
import { disputeWindowOf, verifiedAtOnLedger } from './dispute-window.js';

const AT_ONCE = 50;

/**
 * What an agreement says of silence holds once the dispute window is over: the invoice is accepted, or
 * disputed as a whole. It is computed here, at both utilities from the same facts, and never posted.
 */
export async function applySilence(ports: Ports): Promise<void> {
  const nowMs = ports.clock.now();
  const silent = await ports.work.run((books) => books.disputes.silentSince(nowMs, AT_ONCE));
  for (const invoiceId of silent) await applyTo(ports, invoiceId);
}

async function applyTo(ports: Ports, invoiceId: string): Promise<void> {
  const before = await ports.work.run((books) => requireInvoice(books, invoiceId));
  const verifiedAtMs =
    before.direction === 'issued' ? await verifiedAtOnLedger(ports, before) : null;
  await ports.work.run(async (books) => {
    const record = await books.invoices.lock(invoiceId);
    if (record?.state !== 'issued') return;
    const endsAtMs = await disputeWindowOf(books, record, verifiedAtMs);
    if (endsAtMs === null || endsAtMs > ports.clock.now()) return;
    await conclude(ports, books, invoiceId);
  });
}

async function conclude(ports: Ports, books: Books, invoiceId: string): Promise<void> {
  const record = await requireInvoice(books, invoiceId);
  const terms = await books.disputes.termsOf(invoiceId);
  if (terms === null || record.differences.length > 0) return;
  const { currency, payable } = record.invoice.document;
  const isAccepted = terms.silenceMeans === 'acceptance';
  const next = stateAfter(record.state, isAccepted ? 'accept' : 'dispute');
  const whole = money(currency, parseMoney(payable, currency).minor).minor;
  await books.invoices.setState(invoiceId, next, isAccepted ? 0n : whole);
  await books.disputes.markSilent(invoiceId);
  await publishInvoice(ports, books, invoiceId);
}
