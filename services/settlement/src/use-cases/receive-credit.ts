import { RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../ports.js';
import { publishInvoice } from '../publishing/invoice-view.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import type { SignedCreditNote } from '../records.js';
import { stateAfter } from '../invoice-states.js';
import { refuseAccepted } from './corrections/correct-lines.js';
import { freeCdrs } from './credit-invoice.js';
import { reviewInvoicesWith } from './review-invoice.js';

/**
 * Home takes in a credit note: the invoice is void, its CDRs wait for another one, and a reissue that came
 * first is reviewed again.
 *
 * @throws RoamgridError `not_found` while the invoice itself has not arrived: the sender tries again;
 *   `signature_invalid`; `unprocessable` where the note is to another document
 */
export async function receiveCredit(ports: Ports, creditNote: SignedCreditNote): Promise<void> {
  const { invoiceId, invoiceHash, visitedUtility } = creditNote.document;
  await ports.verifier.verify(creditNote, visitedUtility, 'settlement');
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(visitedUtility, ports.utility);
    await books.invoices.lockPartner(visitedUtility);
    const record = await books.invoices.lock(invoiceId);
    if (record?.direction !== 'received' || record.partner !== visitedUtility) {
      throw new RoamgridError('not_found', 'no such invoice');
    }
    if (record.invoice.documentHash !== invoiceHash) {
      throw new RoamgridError('unprocessable', 'the credit note is to another document');
    }
    if ((await books.invoices.findCredit(invoiceId)) !== null) return;
    const next = stateAfter(record.state, 'credit');
    await books.invoices.addCredit(creditNote, false);
    await books.invoices.setState(invoiceId, next, 0n);
    const live = (await books.invoices.allLines(invoiceId)).filter((one) => one.live);
    const cdrIds = live.map(({ line }) => line.cdrId);
    await freeCdrs(books, invoiceId, cdrIds);
    await refuseAccepted(books, invoiceId);
    await republishCdrs(books, ports.utility, cdrIds);
    await publishInvoice(ports, books, invoiceId);
    await reviewInvoicesWith(ports, books, cdrIds);
  });
}
