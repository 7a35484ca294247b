import type { SignedCdr } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import { bookPayable } from '../journal/entries.js';
import { wholesaleAmountsOf } from '../journal/wholesale-amounts.js';
import type { Books, Ports } from '../ports.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { publishCdr } from '../publishing/publish-cdr.js';
import type { CdrRecord } from '../records.js';
import { objection, type Objection } from '../review/objection.js';
import { reviewCdr } from '../review/review-cdr.js';
import { countOffline } from './count-offline.js';
import { decideRetail, deliverRetail, type RetailDecision } from './deliver-retail.js';
import { reviewInvoicesWith } from './review-invoice.js';
import { sendCdrAnswer, type CdrVerdict } from './send-cdr-answer.js';

export interface Judgement {
  readonly retail: RetailDecision;
  readonly objected: Objection | null;
  readonly startedAtMs: number;
}

/**
 * Home takes in a CDR: checks that the driver is entitled and the price agreed, rates it again, and answers.
 * The same CDR again changes nothing; another one under the same id, session, transaction or sequence is
 * kept aside and objected to.
 *
 * @throws RoamgridError `forbidden` for a CDR of another pair; `signature_invalid`; `peer_unreachable` where
 *   crp or profiles do not answer, and nothing was recorded
 */
export async function receiveCdr(ports: Ports, cdr: SignedCdr): Promise<void> {
  const { document } = cdr;
  if (document.homeUtility !== ports.utility || document.visitedUtility === ports.utility) {
    throw new RoamgridError('forbidden', 'the CDR is for another utility');
  }
  await ports.verifier.verify(cdr, document.visitedUtility, 'settlement');
  const isKnown = await ports.work.run((books) => isHeld(books, cdr));
  if (isKnown) return;
  const judgement = await judgeReceived(ports, cdr);
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(document.visitedUtility, document.homeUtility);
    if (await isHeld(books, cdr)) return;
    const rival = (await books.cdrs.find(document.cdrId)) ?? (await books.cdrs.findRival(document));
    if (rival === null) await takeIn(ports, books, cdr, judgement);
    else await quarantine(ports, books, cdr);
  });
}

/** Exactly this CDR is in the books: it was delivered before. */
async function isHeld(books: Books, cdr: SignedCdr): Promise<boolean> {
  const known = await books.cdrs.find(cdr.document.cdrId);
  return known?.cdr.documentHash === cdr.documentHash;
}

/** What home thinks of a CDR, and what its driver owes. @throws RoamgridError `peer_unreachable` */
export async function judgeReceived(ports: Ports, { document }: SignedCdr): Promise<Judgement> {
  const startedAtMs = ports.clock.now();
  const [agreement, consumer] = await Promise.all([
    ports.neighbours.readAgreement(document.visitedUtility, document.agreementHash),
    ports.neighbours.resolvePseudonym(document),
  ]);
  const retail = decideRetail(document, consumer);
  const objected = await reviewCdr(document, agreement, retail, ports.verifier);
  return { retail, objected, startedAtMs };
}

async function quarantine(ports: Ports, books: Books, cdr: SignedCdr): Promise<void> {
  const note = 'another CDR has this id, session, transaction or sequence';
  await books.holds.quarantine({
    kind: 'cdr',
    documentId: cdr.document.cdrId,
    documentHash: cdr.documentHash,
    signature: cdr.signature,
    document: cdr.document,
    reason: note,
    receivedAtMs: ports.clock.now(),
  });
  await sendCdrAnswer(ports, books, cdr, verdictOf(objection('duplicate', note)));
}

/** Home enters a CDR: answered, booked and charged to its driver, or held. */
export async function takeIn(
  ports: Ports,
  books: Books,
  cdr: SignedCdr,
  { retail, objected: found, startedAtMs }: Judgement,
): Promise<void> {
  const { document } = cdr;
  const objected = found ?? (await countOffline(books, document, retail));
  const record: CdrRecord = {
    cdr,
    role: 'home',
    state: objected === null ? 'accepted' : 'held',
    invoiceId: null,
    providerShare: null,
  };
  await books.gaps.noticeBelow(document, document.sequence, ports.clock.now());
  await books.gaps.fill(document.visitedUtility, document.sequence);
  await books.cdrs.add(record, null);
  await sendCdrAnswer(ports, books, cdr, verdictOf(objected));
  let charge = null;
  if (objected === null) {
    await books.journal.book(bookPayable(wholesaleAmountsOf(document, document.visitedUtility)));
    charge = await deliverRetail(ports, books, document, retail);
  }
  publishCdr(books, ports.utility, record, charge);
  traceReceipt(ports, books, cdr, startedAtMs);
  await reviewInvoicesWith(ports, books, [document.cdrId]);
}

const verdictOf = (objected: Objection | null): CdrVerdict => ({
  answer: objected === null ? 'accepted' : 'objected',
  reasonCode: objected?.reasonCode ?? null,
  note: objected?.note ?? null,
});

function traceReceipt(ports: Ports, books: Books, cdr: SignedCdr, startedAtMs: number): void {
  const { sessionId, cdrId, visitedUtility } = cdr.document;
  const nowMs = ports.clock.now();
  const shared = {
    sessionId,
    occurrence: cdrId,
    at: formatInstant(nowMs),
    documentHash: cdr.documentHash,
  };
  const here = settlementOf(ports.utility);
  publishStep(books, ports.utility, {
    ...shared,
    step: 'cdr',
    from: settlementOf(visitedUtility),
    to: here,
  });
  publishStep(books, ports.utility, {
    ...shared,
    step: 'rerate',
    from: here,
    to: here,
    durationMs: Math.max(0, nowMs - startedAtMs),
  });
}
