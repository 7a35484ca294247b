import type { SignedDisputeAnswer } from '@roamgrid/contracts';
import { formatInstant } from '@roamgrid/kernel';
import type { Standing } from '../invoice-states.js';
import type { Books, Ports } from '../ports.js';
import type { InvoiceRecord } from '../records.js';
import { disputeWindowOf } from '../use-cases/disputes/dispute-window.js';

/** What visited said to a dispute as a whole: rejected where it accepts no line of it. */
function outcomeOf(answer: SignedDisputeAnswer | null): Standing['disputeAnswer'] {
  if (answer === null) return null;
  const isRejected = answer.document.lines.every(({ decision }) => decision === 'rejected');
  return isRejected ? 'rejected' : 'accepted';
}

/** What of an invoice's surroundings decides what may be done next. */
export async function standingOf(
  ports: Pick<Ports, 'clock'>,
  books: Books,
  record: InvoiceRecord,
): Promise<Standing> {
  const answer = await books.disputes.findAnswer(record.invoice.document.invoiceId);
  const isBySilence = await books.disputes.isBySilence(record.invoice.document.invoiceId);
  const endsAtMs = await disputeWindowOf(books, record, null);
  return {
    hasDifferences: record.differences.length > 0,
    // nobody said a word: home may still accept
    disputeAnswer: isBySilence ? 'rejected' : outcomeOf(answer),
    isWindowOver: endsAtMs !== null && endsAtMs <= ports.clock.now(),
  };
}

/** An invoice's dispute as its reader sees it: home's words, visited's words, and the deadlines. */
export async function disputeView(
  books: Books,
  record: InvoiceRecord,
): Promise<Record<string, unknown>> {
  const { invoiceId } = record.invoice.document;
  const endsAtMs = await disputeWindowOf(books, record, null);
  const said = await books.invoices.findAnswer(invoiceId);
  const answer = await books.disputes.findAnswer(invoiceId);
  return {
    disputeBy: endsAtMs === null ? null : formatInstant(endsAtMs),
    bySilence: await books.disputes.isBySilence(invoiceId),
    dispute: said?.document.answer === 'disputed' ? said : null,
    disputeAnswer: answer,
  };
}
