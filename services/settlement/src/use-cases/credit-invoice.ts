import {
  receiveCredit,
  type creditInvoice as contract,
  type InvoiceView,
  type ReplyOf,
  type RequestOf,
} from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { numberOf, seriesOf } from '../documents/numbers.js';
import { stateAfter } from '../invoice-states.js';
import { reverse } from '../journal/entries.js';
import type { Books, Ports } from '../ports.js';
import { creditInvoice as creditOnLedger } from '../posting/transactions.js';
import { publishInvoice, requireInvoice, viewInvoice } from '../publishing/invoice-view.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import type {
  CdrDocument,
  CreditNoteDocument,
  InvoiceRecord,
  SignedCreditNote,
} from '../records.js';
import { waitForDelivery } from './close-period.js';
import { correctLines, holdAccepted, prepareLines } from './corrections/correct-lines.js';
import { invoiceTermsOf, issueInvoice } from './issue-invoice.js';

type CreditRequest = RequestOf<typeof contract>;
type CreditReply = ReplyOf<typeof contract>;

/**
 * Visited takes an invoice back in full: a credit note, the journal's reversal, and its CDRs wait for an
 * invoice again, or stand on a new one at once unless home objects to them. The same request again gives
 * the same note. Lines whose dispute visited accepted come back corrected, where the request says how, or stay
 * held.
 *
 * @throws RoamgridError `not_found`; `state_conflict` for a received invoice, after a credit for another
 *   reason or with the other `reissue`, or where a reissue has no agreement
 */
export async function creditInvoice(ports: Ports, request: CreditRequest): Promise<CreditReply> {
  const known = await ports.work.run((books) => requireInvoice(books, request.invoiceId));
  if (known.direction !== 'issued') {
    throw new RoamgridError('state_conflict', 'only the visited utility credits');
  }
  const { agreementHash } = known.invoice.document;
  const agreement = request.reissue
    ? await ports.neighbours.readAgreement(known.partner, agreementHash)
    : null;
  const corrections = await prepareLines(ports, request);
  const reply = await ports.work.run(async (books): Promise<CreditReply> => {
    await books.cdrs.lockDirection(ports.utility, known.partner);
    await books.invoices.lockPartner(known.partner);
    const earlier = await earlierCredit(ports, books, request);
    if (earlier !== null) return earlier;
    if (request.reissue && agreement === null) {
      throw new RoamgridError('state_conflict', `there is no agreement with ${known.partner}`);
    }
    const taken = await takeBack(ports, books, request);
    const { creditNote, late } = taken;
    await holdAccepted(books, request.invoiceId);
    const corrected = await correctLines(ports, books, taken, corrections);
    const cdrIds = [...taken.cdrIds, ...corrected];
    const cdrs = await readyToReissue(books, cdrIds);
    let invoice: InvoiceView | null = null;
    // what home objected to meanwhile is held, and waits
    await republishCdrs(books, ports.utility, cdrIds);
    if (agreement !== null && cdrs.length > 0) {
      const of = known.invoice.document;
      const { from, to } = of;
      const terms = invoiceTermsOf(agreement);
      const reissue = { of, late };
      const { partner } = known;
      const plan = { partner, from, to, cdrs, terms, closedUntil: null, reissue };
      invoice = await issueInvoice(ports, books, plan);
    }
    await publishInvoice(ports, books, request.invoiceId);
    return { creditNote, invoice };
  });
  await waitForDelivery(ports);
  return reply;
}

/** The freed CDRs that are not held, in order of their sequence. */
async function readyToReissue(books: Books, cdrIds: readonly string[]): Promise<CdrDocument[]> {
  const records = await books.cdrs.findMany(cdrIds);
  return records
    .filter(({ state }) => state === 'open' || state === 'accepted')
    .map(({ cdr }) => cdr.document)
    .sort((left, right) => left.sequence - right.sequence);
}

async function earlierCredit(
  ports: Ports,
  books: Books,
  { invoiceId, reason, reissue }: CreditRequest,
): Promise<CreditReply | null> {
  const creditNote = await books.invoices.findCredit(invoiceId);
  if (creditNote === null) return null;
  const isSame =
    creditNote.document.reason === reason &&
    (await books.invoices.isReissueAsked(invoiceId)) === reissue;
  if (!isSame) {
    throw new RoamgridError('state_conflict', 'the invoice was credited by another request');
  }
  const reissueId = await books.invoices.findReissue(invoiceId);
  const invoice =
    reissueId === null
      ? null
      : await viewInvoice(ports, books, await requireInvoice(books, reissueId));
  return { creditNote, invoice };
}

interface TakenBack {
  readonly creditNote: SignedCreditNote;
  readonly cdrIds: readonly string[];
  readonly late: ReadonlySet<string>;
}

async function takeBack(
  ports: Ports,
  books: Books,
  { invoiceId, reason, reissue }: CreditRequest,
): Promise<TakenBack> {
  const record = await books.invoices.lock(invoiceId);
  if (record === null) throw new RoamgridError('not_found', 'no such invoice');
  const next = stateAfter(record.state, 'credit');
  const creditNote = await ports.signer.sign(await draft(ports, books, record, reason));
  const lines = (await books.invoices.allLines(invoiceId)).map(({ line }) => line);
  const cdrIds = lines.map(({ cdrId }) => cdrId);
  await books.invoices.addCredit(creditNote, reissue);
  await books.invoices.setState(invoiceId, next, 0n);
  await freeCdrs(books, invoiceId, cdrIds);
  await books.intents.add(
    invoiceId,
    creditOnLedger(
      {
        caller: ports.utility,
        pairSecret: ports.pairSecretOf(record.partner),
        invoice: record.invoice,
      },
      creditNote.documentHash,
    ),
  );
  books.send(receiveCredit, record.partner, { creditNote }, `invoice:${invoiceId}`);
  const late = lines.filter(({ flags }) => flags.includes('late')).map(({ cdrId }) => cdrId);
  return { creditNote, cdrIds, late: new Set(late) };
}

/** Lines die, CDRs wait again, and the invoice's journal entry is reversed. */
export async function freeCdrs(
  books: Books,
  invoiceId: string,
  cdrIds: readonly string[],
): Promise<void> {
  await books.invoices.setLive(invoiceId, null);
  await books.cdrs.setInvoice(cdrIds, null);
  const booked = await books.journal.findLines(`invoice:${invoiceId}`);
  await books.journal.book(reverse(`credit:${invoiceId}`, 'credit of an invoice', booked));
}

async function draft(
  ports: Ports,
  books: Books,
  { invoice, partner }: InvoiceRecord,
  reason: string,
): Promise<CreditNoteDocument> {
  const { document } = invoice;
  const issuedAt = formatInstant(ports.clock.now());
  const count = await books.invoices.nextNumber(seriesOf('creditNote', issuedAt));
  return {
    type: 'creditNote',
    schemaVersion: 1,
    creditNoteId: ports.ids.uuid(),
    number: numberOf('creditNote', ports.utility, issuedAt, count),
    invoiceId: document.invoiceId,
    invoiceHash: invoice.documentHash,
    visitedUtility: ports.utility,
    homeUtility: partner,
    currency: document.currency,
    totalExclTax: document.totalExclTax,
    tax: document.tax,
    totalInclTax: document.totalInclTax,
    payable: document.payable,
    reason,
    issuedAt,
  };
}
