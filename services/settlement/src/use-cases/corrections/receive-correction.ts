import type { SignedCdr, SignedCdrCredit } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Books, Ports } from '../../ports.js';
import { republishCdrs } from '../../publishing/publish-cdr.js';
import type { CdrRecord } from '../../records.js';
import { judgeReceived, takeIn, type Judgement } from '../receive-cdr.js';
import { reviewInvoicesWith } from '../review-invoice.js';
import { reverseWholesale, takeBackRetail } from './take-back.js';

interface Correction {
  readonly credit: SignedCdrCredit;
  readonly cdr: SignedCdr | null;
}

/**
 * Home learns that visited takes a CDR back: it owes nothing for it, its driver gets back what was charged,
 * and the CDR in its place is judged like every other.
 *
 * @throws RoamgridError `not_found` while the CDR itself has not arrived, `state_conflict` while it stands on
 *   an invoice whose credit has not: the sender tries again; `forbidden`; `signature_invalid`;
 *   `unprocessable` where credit and CDR do not belong together; `peer_unreachable`
 */
export async function receiveCorrection(ports: Ports, correction: Correction): Promise<void> {
  const { credit, cdr } = correction;
  await checkCorrection(ports, correction);
  const { cdrId, visitedUtility, homeUtility, reason } = credit.document;
  if (await ports.work.run((books) => isTaken(books, credit))) return;
  const judgement = cdr === null ? null : await judgeReceived(ports, cdr);
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(visitedUtility, homeUtility);
    await books.invoices.lockPartner(visitedUtility);
    if (await isTaken(books, credit)) return;
    const record = await requireReceived(books, correction);
    await reverseWholesale(books, record);
    await takeBackRetail(ports, books, record, reason);
    await books.corrections.addCredit(credit);
    await republishCdrs(books, ports.utility, [cdrId]);
    await enter(ports, books, cdr, judgement);
    await reviewInvoicesWith(ports, books, [cdrId]);
  });
}

async function enter(
  ports: Ports,
  books: Books,
  cdr: SignedCdr | null,
  judgement: Judgement | null,
): Promise<void> {
  if (cdr !== null && judgement !== null) await takeIn(ports, books, cdr, judgement);
}

async function checkCorrection(ports: Ports, { credit, cdr }: Correction): Promise<void> {
  const { visitedUtility, homeUtility, correctedBy, sessionId } = credit.document;
  if (homeUtility !== ports.utility || visitedUtility === ports.utility) {
    throw new RoamgridError('forbidden', 'the correction is for another utility');
  }
  await ports.verifier.verify(credit, visitedUtility, 'settlement');
  if (correctedBy !== (cdr?.document.cdrId ?? null)) {
    throw new RoamgridError('unprocessable', 'the credit names another CDR in its place');
  }
  if (cdr === null) return;
  await ports.verifier.verify(cdr, visitedUtility, 'settlement');
  const isOfSession =
    cdr.document.sessionId === sessionId &&
    cdr.document.visitedUtility === visitedUtility &&
    cdr.document.homeUtility === homeUtility;
  if (!isOfSession) {
    throw new RoamgridError('unprocessable', 'the CDR in its place is of another session');
  }
}

async function isTaken(
  books: Books,
  { document, documentHash }: SignedCdrCredit,
): Promise<boolean> {
  const known = await books.corrections.findCredit(document.cdrId);
  if (known === null || known.documentHash === documentHash) return known !== null;
  throw new RoamgridError('unprocessable', 'the CDR was taken back by another credit');
}

async function requireReceived(books: Books, { credit, cdr }: Correction): Promise<CdrRecord> {
  const { cdrId, cdrHash } = credit.document;
  const record = await books.cdrs.find(cdrId);
  if (record?.role !== 'home') throw new RoamgridError('not_found', 'no such CDR');
  if (record.cdr.documentHash !== cdrHash) {
    throw new RoamgridError('unprocessable', 'the credit is of another document');
  }
  if (record.invoiceId !== null) {
    throw new RoamgridError('state_conflict', 'the CDR stands on an invoice that is not credited');
  }
  const isOfTransaction =
    cdr === null ||
    (cdr.document.stationId === record.cdr.document.stationId &&
      cdr.document.transactionId === record.cdr.document.transactionId);
  if (!isOfTransaction) {
    throw new RoamgridError('unprocessable', 'the CDR in its place is of another transaction');
  }
  return record;
}
