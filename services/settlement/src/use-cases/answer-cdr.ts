import type { SignedCdr } from '@roamgrid/contracts';
import { formatInstant, RoamgridError } from '@roamgrid/kernel';
import type { Books, Ports } from '../ports.js';
import { publishStep, settlementOf } from '../publishing/project.js';
import { republishCdrs } from '../publishing/publish-cdr.js';
import { isOver, type SignedCdrAnswer } from '../records.js';

/**
 * Visited keeps home's answer to a CDR: accepted, or held until the difference is settled.
 *
 * @throws RoamgridError `not_found` for an answer to no CDR of ours; `signature_invalid`
 */
export async function answerCdr(ports: Ports, answer: SignedCdrAnswer): Promise<void> {
  const { cdrId, cdrHash, answer: verdict } = answer.document;
  const known = await ports.work.run((books) => books.cdrs.find(cdrId));
  if (known === null) throw new RoamgridError('not_found', 'no such CDR');
  const { homeUtility } = known.cdr.document;
  await ports.verifier.verify(answer, homeUtility, 'settlement');
  await ports.work.run(async (books) => {
    await books.cdrs.lockDirection(ports.utility, homeUtility);
    if (known.cdr.documentHash !== cdrHash) {
      await books.holds.quarantine({
        kind: 'cdrAnswer',
        documentId: cdrId,
        documentHash: answer.documentHash,
        signature: answer.signature,
        document: answer.document,
        reason: 'the answer is to another document',
        receivedAtMs: ports.clock.now(),
      });
      return;
    }
    const isNew = await books.cdrs.addAnswer(answer);
    if (!isNew) return;
    traceAnswer(ports, books, known.cdr, answer);
    const now = await books.cdrs.find(cdrId);
    // an answer that crossed a correction is kept and changes nothing
    if (now === null || isOver(now.state)) return;
    await books.cdrs.setState(cdrId, verdict === 'accepted' ? 'accepted' : 'held');
    await republishCdrs(books, ports.utility, [cdrId]);
  });
}

/** Home re-rated the charge: its answer stands in visited's trace too. */
function traceAnswer(ports: Ports, books: Books, cdr: SignedCdr, answer: SignedCdrAnswer): void {
  const { sessionId, cdrId, homeUtility } = cdr.document;
  publishStep(books, ports.utility, {
    sessionId,
    step: 'rerate',
    occurrence: cdrId,
    from: settlementOf(homeUtility),
    to: settlementOf(ports.utility),
    at: formatInstant(ports.clock.now()),
    documentHash: answer.documentHash,
  });
}
