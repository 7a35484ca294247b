import {
  answerInvoice,
  type disputeInvoice as disputeContract,
  type InvoiceView,
  type RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, parseMoney, RoamgridError } from '@roamgrid/kernel';
import { stateAfter } from '../invoice-states.js';
import type { Books, Ports } from '../ports.js';
import {
  acceptInvoice as acceptOnLedger,
  disputeInvoice as disputeOnLedger,
} from '../posting/transactions.js';
import { publishInvoice, viewInvoice } from '../publishing/invoice-view.js';
import type { InvoiceAnswerDocument, InvoiceRecord, SignedInvoiceAnswer } from '../records.js';
import { reviewInvoice } from './review-invoice.js';
import { waitForDelivery } from './close-period.js';

type DisputedLines = RequestOf<typeof disputeContract>['lines'];

/**
 * Home accepts an invoice. Accepting it again gives the same answer.
 *
 * @throws RoamgridError `not_found`; `state_conflict` after another answer or a credit, or where the invoice
 *   is not as home's own books have it
 */
export async function acceptInvoice(ports: Ports, invoiceId: string): Promise<InvoiceView> {
  return answerOnce(ports, invoiceId, { verdict: 'accepted', lines: [] }, async (books) => {
    const next = stateAfter((await lockReceived(books, invoiceId)).state, 'accept');
    await reviewInvoice(ports, books, invoiceId);
    const record = await lockReceived(books, invoiceId);
    if (record.differences.length > 0) {
      throw new RoamgridError('state_conflict', 'the invoice differs from our own records');
    }
    const answer = await signAnswer(ports, record, 'accepted', []);
    await books.invoices.setState(invoiceId, next, 0n);
    await books.intents.add(
      invoiceId,
      acceptOnLedger(onLedger(ports, record), answer.documentHash),
    );
    return answer;
  });
}

/**
 * Home disputes lines of an invoice. The same lines again, in any order, give the same answer.
 *
 * @throws RoamgridError `not_found`; `state_conflict` after an answer with other lines or a credit;
 *   `unprocessable` for a line that is not on it
 */
export async function disputeInvoice(
  ports: Ports,
  invoiceId: string,
  lines: DisputedLines,
): Promise<InvoiceView> {
  return answerOnce(ports, invoiceId, { verdict: 'disputed', lines }, async (books) => {
    const record = await lockReceived(books, invoiceId);
    const next = stateAfter(record.state, 'dispute');
    const answer = await signAnswer(ports, record, 'disputed', lines);
    const disputedMinor = await disputedAmount(books, record, answer.document);
    await books.invoices.setState(invoiceId, next, disputedMinor);
    await books.intents.add(
      invoiceId,
      disputeOnLedger(onLedger(ports, record), answer.documentHash),
    );
    return answer;
  });
}

interface Wanted {
  readonly verdict: InvoiceAnswerDocument['answer'];
  readonly lines: DisputedLines;
}

/** The lines as text, for comparing them whatever their order. */
function lineTexts(lines: InvoiceAnswerDocument['lines']): string {
  const texts = lines.map(({ cdrId, reasonCode, note }) =>
    JSON.stringify([cdrId, reasonCode, note]),
  );
  return texts.sort().join('\n');
}

/** @throws RoamgridError `state_conflict` where other lines were disputed before */
function isAnswered(known: SignedInvoiceAnswer | null, { verdict, lines }: Wanted): boolean {
  if (known?.document.answer !== verdict) return false;
  if (lineTexts(known.document.lines) === lineTexts(lines)) return true;
  throw new RoamgridError('state_conflict', 'other lines of the invoice are disputed already');
}

async function answerOnce(
  ports: Ports,
  invoiceId: string,
  wanted: Wanted,
  decide: (books: Books) => Promise<SignedInvoiceAnswer>,
): Promise<InvoiceView> {
  const view = await ports.work.run(async (books) => {
    const record = await lockReceived(books, invoiceId);
    const known = await books.invoices.findAnswer(invoiceId);
    if (isAnswered(known, wanted)) return viewInvoice(ports, books, record);
    const answer = await decide(books);
    await books.invoices.addAnswer(answer);
    books.send(answerInvoice, record.partner, { answer }, `invoice:${invoiceId}`);
    return publishInvoice(ports, books, invoiceId);
  });
  await waitForDelivery(ports);
  return view;
}

async function lockReceived(books: Books, invoiceId: string): Promise<InvoiceRecord> {
  const record = await books.invoices.lock(invoiceId);
  if (record === null) throw new RoamgridError('not_found', 'no such invoice');
  if (record.direction !== 'received') {
    throw new RoamgridError('state_conflict', 'only the home utility accepts or disputes');
  }
  return record;
}

const onLedger = (ports: Ports, record: InvoiceRecord) => ({
  caller: ports.utility,
  pairSecret: ports.pairSecretOf(record.partner),
  invoice: record.invoice,
});

function signAnswer(
  ports: Ports,
  { invoice }: InvoiceRecord,
  answer: InvoiceAnswerDocument['answer'],
  lines: DisputedLines,
): Promise<SignedInvoiceAnswer> {
  return ports.signer.sign({
    type: 'invoiceAnswer' as const,
    schemaVersion: 1 as const,
    invoiceId: invoice.document.invoiceId,
    invoiceHash: invoice.documentHash,
    answer,
    lines: lines.map(({ cdrId, reasonCode, note }) => ({ cdrId, reasonCode, note })),
    at: formatInstant(ports.clock.now()),
  });
}

/**
 * What is payable for the disputed lines. A line whose CDR is not held counts with its total: nothing is
 * known of a commission on it.
 *
 * @throws RoamgridError `unprocessable` for a line that the invoice does not have
 */
export async function disputedAmount(
  books: Books,
  { invoice }: Pick<InvoiceRecord, 'invoice'>,
  answer: InvoiceAnswerDocument,
): Promise<bigint> {
  const { invoiceId, currency } = invoice.document;
  const lines = new Map(
    (await books.invoices.allLines(invoiceId)).map(({ line }) => [line.cdrId, line]),
  );
  const cdrIds = [...new Set(answer.lines.map(({ cdrId }) => cdrId))];
  const held = new Map(
    (await books.cdrs.findMany(cdrIds)).map(({ cdr }) => [cdr.document.cdrId, cdr.document]),
  );
  return cdrIds.reduce((sum, cdrId) => {
    const line = lines.get(cdrId);
    if (line === undefined) {
      throw new RoamgridError('unprocessable', `the invoice has no line for CDR ${cdrId}`);
    }
    const amount = held.get(cdrId)?.settlement.payable ?? line.totalInclTax;
    return sum + parseMoney(amount, currency).minor;
  }, 0n);
}
