import type { InvoiceDocument, InvoiceLine } from '@roamgrid/contracts';
import { canonicalText } from '../documents/canonical-text.js';
import { rootOf } from '../documents/merkle.js';
import { lineOf, sumCdrs } from '../documents/sum-cdrs.js';
import { bookInvoice } from '../journal/entries.js';
import type { Books, Ports } from '../ports.js';
import { verifyInvoice } from '../posting/transactions.js';
import { publishInvoice, requireInvoice } from '../publishing/invoice-view.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import { isOver, type CdrRecord, type Difference, type InvoiceRecord } from '../records.js';
import { money, parseMoney } from '@roamgrid/kernel';

const difference = (code: string, cdrId: string | null, detail: string): Difference => ({
  code,
  cdrId,
  detail,
});

const same = (left: unknown, right: unknown): boolean =>
  canonicalText(left) === canonicalText(right);

/** One line against the CDR as home holds it; its flags are the issuer's remark. */
function compareLine(line: InvoiceLine, record: CdrRecord | undefined): Difference | null {
  const { cdrId } = line;
  if (record === undefined) return difference('session_unknown', cdrId, 'no such CDR is held');
  if (record.state === 'held') return difference('held', cdrId, 'the CDR was objected to');
  if (isOver(record.state)) return difference('taken_back', cdrId, 'visited took the CDR back');
  const expected = { ...lineOf(record.cdr.document, false), flags: line.flags };
  return same(line, expected)
    ? null
    : difference('figures_differ', cdrId, 'the line is not the CDR that is held');
}

/** Every number of the range is a line or stands among the excluded, once. */
function accountsForEveryNumber(
  { sequenceFrom, sequenceTo, excluded }: InvoiceDocument,
  lines: readonly InvoiceLine[],
): boolean {
  const numbers = [...lines, ...excluded].map(({ sequence }) => sequence);
  const isInside = numbers.every((number) => number >= sequenceFrom && number <= sequenceTo);
  const isOnce = new Set(numbers).size === numbers.length;
  return isInside && isOnce && numbers.length === sequenceTo - sequenceFrom + 1;
}

/** What of a received invoice is not as the books have it. Pure. */
export function compareInvoice(
  { invoice }: Pick<InvoiceRecord, 'invoice'>,
  lines: readonly InvoiceLine[],
  held: ReadonlyMap<string, CdrRecord>,
  invoicedElsewhere: ReadonlySet<string>,
): Difference[] {
  const differences = lines
    .map((line) => compareLine(line, held.get(line.cdrId)))
    .filter((one): one is Difference => one !== null);
  for (const { cdrId } of lines) {
    if (invoicedElsewhere.has(cdrId)) {
      differences.push(difference('duplicate', cdrId, 'the CDR stands on another invoice'));
    }
  }
  const { document } = invoice;
  const cdrs = lines.flatMap(({ cdrId }) => held.get(cdrId)?.cdr.document ?? []);
  if (document.lineCount !== lines.length || new Set(cdrs).size !== lines.length) {
    differences.push(difference('lines_differ', null, 'not every line is one CDR that is held'));
    return differences;
  }
  if (!accountsForEveryNumber(document, lines)) {
    differences.push(difference('sequence_differs', null, 'a number is missing or stands twice'));
  }
  const isOfInvoice = cdrs.every(
    (cdr) =>
      cdr.visitedUtility === document.visitedUtility &&
      cdr.homeUtility === document.homeUtility &&
      cdr.currency === document.currency,
  );
  if (!isOfInvoice) {
    differences.push(difference('other', null, 'a CDR is of another pair or currency'));
    return differences;
  }
  for (const { cdrId, agreementHash } of cdrs) {
    if (agreementHash === document.agreementHash) continue;
    const detail = 'the CDR was made under another version of the agreement';
    differences.push(difference('agreement_differs', cdrId, detail));
  }
  if (rootOf(cdrs) !== document.merkleRoot) {
    differences.push(difference('root_differs', null, 'the CDRs do not lead to the Merkle root'));
  }
  const figures = sumCdrs(cdrs, document.currency);
  for (const [name, value] of Object.entries(figures)) {
    const claimed: unknown = document[name as keyof typeof figures];
    if (!same(claimed, value)) differences.push(difference('sum_differs', null, name));
  }
  return differences;
}

/**
 * Compares a received invoice with the books as they are now; called again when a CDR or a credit that it
 * waited for arrives. Without a difference home asks the ledger to record that it was verified.
 */
export async function reviewInvoice(ports: Ports, books: Books, invoiceId: string): Promise<void> {
  const record = await requireInvoice(books, invoiceId);
  const lines = (await books.invoices.allLines(invoiceId)).map(({ line }) => line);
  const cdrIds = lines.map(({ cdrId }) => cdrId);
  const held = new Map(
    (await books.cdrs.findMany(cdrIds)).map((one) => [one.cdr.document.cdrId, one]),
  );
  const elsewhere = new Set(await books.invoices.liveElsewhere(invoiceId, cdrIds));
  const differences = compareInvoice(record, lines, held, elsewhere);
  await books.invoices.setDifferences(invoiceId, differences);
  if (differences.length === 0) {
    const cdrs = cdrIds.flatMap((cdrId) => held.get(cdrId)?.cdr.document ?? []);
    await books.invoices.setLive(invoiceId, cdrIds);
    await books.cdrs.setInvoice(cdrIds, invoiceId);
    await bookOnce(books, record);
    await books.intents.add(
      invoiceId,
      verifyInvoice(
        {
          caller: ports.utility,
          pairSecret: ports.pairSecretOf(record.partner),
          invoice: record.invoice,
        },
        cdrs,
      ),
    );
    await republishCdrs(books, ports.utility, cdrIds);
  }
  await publishInvoice(ports, books, invoiceId);
}

/** What was delivered is invoiced now, once, as soon as the invoice is right. */
async function bookOnce(books: Books, { invoice, partner }: InvoiceRecord): Promise<void> {
  const { invoiceId, currency, payable } = invoice.document;
  const booked = await books.journal.findLines(`invoice:${invoiceId}`);
  if (booked.length > 0) return;
  const amount = money(currency, parseMoney(payable, currency).minor);
  await books.journal.book(bookInvoice(invoiceId, 'received', partner, amount));
}

/** Reviews the received, unanswered invoices that name any of these CDRs. */
export async function reviewInvoicesWith(
  ports: Ports,
  books: Books,
  cdrIds: readonly string[],
): Promise<void> {
  for (const invoiceId of await books.invoices.unansweredWith(cdrIds)) {
    await reviewInvoice(ports, books, invoiceId);
  }
}
