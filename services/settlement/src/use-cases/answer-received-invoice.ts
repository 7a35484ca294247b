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
import { standingOf } from '../publishing/dispute-view.js';
import { publishInvoice, viewInvoice } from '../publishing/invoice-view.js';
import type { InvoiceAnswerDocument, InvoiceRecord, SignedInvoiceAnswer } from '../records.js';
import { reviewInvoice } from './review-invoice.js';
import { waitForDelivery } from './close-period.js';

const DAY_MS = 86_400_000;

type DisputedLines = RequestOf<typeof disputeContract>['lines'];

/**
 * Home accepts an invoice. Accepting it again gives the same answer.
 *
 * @throws RoamgridError `not_found`; `state_conflict` after another answer or a credit, or where the invoice
 *   is not as home's own books have it
 */
export async function acceptInvoice(ports: Ports, invoiceId: string): Promise<InvoiceView> {
  return answerOnce(ports, invoiceId, { verdict: 'accepted', lines: [] }, async (books) => {
    const before = await lockReceived(books, invoiceId);
    const next = stateAfter(before.state, 'accept');
    await requireRejected(ports, books, before);
    await reviewInvoice(ports, books, invoiceId);
    const record = await lockReceived(books, invoiceId);
    if (record.differences.length > 0) {
      throw new RoamgridError('state_conflict', 'the invoice differs from our own records');
    }
    const answer = await signAnswer(ports, books, record, 'accepted', []);
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
 * @throws RoamgridError `not_found`; `state_conflict` after an answer with other lines, a credit or the end of
 *   the dispute window; `unprocessable` for a line that is not on it
 */
export async function disputeInvoice(
  ports: Ports,
  invoiceId: string,
  lines: DisputedLines,
): Promise<InvoiceView> {
  return answerOnce(ports, invoiceId, { verdict: 'disputed', lines }, async (books) => {
    const record = await lockReceived(books, invoiceId);
    const next = stateAfter(record.state, 'dispute');
    await requireOpenWindow(ports, books, record);
    const answer = await signAnswer(ports, books, record, 'disputed', lines);
    const disputedMinor = await disputedAmount(books, record, answer.document);
    await books.invoices.setState(invoiceId, next, disputedMinor);
    await books.intents.add(
      invoiceId,
      disputeOnLedger(onLedger(ports, record), answer.documentHash),
    );
    return answer;
  });
}

/** A dispute is withdrawn only where visited rejects it as a whole: what it accepts comes back corrected. */
async function requireRejected(ports: Ports, books: Books, record: InvoiceRecord): Promise<void> {
  if (record.state !== 'disputed') return;
  const { disputeAnswer } = await standingOf(ports, books, record);
  if (disputeAnswer === 'rejected') return;
  throw new RoamgridError('state_conflict', 'the invoice is disputed: visited answers or credits');
}

async function requireOpenWindow(ports: Ports, books: Books, record: InvoiceRecord): Promise<void> {
  const { isWindowOver } = await standingOf(ports, books, record);
  if (isWindowOver) throw new RoamgridError('state_conflict', 'the dispute window is over');
}

interface Wanted {
  readonly verdict: InvoiceAnswerDocument['answer'];
  readonly lines: DisputedLines;
}

/** The lines as text, for comparing them whatever their order. */
function lineTexts(lines: InvoiceAnswerDocument['lines']): string {
  const texts = lines.map(({ cdrId, reasonCode, note, evidence }) =>
    JSON.stringify([cdrId, reasonCode, note, evidence]),
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

/** Visited has as long to answer a dispute as home had to raise it. */
async function answerByOf(ports: Ports, books: Books, invoiceId: string): Promise<string | null> {
  const terms = await books.disputes.termsOf(invoiceId);
  if (terms === null) return null;
  return formatInstant(ports.clock.now() + terms.disputeWindowDays * DAY_MS);
}

async function signAnswer(
  ports: Ports,
  books: Books,
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
    lines: lines.map(({ cdrId, reasonCode, note, evidence }) => ({
      cdrId,
      reasonCode,
      note,
      evidence,
    })),
    answerBy:
      answer === 'disputed' ? await answerByOf(ports, books, invoice.document.invoiceId) : null,
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
