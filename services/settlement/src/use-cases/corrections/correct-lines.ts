import type { creditInvoice, RequestOf } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import { putInPlace, replacementOf, type PreparedCorrection } from './correct-charge.js';
import { reverseWholesale } from './take-back.js';

type CreditRequest = RequestOf<typeof creditInvoice>;

/** What is to be put in the place of lines of an invoice, by their CDR. */
type PreparedLines = ReadonlyMap<string, PreparedCorrection>;

/**
 * Rates what will stand in the place of an invoice's lines, before anything is changed.
 *
 * @throws RoamgridError `unprocessable` for a line that is not on the invoice or a correction that cannot be
 *   true; `price_unknown`; `peer_unreachable`
 */
export async function prepareLines(
  ports: Ports,
  { invoiceId, reason, by, corrections }: CreditRequest,
): Promise<PreparedLines> {
  const prepared = new Map<string, PreparedCorrection>();
  const records = await ports.work.run((books) =>
    books.cdrs.findMany(corrections.map(({ cdrId }) => cdrId)),
  );
  for (const { cdrId, correction } of corrections) {
    const record = records.find(({ cdr }) => cdr.document.cdrId === cdrId);
    const credited = await ports.work.run((books) => books.corrections.findCredit(cdrId));
    // the same request again: it was put in place with the credit
    if (credited !== null) continue;
    if (record?.invoiceId !== invoiceId) {
      throw new RoamgridError('unprocessable', `the invoice has no line for CDR ${cdrId}`);
    }
    const replacement = await replacementOf(ports, record, correction);
    const request = { reason, by, correction };
    const lane = `invoice:${invoiceId}`;
    prepared.set(cdrId, { request, replacement, consumer: null, lane });
  }
  return prepared;
}

/** Puts the corrected CDRs in place once their invoice is credited. @returns their ids */
export async function correctLines(
  ports: Ports,
  books: Books,
  { cdrIds }: { readonly cdrIds: readonly string[] },
  prepared: PreparedLines,
): Promise<string[]> {
  const made: string[] = [];
  for (const record of await books.cdrs.findMany(cdrIds)) {
    const correction = prepared.get(record.cdr.document.cdrId);
    if (correction === undefined) continue;
    const { cdr } = await putInPlace(ports, books, record, correction);
    if (cdr !== null) made.push(cdr.document.cdrId);
  }
  return made;
}

async function acceptedDisputes(books: Books, invoiceId: string): Promise<string[]> {
  const answer = await books.disputes.findAnswer(invoiceId);
  return (answer?.document.lines ?? [])
    .filter(({ decision }) => decision === 'accepted')
    .map(({ cdrId }) => cdrId);
}

/** Visited agreed that these lines are wrong: they stand on no invoice again until they are corrected. */
export async function holdAccepted(books: Books, invoiceId: string): Promise<void> {
  for (const cdrId of await acceptedDisputes(books, invoiceId)) {
    await books.cdrs.setState(cdrId, 'held');
  }
}

/** Home takes what both agree to be wrong out of its books, as if it had objected to it. */
export async function refuseAccepted(books: Books, invoiceId: string): Promise<void> {
  for (const record of await books.cdrs.findMany(await acceptedDisputes(books, invoiceId))) {
    if (record.state !== 'accepted') continue;
    await reverseWholesale(books, record);
    await books.cdrs.setState(record.cdr.document.cdrId, 'held');
  }
}
