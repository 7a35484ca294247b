import type { InvoiceLine, SignedInvoice } from '@roamgrid/contracts';
import { RoamgridError } from '@roamgrid/kernel';
import type { Ports } from '../ports.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { reviewInvoice } from './review-invoice.js';

/**
 * Home takes in an invoice and compares it with its own CDRs: lines, sums, Merkle root. It is stored whether
 * it is right or not; what differs is listed, and such an invoice can only be disputed.
 *
 * @throws RoamgridError `forbidden` for an invoice to another utility; `signature_invalid`; `peer_unreachable`
 */
export async function receiveInvoice(
  ports: Ports,
  invoice: SignedInvoice,
  lines: readonly InvoiceLine[],
): Promise<void> {
  const { document } = invoice;
  const partner = document.visitedUtility;
  if (document.homeUtility !== ports.utility || partner === ports.utility) {
    throw new RoamgridError('forbidden', 'the invoice is for another utility');
  }
  await ports.verifier.verify(invoice, partner, 'settlement');
  const agreement = await ports.neighbours.readAgreement(partner, document.agreementHash);
  await ports.work.run(async (books) => {
    await books.invoices.lockPartner(partner);
    const known = await books.invoices.find(document.invoiceId);
    if (known !== null) {
      if (known.invoice.documentHash === invoice.documentHash) return;
      await books.holds.quarantine({
        kind: 'invoice',
        documentId: document.invoiceId,
        documentHash: invoice.documentHash,
        signature: invoice.signature,
        document,
        reason: 'another invoice has this id',
        receivedAtMs: ports.clock.now(),
      });
      return;
    }
    await books.invoices.add(
      { invoice, direction: 'received', partner, state: 'issued' },
      lines.map((line) => ({ line, live: false })),
    );
    if (agreement?.documentHash === document.agreementHash) {
      await books.disputes.setTerms(document.invoiceId, agreement.document);
    }
    await books.gaps.noticeBelow(document, document.sequenceTo + 1, ports.clock.now());
    await reviewInvoice(ports, books, document.invoiceId);
    for (const { sessionId } of lines) {
      publishStep(books, ports.utility, {
        sessionId,
        step: 'invoice',
        occurrence: document.invoiceId,
        from: settlementOf(partner),
        to: settlementOf(ports.utility),
        at: document.issuedAt,
        documentHash: invoice.documentHash,
      });
    }
  });
}
