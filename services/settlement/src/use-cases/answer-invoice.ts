import { RoamgridError } from '@roamgrid/kernel';
import { stateAfter } from '../invoice-states.js';
import type { Books, Ports } from '../ports.js';
import { standingOf } from '../publishing/dispute-view.js';
import { publishInvoice } from '../publishing/invoice-view.js';
import type { InvoiceRecord, SignedInvoiceAnswer } from '../records.js';
import { disputedAmount } from './answer-received-invoice.js';

/** What only silence had made of it gives way to a word that home signed in time and that came late. */
async function countsAsUnanswered(
  books: Books,
  { invoice, state }: InvoiceRecord,
): Promise<boolean> {
  const isOpen = state === 'accepted' || state === 'disputed';
  return isOpen && (await books.disputes.isBySilence(invoice.document.invoiceId));
}

/**
 * Visited keeps home's answer to an invoice. An answer that crossed a credit is kept and changes nothing.
 *
 * @throws RoamgridError `not_found` for an answer to no invoice of ours; `signature_invalid`
 */
export async function answerInvoice(ports: Ports, answer: SignedInvoiceAnswer): Promise<void> {
  const { invoiceId, invoiceHash } = answer.document;
  const known = await ports.work.run((books) => books.invoices.find(invoiceId));
  if (known?.direction !== 'issued') throw new RoamgridError('not_found', 'no such invoice');
  await ports.verifier.verify(answer, known.partner, 'settlement');
  await ports.work.run(async (books) => {
    const record = await books.invoices.lock(invoiceId);
    if (record === null) return;
    const earlier = await books.invoices.findAnswer(invoiceId);
    if (earlier?.documentHash === answer.documentHash) return;
    const isWithdrawal =
      earlier?.document.answer === 'disputed' &&
      answer.document.answer === 'accepted' &&
      (await standingOf(ports, books, record)).disputeAnswer === 'rejected';
    const isSecond = earlier !== null && !isWithdrawal;
    if (isSecond || record.invoice.documentHash !== invoiceHash) {
      await books.holds.quarantine({
        kind: 'invoiceAnswer',
        documentId: invoiceId,
        documentHash: answer.documentHash,
        signature: answer.signature,
        document: answer.document,
        reason: 'the invoice was answered before, or another one is meant',
        receivedAtMs: ports.clock.now(),
      });
      return;
    }
    await books.invoices.addAnswer(answer);
    const state = (await countsAsUnanswered(books, record)) ? 'issued' : record.state;
    if (state === 'issued' || (isWithdrawal && state === 'disputed')) {
      const action = answer.document.answer === 'accepted' ? 'accept' : 'dispute';
      const disputedMinor = await disputedAmount(books, record, answer.document);
      await books.invoices.setState(invoiceId, stateAfter(state, action), disputedMinor);
    }
    await publishInvoice(ports, books, invoiceId);
  });
}
