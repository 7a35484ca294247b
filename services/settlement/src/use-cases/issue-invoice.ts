import {
  receiveInvoice,
  type InvoiceDocument,
  type InvoiceView,
  type SignedAgreement,
} from '@roamgrid/contracts';
import { formatInstant, money, parseInstant, parseMoney } from '@roamgrid/kernel';
import { rootOf } from '../documents/merkle.js';
import { numberOf, seriesOf } from '../documents/numbers.js';
import { lineOf, sumCdrs } from '../documents/sum-cdrs.js';
import { bookInvoice } from '../journal/entries.js';
import type { Books, Ports } from '../ports.js';
import { presentInvoice } from '../posting/transactions.js';
import { publishInvoice } from '../publishing/invoice-view.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import type { CdrDocument } from '../records.js';

const DAY_MS = 86_400_000;

/** What an invoice is made of. */
export interface InvoicePlan {
  readonly partner: string;
  readonly from: string;
  readonly to: string;
  /** in the order of their sequence; at least one, all of one currency */
  readonly cdrs: readonly CdrDocument[];
  readonly terms: Pick<InvoiceDocument, 'agreementId' | 'agreementHash' | 'timeZone'> & {
    readonly paymentTermDays: number;
  };
  /** the credited invoice, and which of its lines were late when it was issued */
  readonly reissue: { readonly invoiceId: string; readonly late: ReadonlySet<string> } | null;
}

export function invoiceTermsOf(agreement: SignedAgreement): InvoicePlan['terms'] {
  const { agreementId, billingTimeZone, paymentTermDays } = agreement.document;
  return {
    agreementId,
    agreementHash: agreement.documentHash,
    timeZone: billingTimeZone,
    paymentTermDays,
  };
}

/**
 * Issues an invoice inside a transaction that has locked the partner: number, signature, lines, journal,
 * the intent for the ledger, and the message to home leave together.
 */
export async function issueInvoice(
  ports: Ports,
  books: Books,
  plan: InvoicePlan,
): Promise<InvoiceView> {
  const { partner, cdrs } = plan;
  const reach = await books.invoices.reach(partner);
  const previousEndMs = reach.periodTo?.getTime() ?? Number.NEGATIVE_INFINITY;
  const isLate = (cdr: CdrDocument): boolean =>
    plan.reissue === null
      ? parseInstant(cdr.endAt) < previousEndMs
      : plan.reissue.late.has(cdr.cdrId);
  const lines = cdrs.map((cdr) => lineOf(cdr, isLate(cdr)));
  const document = await draft(ports, books, plan, reach.sequenceTo);
  const invoice = await ports.signer.sign(document);
  const { invoiceId } = document;
  await books.invoices.add(
    { invoice, direction: 'issued', partner, state: 'issued' },
    lines.map((line) => ({ line, live: true })),
  );
  const cdrIds = cdrs.map((cdr) => cdr.cdrId);
  await books.cdrs.setInvoice(cdrIds, invoiceId);
  const payable = money(document.currency, parseMoney(document.payable, document.currency).minor);
  await books.journal.book(bookInvoice(invoiceId, 'issued', partner, payable));
  await books.intents.add(
    invoiceId,
    presentInvoice({ caller: ports.utility, pairSecret: ports.pairSecretOf(partner), invoice }),
  );
  await books.send(receiveInvoice, partner, { invoice, lines }, `invoice:${invoiceId}`);
  await republishCdrs(books, ports.utility, cdrIds);
  for (const { sessionId } of lines) {
    await publishStep(books, ports.utility, {
      sessionId,
      step: 'invoice',
      occurrence: invoiceId,
      from: settlementOf(ports.utility),
      to: settlementOf(partner),
      at: document.issuedAt,
      documentHash: invoice.documentHash,
    });
  }
  return publishInvoice(ports, books, invoiceId);
}

async function draft(
  ports: Ports,
  books: Books,
  plan: InvoicePlan,
  reachedSequence: number,
): Promise<InvoiceDocument> {
  const { cdrs, terms, partner } = plan;
  const [first] = cdrs;
  if (first === undefined) throw new RangeError('an invoice has at least one line');
  const sequences = cdrs.map((cdr) => cdr.sequence);
  const sequenceFrom = Math.min(...sequences.slice(0, 1), reachedSequence + 1);
  const sequenceTo = sequences.at(-1) ?? sequenceFrom;
  const issuedAtMs = ports.clock.now();
  const issuedAt = formatInstant(issuedAtMs);
  const count = await books.invoices.nextNumber(seriesOf('invoice', issuedAt));
  return {
    type: 'invoice',
    schemaVersion: 1,
    invoiceId: ports.ids.uuid(),
    number: numberOf('invoice', ports.utility, issuedAt, count),
    visitedUtility: ports.utility,
    homeUtility: partner,
    agreementId: terms.agreementId,
    agreementHash: terms.agreementHash,
    currency: first.currency,
    from: plan.from,
    to: plan.to,
    timeZone: terms.timeZone,
    lineCount: cdrs.length,
    sequenceFrom,
    sequenceTo,
    excluded: await excludedFrom(books, partner, { sequenceFrom, sequenceTo, sequences }),
    merkleRoot: rootOf(cdrs),
    ...sumCdrs(cdrs, first.currency),
    reissueOf: plan.reissue?.invoiceId ?? null,
    issuedAt,
    dueDate: formatInstant(issuedAtMs + terms.paymentTermDays * DAY_MS),
  };
}

/** Every number of the range that is no line stands here, with the hash of its CDR. */
async function excludedFrom(
  books: Books,
  partner: string,
  range: {
    readonly sequenceFrom: number;
    readonly sequenceTo: number;
    readonly sequences: readonly number[];
  },
): Promise<InvoiceDocument['excluded']> {
  const billed = new Set(range.sequences);
  const inRange = await books.cdrs.inSequenceRange(partner, range.sequenceFrom, range.sequenceTo);
  if (inRange.length !== range.sequenceTo - range.sequenceFrom + 1) {
    throw new RangeError(`the sequence towards ${partner} has a gap`);
  }
  return inRange
    .filter(({ cdr }) => !billed.has(cdr.document.sequence))
    .map(({ cdr }) => ({
      sequence: cdr.document.sequence,
      cdrHash: cdr.documentHash,
      reason: 'held' as const,
    }));
}
