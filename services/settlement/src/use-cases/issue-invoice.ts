import {
  receiveInvoice,
  type ExclusionReason,
  type InvoiceDocument,
  type InvoiceView,
  type SignedAgreement,
} from '@roamgrid/contracts';
import { formatInstant, money, parseInstant, parseMoney } from '@roamgrid/kernel';
import { rootOf } from '../documents/merkle.js';
import { numberOf, seriesOf } from '../documents/numbers.js';
import { lineOf, sumCdrs } from '../documents/sum-cdrs.js';
import { bookInvoice } from '../journal/entries.js';
import type { SilenceTerms } from '../dispute-ports.js';
import type { Books, Ports } from '../ports.js';
import { presentInvoice } from '../posting/transactions.js';
import { publishInvoice } from '../publishing/invoice-view.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import type { CdrDocument, CdrRecord } from '../records.js';

const DAY_MS = 86_400_000;

/** What an invoice is made of. */
export interface InvoicePlan {
  readonly partner: string;
  readonly from: string;
  readonly to: string;
  /** in the order of their sequence; at least one, all of one currency and made under `terms` */
  readonly cdrs: readonly CdrDocument[];
  readonly terms: Pick<InvoiceDocument, 'agreementId' | 'agreementHash' | 'timeZone'> & {
    readonly paymentTermDays: number;
  } & SilenceTerms;
  /** up to when periods were closed before; what ended by then is late */
  readonly closedUntil: Date | null;
  /** the credited invoice, whose numbers the new one accounts for, and which of its lines were late */
  readonly reissue: { readonly of: InvoiceDocument; readonly late: ReadonlySet<string> } | null;
}

export function invoiceTermsOf(agreement: SignedAgreement): InvoicePlan['terms'] {
  const { agreementId, billingTimeZone, paymentTermDays, disputeWindowDays, silenceMeans } =
    agreement.document;
  return {
    agreementId,
    agreementHash: agreement.documentHash,
    timeZone: billingTimeZone,
    paymentTermDays,
    disputeWindowDays,
    silenceMeans,
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
  const previousEndMs = plan.closedUntil?.getTime() ?? Number.NEGATIVE_INFINITY;
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
  await books.disputes.setTerms(invoiceId, plan.terms);
  const cdrIds = cdrs.map((cdr) => cdr.cdrId);
  await books.cdrs.setInvoice(cdrIds, invoiceId);
  const payable = money(document.currency, parseMoney(document.payable, document.currency).minor);
  await books.journal.book(bookInvoice(invoiceId, 'issued', partner, payable));
  await books.intents.add(
    invoiceId,
    presentInvoice({ caller: ports.utility, pairSecret: ports.pairSecretOf(partner), invoice }),
  );
  books.send(receiveInvoice, partner, { invoice, lines }, `invoice:${invoiceId}`);
  await republishCdrs(books, ports.utility, cdrIds);
  for (const { sessionId } of lines) {
    publishStep(books, ports.utility, {
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
  const { sequenceFrom, sequenceTo } = rangeOf(plan, reachedSequence);
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
    excluded: await excludedFrom(books, plan, sequenceFrom, sequenceTo),
    merkleRoot: rootOf(cdrs),
    ...sumCdrs(cdrs, first.currency),
    reissueOf: plan.reissue?.of.invoiceId ?? null,
    issuedAt,
    dueDate: formatInstant(issuedAtMs + terms.paymentTermDays * DAY_MS),
  };
}

type SequenceRange = Pick<InvoiceDocument, 'sequenceFrom' | 'sequenceTo'>;

/** From where earlier invoices end, or from the first line where that was left out of one of them. */
function rangeOf({ cdrs, reissue }: InvoicePlan, reachedSequence: number): SequenceRange {
  // what was corrected has a number beyond those of the invoice that it stood on
  if (reissue !== null) {
    const { sequenceFrom, sequenceTo } = reissue.of;
    return { sequenceFrom, sequenceTo: Math.max(sequenceTo, cdrs.at(-1)?.sequence ?? 0) };
  }
  const first = cdrs.at(0)?.sequence ?? reachedSequence + 1;
  return {
    sequenceFrom: Math.min(first, reachedSequence + 1),
    sequenceTo: cdrs.at(-1)?.sequence ?? first,
  };
}

/** Every number of the range that is no line stands here, with the hash of its CDR and the reason. */
async function excludedFrom(
  books: Books,
  { partner, cdrs }: InvoicePlan,
  sequenceFrom: number,
  sequenceTo: number,
): Promise<InvoiceDocument['excluded']> {
  const billed = new Set(cdrs.map((cdr) => cdr.sequence));
  const inRange = await books.cdrs.inSequenceRange(partner, sequenceFrom, sequenceTo);
  if (inRange.length !== sequenceTo - sequenceFrom + 1) {
    throw new RangeError(`the sequence towards ${partner} has a gap`);
  }
  return inRange
    .filter(({ cdr }) => !billed.has(cdr.document.sequence))
    .map((record) => ({
      sequence: record.cdr.document.sequence,
      cdrHash: record.cdr.documentHash,
      reason: exclusionOf(record),
    }));
}

/** What stands on no invoice and is not over waits for a later close: a credited invoice's CDRs too. */
function exclusionOf({ invoiceId, state }: CdrRecord): ExclusionReason {
  if (invoiceId !== null) return 'invoiced';
  return state === 'open' || state === 'accepted' ? 'later' : state;
}
