import {
  receiveDisputeAnswer,
  type answerDispute as contract,
  type InvoiceView,
  type RequestOf,
  type SignedDisputeAnswer,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import { publishInvoice, viewInvoice } from '../../publishing/invoice-view.js';
import type { InvoiceRecord, SignedInvoiceAnswer } from '../../records.js';
import { waitForDelivery } from '../close-period.js';

type Request = RequestOf<typeof contract>;
type AnsweredLines = Request['lines'];

/**
 * Visited answers a dispute, each disputed line once: accepted, and it comes back corrected or not at all when
 * the invoice is credited; or rejected, and home may withdraw the dispute. The same answer again changes nothing.
 *
 * @throws RoamgridError `not_found`; `state_conflict` where nothing is disputed or another answer was given;
 *   `unprocessable` for lines that are not the disputed ones
 */
export async function answerDispute(ports: Ports, request: Request): Promise<InvoiceView> {
  const { invoiceId, lines } = request;
  const view = await ports.work.run(async (books) => {
    const record = await lockIssued(books, invoiceId);
    const known = await books.disputes.findAnswer(invoiceId);
    if (known !== null) {
      if (textOf(known.document.lines) === textOf(lines)) return viewInvoice(ports, books, record);
      throw new RoamgridError('state_conflict', 'the dispute was answered otherwise');
    }
    const dispute = await requireDispute(books, record);
    requireSameLines(dispute, lines);
    const answer = await sign(ports, record, dispute, request);
    await books.disputes.addAnswer(answer);
    books.send(receiveDisputeAnswer, record.partner, { answer }, `invoice:${invoiceId}`);
    return publishInvoice(ports, books, invoiceId);
  });
  await waitForDelivery(ports);
  return view;
}

async function lockIssued(books: Books, invoiceId: string): Promise<InvoiceRecord> {
  const record = await books.invoices.lock(invoiceId);
  if (record === null) throw new RoamgridError('not_found', 'no such invoice');
  if (record.direction !== 'issued') {
    throw new RoamgridError('state_conflict', 'only the visited utility answers a dispute');
  }
  return record;
}

async function requireDispute(books: Books, record: InvoiceRecord): Promise<SignedInvoiceAnswer> {
  const dispute = await books.invoices.findAnswer(record.invoice.document.invoiceId);
  if (record.state === 'disputed' && dispute?.document.answer === 'disputed') return dispute;
  throw new RoamgridError('state_conflict', 'home disputes no line of this invoice');
}

const textOf = (lines: AnsweredLines): string =>
  lines
    .map(({ cdrId, decision, note }) => JSON.stringify([cdrId, decision, note]))
    .sort()
    .join('\n');

function requireSameLines(dispute: SignedInvoiceAnswer, lines: AnsweredLines): void {
  const disputed = new Set(dispute.document.lines.map(({ cdrId }) => cdrId));
  const answered = new Set(lines.map(({ cdrId }) => cdrId));
  const isSame =
    answered.size === lines.length &&
    answered.size === disputed.size &&
    [...answered].every((cdrId) => disputed.has(cdrId));
  if (isSame) return;
  throw new RoamgridError('unprocessable', 'every disputed line is answered once, and no other', [
    { path: 'lines', message: 'are not the disputed ones' },
  ]);
}

function sign(
  ports: Ports,
  { invoice }: InvoiceRecord,
  dispute: SignedInvoiceAnswer,
  { lines, by }: Request,
): Promise<SignedDisputeAnswer> {
  return ports.signer.sign({
    type: 'disputeAnswer' as const,
    schemaVersion: 1 as const,
    invoiceId: invoice.document.invoiceId,
    invoiceHash: invoice.documentHash,
    disputeHash: dispute.documentHash,
    lines: lines.map(({ cdrId, decision, note }) => ({ cdrId, decision, note })),
    by,
    at: formatInstant(ports.clock.now()),
  });
}

/**
 * Home keeps visited's answer to its dispute.
 *
 * @throws RoamgridError `not_found` for an invoice that home did not dispute; `signature_invalid`
 */
export async function takeDisputeAnswer(ports: Ports, answer: SignedDisputeAnswer): Promise<void> {
  const { invoiceId, disputeHash } = answer.document;
  const known = await ports.work.run((books) => books.invoices.find(invoiceId));
  if (known?.direction !== 'received') throw new RoamgridError('not_found', 'no such invoice');
  await ports.verifier.verify(answer, known.partner, 'settlement');
  await ports.work.run(async (books) => {
    await books.invoices.lock(invoiceId);
    const earlier = await books.disputes.findAnswer(invoiceId);
    if (earlier?.documentHash === answer.documentHash) return;
    const dispute = await books.invoices.findAnswer(invoiceId);
    if (earlier === null && dispute?.documentHash === disputeHash) {
      await books.disputes.addAnswer(answer);
      await publishInvoice(ports, books, invoiceId);
      return;
    }
    await books.holds.quarantine({
      kind: 'disputeAnswer',
      documentId: invoiceId,
      documentHash: answer.documentHash,
      signature: answer.signature,
      document: answer.document,
      reason: 'the dispute was answered before, or another one is meant',
      receivedAtMs: ports.clock.now(),
    });
  });
}
