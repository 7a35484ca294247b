import type {
  acceptCdr as acceptContract,
  CdrJudgement,
  objectCdr as objectContract,
  RequestOf,
} from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import { bookPayable, reverse } from '../journal/entries.js';
import { wholesaleAmountsOf } from '../journal/wholesale-amounts.js';
import type { Books, Ports } from '../ports.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import { isOver, type CdrRecord, type SignedCdrAnswer } from '../records.js';
import { decideRetail, deliverRetail, type RetailDecision } from './deliver-retail.js';
import { reviewInvoicesWith } from './review-invoice.js';
import { sendCdrAnswer } from './send-cdr-answer.js';

/**
 * Home's staff objects to a CDR: it stands on no invoice and on no bill until they accept it, and what home
 * owed for it is taken out of the books. The same objection again gives the same answer.
 *
 * @throws RoamgridError `not_found` for a CDR of another home; `state_conflict` once it is invoiced, or billed
 *   where both utilities are this one, or after another objection
 */
export async function objectCdr(
  ports: Ports,
  { cdrId, reasonCode, note }: RequestOf<typeof objectContract>,
): Promise<CdrJudgement> {
  return ports.work.run(async (books) => {
    const record = await lockJudged(ports, books, cdrId);
    const { cdr } = record;
    if (record.state === 'held') {
      const earlier = await books.cdrs.lastAnswer(cdr);
      const isSame = earlier?.document.reasonCode === reasonCode && earlier.document.note === note;
      if (isSame) return judgementOf(record, earlier);
      throw new RoamgridError('state_conflict', 'the CDR is held for another objection');
    }
    requireLive(record);
    await requireUnsettled(books, record);
    const verdict = { answer: 'objected' as const, reasonCode, note };
    const answer = await sendCdrAnswer(ports, books, cdr, verdict);
    const booked = await books.journal.findLines(`cdr:${cdrId}:wholesale`);
    const key = `cdr:${cdrId}:objected:${answer.documentHash}`;
    if (record.role === 'home') {
      await books.journal.book(reverse(key, 'home objects to a CDR', booked));
    }
    return conclude(ports, books, record, answer);
  });
}

/**
 * Home's staff accepts a CDR that is held: home owes it from now on, and the driver is billed. Accepting it
 * again gives the same answer.
 *
 * @throws RoamgridError `not_found` for a CDR of another home; `peer_unreachable`
 */
export async function acceptCdr(
  ports: Ports,
  { cdrId, note }: RequestOf<typeof acceptContract>,
): Promise<CdrJudgement> {
  const known = await ports.work.run((books) => requireJudged(books, cdrId));
  const consumer = await ports.neighbours.resolvePseudonym(known.cdr.document);
  const retail = decideRetail(known.cdr.document, consumer);
  return ports.work.run(async (books) => {
    const record = await lockJudged(ports, books, cdrId);
    requireLive(record);
    const earlier = await books.cdrs.lastAnswer(record.cdr);
    if (record.state === 'accepted' && earlier !== null) return judgementOf(record, earlier);
    const verdict = { answer: 'accepted' as const, reasonCode: null, note };
    const answer = await sendCdrAnswer(ports, books, record.cdr, verdict);
    if (record.role === 'home') await bookAgain(books, record, answer);
    await deliverOnce(ports, books, record, retail);
    return conclude(ports, books, record, answer);
  });
}

/** @throws RoamgridError `not_found`: only the driver's home judges a CDR */
async function requireJudged(books: Books, cdrId: string): Promise<CdrRecord> {
  const record = await books.cdrs.find(cdrId);
  if (record === null || record.role === 'visited') {
    throw new RoamgridError('not_found', 'no such CDR');
  }
  return record;
}

/** As it is now, while nobody else judges or invoices it. */
async function lockJudged(ports: Ports, books: Books, cdrId: string): Promise<CdrRecord> {
  const { visitedUtility } = (await requireJudged(books, cdrId)).cdr.document;
  await books.cdrs.lockDirection(visitedUtility, ports.utility);
  await books.invoices.lockPartner(visitedUtility);
  return requireJudged(books, cdrId);
}

function requireLive({ state }: CdrRecord): void {
  if (!isOver(state)) return;
  throw new RoamgridError('state_conflict', 'visited took the CDR back');
}

async function requireUnsettled(books: Books, { cdr, role, invoiceId }: CdrRecord): Promise<void> {
  if (invoiceId !== null) {
    throw new RoamgridError('state_conflict', 'the CDR stands on an invoice: dispute its line');
  }
  if (role !== 'domestic') return;
  const charge = await books.bills.findCharge(cdr.document.cdrId);
  if (charge !== null && charge.billId !== null) {
    throw new RoamgridError('state_conflict', 'the driver was billed');
  }
}

/** What an objection reversed is booked again; what never was, because home objected at once, now is. */
async function bookAgain(books: Books, { cdr }: CdrRecord, answer: SignedCdrAnswer): Promise<void> {
  const { cdrId, visitedUtility } = cdr.document;
  const booked = await books.journal.findLines(`cdr:${cdrId}:wholesale`);
  if (booked.length === 0) {
    await books.journal.book(bookPayable(wholesaleAmountsOf(cdr.document, visitedUtility)));
    return;
  }
  const key = `cdr:${cdrId}:accepted:${answer.documentHash}`;
  await books.journal.book({
    naturalKey: key,
    description: 'home accepts a CDR after all',
    lines: booked,
  });
}

async function deliverOnce(
  ports: Ports,
  books: Books,
  { cdr }: CdrRecord,
  retail: RetailDecision,
): Promise<void> {
  const { cdrId, sessionId } = cdr.document;
  if ((await books.bills.findCharge(cdrId)) !== null) return;
  await deliverRetail(ports, books, cdr.document, retail);
  if (retail.outcome === 'held') return;
  await books.holds.release('retail', sessionId, ports.clock.now());
}

async function conclude(
  ports: Ports,
  books: Books,
  record: CdrRecord,
  answer: SignedCdrAnswer,
): Promise<CdrJudgement> {
  const { cdrId } = record.cdr.document;
  const judgement = judgementOf(record, answer);
  await books.cdrs.setState(cdrId, judgement.state);
  await republishCdrs(books, ports.utility, [cdrId]);
  await reviewInvoicesWith(ports, books, [cdrId]);
  return judgement;
}

function judgementOf({ cdr }: CdrRecord, answer: SignedCdrAnswer): CdrJudgement {
  const state = answer.document.answer === 'accepted' ? 'accepted' : 'held';
  return { cdrId: cdr.document.cdrId, state, cdr, answer };
}
